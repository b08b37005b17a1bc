package host

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// sources builds the clients of each source once, at first use, and shares them between all activities: each org has one
// session and one pool of connections.
type sources struct {
	registry  *source.Registry
	store     *staging.Store // counts the logins
	userAgent string
	logger    *zap.Logger

	mu    sync.Mutex
	built map[string]*activities.Source
}

var _ activities.Sources = (*sources)(nil)

// Source finds or builds the source of that name.
func (s *sources) Source(name string) (*activities.Source, error) {
	configured, err := s.registry.Get(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ready, ok := s.built[name]; ok {
		return ready, nil
	}
	ready, err := s.build(configured)
	if err != nil {
		return nil, ofSource(name, err)
	}
	s.built[name] = ready
	return ready, nil
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
		AcceptMissing: from.AcceptMissing,
	}
	ready.Exports, err = s.exports(from)
	return ready, err
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
			if one.Target, err = format.Target(from, export.Process{UserAgent: s.userAgent, Logger: s.logger}); err != nil {
				return nil, err
			}
		}
		ready = append(ready, one)
	}
	return ready, nil
}

// baseURL is where the org of a source is: the settings or the credentials document name it.
func baseURL(from source.Source) (string, error) {
	if from.Salesforce.BaseURL != "" {
		return from.Salesforce.BaseURL, nil
	}
	document, err := from.SalesforceCredentials(context.Background())
	return document.BaseURL, err
}

// salesforce makes a client of the org. The bounds of a try are those of config.
func (s *sources) salesforce(from source.Source, config salesforce.Config) (*salesforce.Client, error) {
	base, err := baseURL(from)
	if err != nil {
		return nil, err
	}
	if config.Slots == nil && !from.UnboundedLogins {
		config.Slots = s.store.Logins(from.Name)
	}
	config.BaseURL, config.Auth, config.APIVersion = base, salesforce.Auth(from.Salesforce.Auth), from.Salesforce.APIVersion
	config.CAFile, config.MaxInFlight, config.UserAgent, config.Logger = from.Salesforce.CAFile, from.MaxInFlight, s.userAgent, s.logger
	config.Credentials = func(ctx context.Context) (salesforce.Credentials, error) {
		c, err := from.SalesforceCredentials(ctx)
		return salesforce.Credentials{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret,
			Username: c.Username, Password: c.Password, SecurityToken: c.SecurityToken,
			PrivateKey: c.PrivateKey, Audience: from.Salesforce.Audience,
		}, err
	}
	return salesforce.New(config)
}

// close closes idle connections.
func (s *sources) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ready := range s.built {
		ready.Salesforce.Close()
		for _, one := range ready.Exports {
			if one.Target != nil {
				one.Target.Close()
			}
		}
	}
}
