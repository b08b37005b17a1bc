// Package salesforce is the client of the Salesforce APIs: it logs in, reads records by SOQL and describes reports.
//
// A request passes these layers, outermost first:
//
//	retrier     a few tries of the whole exchange, reading of the body included
//	exchange    timeout of one try, errors classed, Content-Type checked, body bounded; what the headers told is believed
//	            once the body has proved to be the answer that was asked for
//	bearer      the session's token; a new login and a repeat when it has ended, or when a policy is to be proved
//	redirects   within the host only
//	metering    the account of calls and logins; the bound of calls; headers kept until the body is read
//	headers     Accept and User-Agent
//	compressed  gzip, its end checked
//	base        proxy, TLS, connections
//
// Logins pass the same layers but the bearer's, and each takes a slot before it is sent.
package salesforce

import (
	"context"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// Defaults of a client.
const (
	DefaultAPIVersion  = "59.0"
	DefaultTimeout     = time.Minute
	DefaultAttempts    = 3
	defaultMaxInFlight = 24
)

// Config says where and how to read.
type Config struct {
	BaseURL     string                                     // as the user wrote it
	Auth        Auth                                       // AuthClientCredentials when empty
	Credentials func(context.Context) (Credentials, error) // resolved again at every login
	APIVersion  string                                     // DefaultAPIVersion when empty
	CAFile      string                                     // extra roots, added to the system's
	MaxInFlight int                                        // sizes the connection pool
	UserAgent   string
	Logger      *zap.Logger   // may be nil
	Slots       LoginSlots    // bounds the logins; nil: they are not bounded, as in tests with tokens of a moment
	Timeout     time.Duration // of one try, DefaultTimeout when zero
	Attempts    int           // tries of one request, DefaultAttempts when zero
}

// Client reads one org. It is safe for concurrent use.
type Client struct {
	base        origin.Origin
	auth        Auth
	credentials func(context.Context) (Credentials, error)
	version     string
	timeout     time.Duration
	retry       retrier
	session     *session
	admission   *admission
	belief      *usage.Consensus
	owner       *owner            // of the sessions that it takes; nil: any
	stack       http.RoundTripper // with the session
	open        http.RoundTripper // without it
	plain       *http.Client      // for logins: the same way out as open
	idle        func()
	log         *zap.Logger
	warned      *sync.Once
	proved      *atomic.Bool // base has shown itself to be a way to Salesforce
}

var apiVersion = regexp.MustCompile(`^v?(\d{2,3}\.0)$`)

// New makes a client; its error is of class invalid and says which setting to change.
func New(cfg Config) (*Client, error) {
	roots, err := httpkit.Roots("ca_file", cfg.CAFile)
	if err != nil {
		return nil, err
	}
	if cfg.MaxInFlight <= 0 {
		cfg.MaxInFlight = defaultMaxInFlight
	}
	bottom := newBase(roots, cfg.MaxInFlight)
	return newClient(cfg, bottom, bottom.CloseIdleConnections)
}

// newClient makes a client on any transport, so that tests need no network.
func newClient(cfg Config, bottom http.RoundTripper, idle func()) (*Client, error) {
	base, err := origin.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := cfg.setDefaults(base); err != nil {
		return nil, err
	}
	c := &Client{
		base: base, auth: cfg.Auth, credentials: cfg.Credentials,
		version: cfg.APIVersion, timeout: cfg.Timeout, retry: retrier{attempts: cfg.Attempts}, idle: idle, log: cfg.Logger,
		warned: new(sync.Once), proved: new(atomic.Bool), belief: new(usage.Consensus),
	}
	way := httpkit.Redirects{Next: usage.Counter{Next: headers{cfg.UserAgent, httpkit.Gzip{Next: bottom}}}}
	c.open, c.plain = way, newPlain(way)
	c.admission = &admission{slots: cfg.Slots, log: cfg.Logger}
	c.session = &session{login: c.login, home: c.base, doubts: cfg.Slots != nil}
	c.stack = bearer{c.session, nil, way}
	return c, nil
}

func (cfg *Config) setDefaults(base origin.Origin) error {
	if cfg.Auth == "" {
		cfg.Auth = AuthClientCredentials
	}
	if cfg.Auth != AuthClientCredentials && cfg.Auth != AuthPassword {
		return fault.Invalidf("auth must be client_credentials or password")
	}
	if host := base.Name(); cfg.Auth == AuthClientCredentials && origin.IsFrontDoor(host) { // which knows no client credentials
		return fault.Invalidf("%s takes no client credentials: set base_url to the org's My Domain, such as acme.my.salesforce.com "+
			"(in Setup, under My Domain)", host)
	}
	if cfg.Credentials == nil {
		return fault.Invalidf("the login for Salesforce is not set")
	}
	if cfg.APIVersion == "" {
		cfg.APIVersion = DefaultAPIVersion
	}
	version := apiVersion.FindStringSubmatch(cfg.APIVersion)
	if version == nil {
		return fault.Invalidf("api_version must look like %s", DefaultAPIVersion)
	}
	cfg.APIVersion = version[1]
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = DefaultAttempts
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "longhaul"
	}
	if cfg.Logger == nil {
		cfg.Logger = zap.NewNop()
	}
	return nil
}

// Close gives back the connections that lie idle.
func (c *Client) Close() { c.idle() }

// BaseURL is the address that logins go to, as https://acme.my.salesforce.com.
func (c *Client) BaseURL() string { return c.base.String() }

// InstanceURL is the address that requests go to, which the newest login named.
func (c *Client) InstanceURL() string { return c.instance().String() }

// APIVersion is the version of the API that the client speaks, as 59.0.
func (c *Client) APIVersion() string { return c.version }

func (c *Client) instance() origin.Origin {
	if g := c.session.peek(); g != nil {
		return g.instance
	}
	return c.base
}
