package catalog

import (
	"context"
	"crypto/x509"
	"net/http"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// Defaults of a client.
const (
	DefaultTimeout  = time.Minute // without progress
	DefaultAttempts = 3
	DefaultBackoff  = time.Second
	defaultOverall  = time.Hour        // of one try, whatever its progress
	longestPause    = 30 * time.Second // the caller has to wait for a longer Retry-After
)

// Config says where and how to deliver.
type Config struct {
	Zone      string                                // EU or US; EU when it and URL are empty
	URL       string                                // in place of a zone
	PublicAPI string                                // in place of the zone's public GraphQL API; for tests
	SourceID  string                                // a UUID
	Token     func(context.Context) (string, error) // called at every Send
	CAFile    string                                // extra roots, added to the system's
	Timeout   time.Duration                         // how long a try may make no progress: DefaultTimeout when zero
	Attempts  int                                   // tries of one file: DefaultAttempts when zero
	Backoff   time.Duration                         // first pause between tries, doubled each time: DefaultBackoff when zero
	UserAgent string
	Logger    *zap.Logger // may be nil

	// Observed, unless it is nil, is told of each request, by one of Routes.
	Observed func(route string, took time.Duration, err error)
}

// The routes of requests, for metrics.
const (
	routeUpload  = "upload"
	routeToken   = "token"   // tries the token at the public API
	routeConnect = "connect" // tries the way
)

// Routes are those of a client's requests.
var Routes = []string{routeUpload, routeToken, routeConnect}

// Client delivers files for one source id. It is safe for concurrent use.
type Client struct {
	to        destination
	public    *publicAPI // nil where nobody knows one
	token     func(context.Context) (string, error)
	http      *http.Client
	timeout   time.Duration
	overall   time.Duration
	attempts  int
	backoff   time.Duration
	userAgent string
	log       *zap.Logger
	observed  func(route string, took time.Duration, err error)
}

// New makes a client; its error is of class invalid and says which setting to change.
func New(cfg Config) (*Client, error) {
	base, err := Endpoint(cfg.Zone, cfg.URL)
	if err != nil {
		return nil, err
	}
	api, err := publicAddress(cfg.Zone, cfg.URL, cfg.PublicAPI)
	if err != nil {
		return nil, err
	}
	id, err := ParseSourceID(cfg.SourceID)
	if err != nil {
		return nil, err
	}
	if cfg.Token == nil {
		return nil, fault.Invalidf("the catalog's token is not set: set catalog.token, or CASTOR_UPLOADER_TOKEN for `upload`")
	}
	roots, err := httpkit.Roots("the catalog's ca_file", cfg.CAFile)
	if err != nil {
		return nil, err
	}
	c := &Client{
		to: destination{base: base, sourceID: id}, token: cfg.Token, timeout: cfg.Timeout, overall: defaultOverall,
		attempts: cfg.Attempts, backoff: cfg.Backoff, userAgent: cfg.UserAgent, log: cfg.Logger,
		observed: cfg.Observed,
	}
	c.setDefaults()
	c.http = &http.Client{Transport: newTransport(roots, c.timeout), CheckRedirect: refuseRedirect}
	if api != nil {
		c.public = &publicAPI{address: api, http: c.http, backoff: c.backoff, userAgent: c.userAgent, observed: c.observed}
	}
	return c, nil
}

func (c *Client) setDefaults() {
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.attempts <= 0 {
		c.attempts = DefaultAttempts
	}
	if c.backoff <= 0 {
		c.backoff = DefaultBackoff
	}
	if c.userAgent == "" {
		c.userAgent = "longhaul"
	}
	if c.log == nil {
		c.log = zap.NewNop()
	}
	if c.observed == nil {
		c.observed = func(string, time.Duration, error) {}
	}
}

// SourceID is the id of the source as the catalog's paths have it.
func (c *Client) SourceID() string { return c.to.sourceID }

// Host is the machine that files go to, for messages.
func (c *Client) Host() string { return c.to.base.Host }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// refuseRedirect makes the redirect itself the answer: the token never goes to another address.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newTransport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	transport := httpkit.NewTransport(roots, timeout)
	transport.ForceAttemptHTTP2 = true
	transport.MaxIdleConnsPerHost = 4
	transport.WriteBufferSize = 64 << 10
	return transport
}
