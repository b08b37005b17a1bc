// Package org asks Salesforce what a sync of a source needs: login, run-as user, permissions, what is visible, limits and clocks.
package org

import (
	"context"
	"slices"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
)

// Params is the source whose org is asked.
type Params struct {
	Client        *salesforce.Client
	Meter         *salesforce.Meter // counts the calls and the logins; the caller reads it afterwards
	Auth          salesforce.Auth
	Private       bool                        // scope.private
	AcceptMissing []string                    // accept_missing: permissions without which a sync goes on without asking
	MaxInFlight   int                         // max_in_flight; zero is no bound of the source
	Connect       func(setting string) string // the command that gives the source another value of a setting; nil where none does

	Quota quota.Policy                            // of the source; zero is no bound
	Own   func(clock, now time.Time) []quota.Hour // the calls of the source before this check; nil: they are not counted
}

// MaxCalls is how many API calls Check makes at most, tries that fail included.
const MaxCalls = 18

// atOnce is how many questions are asked at the same time.
const atOnce = 4

// bounds are how long the questions may take.
type bounds struct {
	all  time.Duration
	call time.Duration // one question, its tries included
}

var patience = bounds{all: 15 * time.Second, call: 6 * time.Second}

// Check logs in anew and asks the org. It returns a row a question, in the order of the guide that our users follow, and ends in time when
// nothing answers. It makes MaxCalls at most; a login, and what needs none, is no API call.
func Check(ctx context.Context, p Params) []doctor.Finding { return patience.check(ctx, p) }

func (b bounds) check(ctx context.Context, p Params) []doctor.Finding {
	if p.Meter == nil {
		p.Meter = new(salesforce.Meter)
	}
	ctx, cancel := context.WithTimeout(salesforce.WithMeter(ctx, p.Meter), b.all)
	defer cancel()
	f := b.ask(salesforce.WithCallBudget(ctx, salesforce.NewCallBudget(MaxCalls, 0)), p)
	return f.rows()
}

// The rows by what they are about. Each reads the facts.
type (
	account  struct{ *facts } // who logs in
	rights   struct{ *facts } // what the run-as user may do
	sight    struct{ *facts } // what it sees
	sessions struct{ *facts } // its session and its logins
	limits   struct{ *facts } // calls and clocks
)

// rows are the findings of all questions.
func (f *facts) rows() []doctor.Finding {
	who, may, sees, session, limit := account{f}, rights{f}, sight{f}, sessions{f}, limits{f}
	rows := []doctor.Finding{who.loginRow(), who.runAsRow(), who.licenceRow(), who.setsRow(), who.scopesRow(), who.apiRow()}
	for _, p := range permission.Guide() {
		rows = append(rows, may.permissionRow(p))
	}
	all, _ := permission.Find(viewAllUsers)
	rows = append(rows, may.permissionRow(all), may.excessRow())
	for _, k := range seen {
		rows = append(rows, sees.visibleRow(k))
	}
	for _, k := range seen {
		rows = append(rows, sees.hiddenRow(k))
	}
	return slices.Concat(rows, []doctor.Finding{
		sees.privateRow(), sees.describeRow(), session.sessionsRow(), session.addressRow(), session.historyRow(), limit.callsRow(), limit.clocksRow(),
	})
}

// viewAllUsers is the permission that the guide lacks and users depend on.
const viewAllUsers = "ViewAllUsers"

// seen are the kinds of records that are counted.
var seen = []listing.Kind{listing.Folders, listing.Reports, listing.Dashboards, listing.Users}
