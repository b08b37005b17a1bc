package host

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/catalog"
	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/quota"
	"longhaul/internal/roster"
	"longhaul/internal/salesforce"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
)

// sources builds the clients of each source once, at first use, and shares them between all activities: each org has one
// session and one pool of connections.
type sources struct {
	roster    *roster.Roster
	store     *staging.Store // counts the logins
	notify    notify.Settings
	userAgent string
	logger    *zap.Logger

	instruments *telemetry.Instruments // nil: nothing is counted

	mu    sync.Mutex
	rooms map[string]*room
}

var _ activities.Sources = (*sources)(nil)

// Source finds or builds the source of that name. A new version of a saved source gets new clients where it differs in more than its secrets,
// which are read at each use. Whoever has the old ones goes on with them.
func (s *sources) Source(ctx context.Context, name string) (*activities.Source, error) {
	member, err := s.roster.Get(name)
	if s.roster.Left(name) { // whoever connects it again resumes the sync that waits for it, before this process looks by itself
		if err := s.roster.Look(ctx, false); err != nil {
			return nil, err
		}
		member, err = s.roster.Get(name)
	}
	if err != nil {
		s.forget(name)
		return nil, err
	}
	r := s.room(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.built != nil && r.built.version == member.Version {
		return r.built.use(ctx), nil
	}
	from, mark, err := s.markOf(ctx, member)
	switch {
	case err != nil:
		return nil, ofSource(name, err)
	case r.built != nil && r.built.mark == mark:
		r.built.version = member.Version
		return r.built.use(ctx), nil
	}
	ready, err := s.build(from)
	if err != nil {
		return nil, ofSource(name, err)
	}
	ready.Kept = kept(member)
	r.replace(&built{Source: ready, version: member.Version, mark: mark})
	return r.built.use(ctx), nil
}

// kept says where the credentials of a source are.
func kept(member roster.Member) string {
	switch {
	case member.Saved():
		return activities.KeptConnected
	case !member.Salesforce.Credentials.IsZero():
		return activities.KeptDocument
	}
	return activities.KeptSettings
}

func (s *sources) room(name string) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[name]
	if !ok {
		r = new(room)
		s.rooms[name] = r
	}
	return r
}

// forget lets go of the clients of a source that is not served any more.
func (s *sources) forget(name string) {
	s.mu.Lock()
	r := s.rooms[name]
	s.mu.Unlock()
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.replace(nil)
	}
}

func (s *sources) build(from source.Source) (*activities.Source, error) {
	org, err := s.salesforce(from, salesforce.Config{})
	if err != nil {
		return nil, err
	}
	ready := &activities.Source{
		Name: from.Name, Salesforce: org, APIVersion: org.APIVersion(),
		MaxInFlight: from.MaxInFlight, MaxShards: from.MaxShards, Private: from.Scope.Private,
		Quota: quota.Policy{Ceiling: from.Quota.Ceiling, Share: from.Quota.Share}, Probe: from.Quota.Probe,
		Audit:         max(from.Refresh.Audit, 0),
		Guard:         activities.Guard{MaxShrink: from.Guard.MaxShrink, Timeout: from.Guard.Timeout},
		Keep:          history.Keep{Accounts: from.Keep.Accounts, Days: from.Keep.Days},
		Notify:        activities.Notify{Heard: s.notify.Heard(from.Notify), Stall: s.notify.Stall},
		AcceptMissing: from.AcceptMissing,
	}
	if ready.Exports, err = s.exports(from); err != nil {
		return nil, err
	}
	for _, configured := range from.Exports {
		if configured.Section != "" {
			s.instruments.StartDeliveriesAtZero(from.Name, configured.Name)
		}
	}
	return ready, nil
}

// exports readies the exports of a source. One without settings has no target: its files stay in the bucket.
func (s *sources) exports(from source.Source) ([]export.Export, error) {
	ready := make([]export.Export, 0, len(from.Exports))
	for _, configured := range from.Exports {
		format, err := formats.Find(configured.Name)
		if err != nil {
			return nil, err
		}
		one := export.Export{Format: format}
		if configured.Section != "" {
			if one.Target, err = format.Target(from, s.process()); err != nil {
				return nil, err
			}
		}
		ready = append(ready, one)
	}
	return ready, nil
}

// process is what targets should know of this process.
func (s *sources) process() export.Process {
	return export.Process{
		UserAgent: s.userAgent, Logger: s.logger, Observed: s.instruments.Requests(fault.Catalog, catalog.Routes...),
	}
}

// asked counts the requests to the org of a source, and its logins; nil counts none.
func (s *sources) asked(name string) func(route string, took time.Duration, err error) {
	count := s.instruments.Requests(fault.Salesforce, salesforce.Routes...)
	if count == nil {
		return nil
	}
	return func(route string, took time.Duration, err error) {
		count(route, took, err)
		if route == salesforce.RouteLogin {
			s.instruments.Login(name, err)
		}
	}
}

// sent counts a file that was sent to a target.
func (s *sources) sent(name, export string, err error) {
	if !slices.Contains(formats.Names(), export) {
		export = "other"
	}
	s.instruments.Delivered(name, export, err)
}

// baseURL is where the org of a source is: the settings or the credentials document name it.
func baseURL(ctx context.Context, from source.Source) (string, error) {
	if from.Salesforce.BaseURL != "" {
		return from.Salesforce.BaseURL, nil
	}
	document, err := from.SalesforceCredentials(ctx)
	return document.BaseURL, err
}

// salesforce makes a client of the org. The bounds of a try are those of config.
func (s *sources) salesforce(from source.Source, config salesforce.Config) (*salesforce.Client, error) {
	base, err := baseURL(context.Background(), from)
	if err != nil {
		return nil, err
	}
	if config.Slots == nil && !from.UnboundedLogins {
		config.Slots = s.store.Logins(from.Name)
	}
	config.BaseURL, config.Auth, config.APIVersion = base, salesforce.Auth(from.Salesforce.Auth), from.Salesforce.APIVersion
	config.CAFile, config.MaxInFlight, config.UserAgent, config.Logger = from.Salesforce.CAFile, from.MaxInFlight, s.userAgent, s.logger
	config.Observed = s.asked(from.Name)
	config.Credentials = func(ctx context.Context) (salesforce.Credentials, error) {
		c, err := from.SalesforceCredentials(ctx)
		if err == nil && c.BaseURL != base {
			s.forget(from.Name)
			err = moved(from.Name)
		}
		if err != nil {
			return salesforce.Credentials{}, err
		}
		return salesforce.Credentials{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret,
			Username: c.Username, Password: c.Password, SecurityToken: c.SecurityToken,
			PrivateKey: c.PrivateKey, Audience: c.Audience,
		}, nil
	}
	return salesforce.New(config)
}

// moved ends a step whose client leads to the address of before: the secret that was read with the new one is not for that. Its next attempt
// gets a client of the new address.
func moved(name string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Longhaul,
		Message: fmt.Sprintf("the address of source %q was changed while it was in use: the next attempt uses the new one", name),
	}
}

// close closes idle connections.
func (s *sources) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		r.mu.Lock()
		if r.built != nil {
			r.built.close()
		}
		r.mu.Unlock()
	}
}
