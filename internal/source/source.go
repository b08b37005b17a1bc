// Package source describes the named sources: how to reach an org, how many requests to send it, and where its files go.
package source

import (
	"time"

	"longhaul/internal/sourcename"
)

// Auth is the login flow of a source.
type Auth string

// The login flows. Passwords are for orgs that cannot have a client credentials flow yet.
const (
	ClientCredentials Auth = "client_credentials"
	JWTBearer         Auth = "jwt_bearer" // an assertion that the private key of the app's certificate signs
	Password          Auth = "password"
)

// Defaults of a source's limits, and their bounds.
const (
	DefaultMaxInFlight  = 24
	DefaultMaxShards    = 8
	DefaultCeiling      = 80 // percent
	DefaultShare        = 25 // percent
	DefaultProbe        = 45 * time.Minute
	DefaultAudit        = 30 * 24 * time.Hour
	DefaultMaxShrink    = 10 // percent
	DefaultGuardTimeout = 7 * 24 * time.Hour
	DefaultKeepAccounts = 90
	DefaultKeepDays     = 400
	MostInFlight        = 500
	MostShards          = 64
)

// Source is one org with its limits and its exports.
type Source struct {
	Name        string
	Salesforce  Salesforce
	Exports     []Export // what is made of what is read; castor's files where it is empty
	MaxInFlight int      // requests to the org at one time, over all workers
	MaxShards   int      // shard activities at one time, never more than MaxInFlight
	Quota       Quota
	Refresh     Refresh
	Guard       Guard
	Scope       Scope
	Keep        Keep
	Schedule    Schedule
	Notify      Notify

	AcceptMissing []string // permissions without which a sync goes on without asking, by short names such as ViewPublicReports
	// UnboundedLogins lifts the bound of logins in an hour. No setting sets it: it is for tests whose tokens last for a moment.
	UnboundedLogins bool
}

// Salesforce says how to reach an org and how to log in. Credentials, if it is set, replaces what it holds.
type Salesforce struct {
	BaseURL       string
	Auth          Auth
	ClientID      string
	ClientSecret  Secret
	Username      string
	Password      Secret
	SecurityToken Secret
	PrivateKey    Secret // of JWTBearer: an RSA key in PEM form
	Audience      string // of JWTBearer; empty: as the host of BaseURL says
	Credentials   Secret // a JSON document, see Document
	CAFile        string // extra roots, added to the system's
	APIVersion    string // empty: the client's default
}

// Quota bounds how many of the org's daily API calls a sync may use, in percent of the org's maximum. A sync at a bound waits.
type Quota struct {
	Ceiling int           `json:"ceiling"` // by all users of the org together
	Share   int           `json:"share"`   // by this sync in any 24 hours
	Probe   time.Duration `json:"probe"`   // how often a sync that waits looks whether calls have become free
}

// Refresh says what is described again though it does not change.
type Refresh struct {
	Audit time.Duration // within which each report is described again; Never switches that off
}

// Never is a time that does not come.
const Never time.Duration = -1

// Guard says when a sync holds and asks a person before it goes on.
type Guard struct {
	MaxShrink int           // percent by which reports or dashboards may have shrunk since the last sync
	Timeout   time.Duration // how long a sync waits for the answer; then it is discarded
}

// Scope widens what is extracted.
type Scope struct {
	Private bool `json:"private"` // reports and dashboards in other people's private folders too
}

// Keep says how much of the past is kept in the bucket for those who look back.
type Keep struct {
	Accounts int // of the newest syncs: what became of every report
	Days     int // of what changed from sync to sync, and of how syncs ended
}

// CheckName returns what is wrong with the name of a source in the settings; nil for a good name.
func CheckName(name string) error { return sourcename.Check(name) }

// WithDefaults returns the source with the default of each limit that is zero.
func (s Source) WithDefaults() Source {
	if s.Salesforce.Auth == "" {
		s.Salesforce.Auth = ClientCredentials
	}
	if len(s.Exports) == 0 {
		s.Exports = []Export{{Name: DefaultExport}}
	}
	s.MaxInFlight = orDefault(s.MaxInFlight, DefaultMaxInFlight)
	s.MaxShards = orDefault(s.MaxShards, min(DefaultMaxShards, s.MaxInFlight))
	s.Quota.Ceiling = orDefault(s.Quota.Ceiling, DefaultCeiling)
	s.Quota.Share = orDefault(s.Quota.Share, DefaultShare)
	s.Quota.Probe = orDefault(s.Quota.Probe, DefaultProbe)
	s.Refresh.Audit = orDefault(s.Refresh.Audit, DefaultAudit)
	s.Guard.MaxShrink = orDefault(s.Guard.MaxShrink, DefaultMaxShrink)
	s.Guard.Timeout = orDefault(s.Guard.Timeout, DefaultGuardTimeout)
	s.Keep.Accounts = orDefault(s.Keep.Accounts, DefaultKeepAccounts)
	s.Keep.Days = orDefault(s.Keep.Days, DefaultKeepDays)
	return s
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}
