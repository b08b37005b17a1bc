package server

import (
	"context"

	"longhaul/internal/simulator/analytics"
	"longhaul/internal/simulator/churn"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/oauth"
	"longhaul/internal/simulator/rest"
	"longhaul/internal/simulator/salesforce"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/stats"
	"longhaul/internal/simulator/tenant"
)

// parts are what the servers answer from, and what tests steer.
type parts struct {
	clock       *clock.Moving
	permissions *tenant.Permissions
	live        *churn.Live
	sessions    *session.Sessions
	faults      *faults.Set
	daily       *limits.Daily
	long        *limits.LongCalls
	requests    *stats.Requests
	describes   *stats.Describes
}

func newParts(o *Options) (parts, error) {
	moving := clock.New(o.Clock)
	p := parts{
		clock: moving, faults: faults.NewSet(moving), requests: stats.NewRequests(), describes: stats.NewDescribes(),
		sessions: session.New(moving, o.Org.Info().OrgID, o.TokenTTL, o.Logins),
		daily:    limits.NewDaily(moving, o.DailyLimit, o.OthersPerHour),
		long:     limits.NewLongCalls(moving, o.LongCalls),
	}
	var err error
	if p.permissions, err = tenant.NewPermissions(o.Revoked, o.Granted); err != nil {
		return parts{}, err
	}
	seen := tenant.New(o.Org, o.IDOrder, p.permissions, o.Hidden)
	p.sessions.SetApp(session.App{ID: o.Secrets.ClientID, Secret: o.Secrets.ClientSecret})
	seen.Logins = p.sessions.History()
	p.live = churn.NewLive(moving, seen)
	return p, p.faults.Replace(o.Faults)
}

// salesforce makes the Salesforce server, which names its instances by url.
func (p *parts) salesforce(stopping context.Context, o *Options, url func(instance int) string) *salesforce.Server {
	return salesforce.New(stopping, salesforce.Settings{
		Latency: o.Latency, StepUp: o.StepUp, NoLimitInfo: o.NoLimitInfo, NoAnalyticsLimitInfo: o.NoAnalyticsLimitInfo,
	}, salesforce.Parts{
		Clock: p.clock, Live: p.live, Permissions: p.permissions, Sessions: p.sessions, Faults: p.faults,
		Daily: p.daily, LongCalls: p.long, Requests: p.requests, Describes: p.describes,
		OAuth: &oauth.Server{
			Username: o.Secrets.Username, Password: o.Secrets.Password + o.Secrets.SecurityToken,
			Info: o.Org.Info(), Sessions: p.sessions, Faults: p.faults, InstanceURL: url, Scopes: o.Scopes,
			Certificate: o.Certificate, Now: p.clock.Now,
		},
		REST:      rest.New(p.clock, p.permissions, p.daily, rest.Settings{PageSize: o.PageSize, CountsReports: o.CountsReports}),
		Analytics: analytics.New(o.TypeMetadata),
	})
}
