package host

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/roster"
	"longhaul/internal/salesforce"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// Bounds of a client that examines. A host that hangs must not take the time of all rows.
const (
	examineTimeout  = 6 * time.Second
	examineAttempts = 2
	// slotTimeout is for how long the bucket may owe whether a login is let through: shorter than examineTimeout, so that the row of the
	// login names the bucket.
	slotTimeout = 4 * time.Second
)

var _ question.Doctor = (*Host)(nil)

// Subject readies a source to be examined: with clients of its own, so that the sessions of a running sync stay.
func (h *Host) Subject(ctx context.Context, name, candidate string) (exam.Subject, func(), error) {
	member, err := h.roster.Get(name)
	if candidate != "" {
		member.Source, err = opened(ctx, h.store.Name(), name, func(ctx context.Context) (source.Source, error) {
			return h.saved.Candidate(ctx, name, candidate)
		})
	}
	if err != nil {
		return exam.Subject{}, nil, err
	}
	subject, free := h.sources.subject(ctx, member.Source)
	subject.Store = h.store
	if member.Saved() && candidate == "" {
		subject.Connect = func(setting string) string {
			return "`" + workflows.Program + " " + workflows.ToConnect(name, setting) + "`"
		}
	}
	if candidate != "" && h.roster.InSettings(name) {
		subject.Problem = fault.Invalidf("source %s stands in the settings of worker %s too (sources.%s): connect it under another name, or "+
			"remove it from the settings of all workers first", name, h.me("").Identity, name)
	}
	return subject, free, nil
}

// Examine asks what a source needs that no settings file describes: without a bucket, a catalog or a Temporal. The result names the
// source by the host of its org.
func Examine(ctx context.Context, from source.Source, version string, logger *zap.Logger) doctor.Result {
	from.UnboundedLogins = true // there is no bucket that counts them
	s := &sources{userAgent: "longhaul/" + version, logger: logger}
	subject, free := s.subject(ctx, from)
	defer free()
	subject.Exports = nil
	result := exam.Run(ctx, subject)
	result.Source = orgOf(from.Salesforce.BaseURL)
	return result
}

// orgOf names an org by its host. What is no address of an org is not repeated, as it may hold a password.
func orgOf(baseURL string) string {
	at, err := salesforce.ParseHost(baseURL)
	if err != nil {
		return "the org"
	}
	return at.Name
}

// subject makes what an examination asks with. free closes its connections.
func (s *sources) subject(ctx context.Context, from source.Source) (subject exam.Subject, free func()) {
	subject = exam.Subject{Source: from, UserAgent: s.userAgent}
	base, err := s.addressOf(ctx, from)
	if err == nil { // else the row of the secret that names it says why
		subject.BaseURL, from.Salesforce.BaseURL = base, base
		config := salesforce.Config{Timeout: examineTimeout, Attempts: examineAttempts}
		if !from.UnboundedLogins {
			config.Slots = patient{Slots: s.store.Logins(from.Name), thing: "the logins of " + from.Name, bucket: s.store.Name()}
		}
		subject.Org, subject.Problem = s.salesforce(from, config)
	}
	exports, err := s.exports(from)
	if subject.Problem == nil {
		subject.Problem = err
	}
	subject.Exports = exports
	return subject, func() {
		if subject.Org != nil {
			subject.Org.Close()
		}
		for _, one := range exports {
			if one.Target != nil {
				one.Target.Close()
			}
		}
	}
}

// patient are the logins of a source in a bucket whose disk may hang.
type patient struct {
	Slots  salesforce.LoginSlots
	thing  string
	bucket string
}

// Take is that of the bucket.
func (p patient) Take(ctx context.Context, now time.Time) (free time.Time, err error) {
	return p.ask(ctx, func(ctx context.Context) (time.Time, error) { return p.Slots.Take(ctx, now) })
}

// Forget is that of the bucket.
func (p patient) Forget(ctx context.Context, now time.Time) error {
	_, err := p.ask(ctx, func(ctx context.Context) (time.Time, error) { return now, p.Slots.Forget(ctx, now) })
	return err
}

func (p patient) ask(ctx context.Context, f func(context.Context) (time.Time, error)) (time.Time, error) {
	bounded, cancel := context.WithTimeout(ctx, slotTimeout)
	defer cancel()
	at, err := hang.Ask(bounded, p.thing+" in "+p.bucket, func() (time.Time, error) { return f(bounded) })
	if silent, hangs := errors.AsType[*hang.Error](err); hangs || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		if !hangs {
			silent = &hang.Error{After: slotTimeout}
		}
		return at, &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: silent,
			Message: fmt.Sprintf("the bucket %s, in which logins are counted, %s, so no login was sent: look at the row of the bucket", p.bucket, silent),
		}
	}
	return at, err
}

// me is this process as a worker of a source; of none, where source is empty.
func (h *Host) me(name string) doctor.Worker {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	w := doctor.Worker{Identity: fmt.Sprintf("%d@%s", os.Getpid(), host), Version: h.version}
	if name == "" {
		w.Sources = h.roster.Names()
	}
	if member, err := h.roster.Get(name); err == nil {
		w.Settings = fingerprint(settingsOf(member), h.store.Name())
	}
	return w
}

// settingsOf is what workers must agree in about a source. All that are on one bucket serve a saved source alike, whatever version they saw
// when they began, as a worker's label never changes.
func settingsOf(member roster.Member) source.Source {
	if !member.Saved() {
		return member.Source
	}
	return source.Source{Name: member.Name}
}

// fingerprint is a short hash of what the settings of a source say, without secrets, references to them, and paths: these may differ
// between machines that do the same work.
func fingerprint(s source.Source, storage string) string {
	type texts map[string]string
	said := struct {
		Source, Storage, BaseURL, Auth, ClientID, Username, Audience, APIVersion string

		MaxInFlight, MaxShards int
		Quota                  source.Quota
		Guard                  source.Guard
		Scope                  source.Scope
		Schedule               source.Schedule
		AcceptMissing          []string
		Exports                map[string]texts
	}{
		Source: s.Name, Storage: storage, BaseURL: s.Salesforce.BaseURL, Auth: string(s.Salesforce.Auth), ClientID: s.Salesforce.ClientID,
		Username: s.Salesforce.Username, Audience: s.Salesforce.Audience, APIVersion: s.Salesforce.APIVersion,
		MaxInFlight: s.MaxInFlight, MaxShards: s.MaxShards,
		Quota: s.Quota, Guard: s.Guard, Scope: s.Scope, Schedule: s.Schedule, AcceptMissing: slices.Sorted(slices.Values(s.AcceptMissing)),
		Exports: map[string]texts{},
	}
	for _, e := range s.Exports {
		all := maps.Clone(texts(e.Texts))
		delete(all, "ca_file")
		said.Exports[e.Name] = all
	}
	data, err := json.Marshal(said)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return fmt.Sprintf("%x", sum[:4])
}
