// Package exam asks all that a sync of a source needs: the rows of every room of the doctor, in the order of the set-up guide.
package exam

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/network"
	"longhaul/internal/doctor/org"
	"longhaul/internal/doctor/rights"
	"longhaul/internal/doctor/setup"
	"longhaul/internal/export"
	"longhaul/internal/httpkit"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/source"
)

// Subject is a source that is examined.
type Subject struct {
	Source  source.Source
	BaseURL string // of the settings, or of the credentials document
	Problem error  // that keeps the settings from being used; nil where they can be

	Org     *salesforce.Client                  // with sessions of its own, so that a login is tried; nil where there is a problem
	Exports []export.Export                     // nil: the subject is not delivered by a sync, so nothing is asked about that
	Store   rights.Store                        // nil: no bucket is asked
	Cluster func(context.Context) cluster.Facts // nil: there is no Temporal

	Meter *salesforce.Meter                       // counts the calls; nil: nobody reads it
	Own   func(clock, now time.Time) []quota.Hour // the calls of the source before; nil: they are not counted

	UserAgent string
	Connect   func(setting string) string // the command that gives the source another value of a setting; nil where none does
}

// Longest bounds an examination, with what readies its subject.
const Longest = 17 * time.Second

// Run asks all questions, and gives a row each. It ends in time also where a part does not, which then has rows that say so.
func Run(ctx context.Context, s Subject) doctor.Result {
	ctx, cancel := context.WithTimeout(ctx, Longest)
	defer cancel()
	meter := cmp.Or(s.Meter, new(salesforce.Meter))
	parts := s.parts(meter)
	rows := make([][]doctor.Finding, len(parts))
	var asking sync.WaitGroup
	for i, one := range parts {
		asking.Go(func() { rows[i] = one.run(ctx) })
	}
	asking.Wait()
	result := doctor.Judge(s.Source.Name, slices.Concat(rows...))
	result.Calls = meter.Calls()
	result.Org = s.orgID(ctx, result.Findings)
	return result
}

// orgID is the id of the org where the login succeeded. The session is there, so this is no other login.
func (s Subject) orgID(ctx context.Context, rows []doctor.Finding) string {
	in := slices.ContainsFunc(rows, func(f doctor.Finding) bool {
		return f.ID == "login" && (f.Status == doctor.Pass || f.Status == doctor.Warn)
	})
	if s.Org == nil || !in {
		return ""
	}
	identity, _ := s.Org.Login(ctx)
	return identity.OrgID
}

// salesforce asks the settings, and then goes the way to the org as far as it leads.
func (s Subject) salesforce(ctx context.Context, meter *salesforce.Meter) []doctor.Finding {
	at, host, ok := setup.Host(s.Source, s.BaseURL)
	problem := s.Problem
	if !ok { // the client was not made for this reason
		problem = nil
	}
	rows := setup.Check(ctx, s.Source, problem)
	unusable := failed(rows, s.ofLogin)
	if s.BaseURL == "" && unusable {
		at = doctor.Finding{ID: at.ID, Title: at.Title, Where: at.Where}.SkippedFor("a secret that names it cannot be read")
	}
	if !ok {
		const unknown = "it is not known where the org is"
		return slices.Concat(rows, []doctor.Finding{at}, network.Skipped(unknown), org.Skipped(unknown))
	}
	way := s.network(ctx, host)
	switch {
	case failed(way, nil):
		return slices.Concat(rows, []doctor.Finding{at}, way, org.Skipped("Salesforce is not reached"))
	case unusable || s.Org == nil:
		return slices.Concat(rows, []doctor.Finding{at}, way, org.Skipped("the settings or a secret cannot be used"))
	}
	asked := s.org(ctx, meter)
	if !failed(asked, func(f doctor.Finding) bool { return f.ID == "login" }) {
		if identity, err := s.Org.Login(ctx); err == nil { // the session is there, so this is no other login
			at = setup.Instance(at, host, identity.InstanceURL)
		}
	}
	return slices.Concat(rows, []doctor.Finding{at}, way, asked)
}

// ofLogin says whether a login needs what a row is about: not the secrets of exports, which their own rows tell too.
func (s Subject) ofLogin(f doctor.Finding) bool {
	for _, e := range s.Source.Exports {
		for setting := range e.Secrets {
			if f.ID == "secret."+e.Section+"."+setting {
				return false
			}
		}
	}
	return true
}

// failed says whether a row of some kind failed.
func failed(rows []doctor.Finding, of func(doctor.Finding) bool) bool {
	return slices.ContainsFunc(rows, func(f doctor.Finding) bool { return f.Status == doctor.Fail && (of == nil || of(f)) })
}

func (s Subject) network(ctx context.Context, host salesforce.Host) []doctor.Finding {
	roots, err := httpkit.Roots("ca_file", s.Source.Salesforce.CAFile)
	if err != nil { // the row of the settings says why
		return network.Skipped("the certificates of ca_file cannot be used")
	}
	params := network.Params{Address: host.Address, Path: salesforce.VersionsPath, Roots: roots, UserAgent: s.UserAgent}
	if s.Org != nil {
		params.Version = s.Org.APIVersion()
	}
	return network.Check(ctx, params)
}

func (s Subject) org(ctx context.Context, meter *salesforce.Meter) []doctor.Finding {
	return org.Check(ctx, org.Params{
		Client: s.Org, Meter: meter, Auth: salesforce.Auth(s.Source.Salesforce.Auth), Private: s.Source.Scope.Private,
		AcceptMissing: s.Source.AcceptMissing, MaxInFlight: s.Source.MaxInFlight, Own: s.Own, Connect: s.Connect,
		Quota: quota.Policy{Ceiling: s.Source.Quota.Ceiling, Share: s.Source.Quota.Share},
	})
}

// examine asks an export what it declares.
func examine(ctx context.Context, one export.Export) []doctor.Finding {
	if one.Target == nil {
		section := one.Settings().Section
		return []doctor.Finding{{
			ID: "export." + one.Name(), Title: "Export " + one.Name(), Status: doctor.Warn, Where: section,
			Found: fmt.Sprintf("the settings of the source have no %s", section), Cost: "its files stay in the bucket, and nothing is delivered",
			Fix: fmt.Sprintf("add %s, unless the files should stay in the bucket", section),
		}}
	}
	rows := one.Target.Examine(ctx)
	for i := range rows {
		rows[i].ID = "export." + one.Name() + "." + rows[i].ID
	}
	return rows
}
