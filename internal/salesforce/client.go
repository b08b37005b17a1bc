// Package salesforce is the client of the Salesforce APIs: it logs in, reads records by SOQL and describes reports.
//
// A request passes these layers, outermost first:
//
//	exchange.Retrier   a few tries of the whole exchange, reading of the body included
//	exchange.Exchange  timeout of one try, errors classed, Content-Type checked, body bounded; the header counts once the body has
//	                   proved to be the expected answer
//	session.Layer      the session's token; a new login and a repeat when it has ended, or to probe a policy
//	httpkit.Redirects  within the host only
//	usage.Counter      counts calls and logins; the call budget; headers kept until the body is read
//	headers            Accept, User-Agent, and the name of the client for the org's logs
//	httpkit.Gzip       compression, its end checked
//	base               proxy, TLS, connections
//
// Logins pass the same layers but the session's, and each takes a slot before it is sent.
package salesforce

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/describe"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/login"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/session"
	"longhaul/internal/salesforce/setup"
	"longhaul/internal/salesforce/soql"
	"longhaul/internal/salesforce/usage"
)

// Client reads one org. It is safe for concurrent use.
type Client struct {
	exchange exchange.Exchange
	session  *session.Session
	owner    *session.Owner // of the sessions that it uses; nil is any
	idle     func()
	log      *zap.Logger
}

// New makes a client. Its error has class invalid and names the setting to change.
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
	open := httpkit.Redirects{Next: usage.Counter{Next: headers{cfg.UserAgent, httpkit.Gzip{Next: bottom}}}}
	x := exchange.Exchange{
		Base: base, Version: cfg.APIVersion, Timeout: cfg.Timeout, Retry: exchange.Retrier{Attempts: cfg.Attempts},
		Session: exchange.Without{Origin: base}, Consensus: new(usage.Consensus), Way: open, Open: open, Observed: cfg.Observed,
	}
	flow := login.New(login.Config{Exchange: x, Auth: cfg.Auth, Credentials: cfg.Credentials, Slots: cfg.Slots, Logger: cfg.Logger})
	s := session.New(session.Config{Login: flow.LogIn, Home: base, Bounded: cfg.Slots != nil})
	x.Session, x.Way = s, session.Layer{Session: s, Next: open}
	return &Client{exchange: x, session: s, idle: idle, log: cfg.Logger}, nil
}

// As returns the client for one sync: every request uses a session of that org and that user, or fails as invalid.
func (c *Client) As(org, user string) *Client {
	bound := *c
	bound.owner = &session.Owner{Org: org, User: user}
	bound.exchange.Way = session.Layer{Session: c.session, Owner: bound.owner, Next: c.exchange.Open}
	return &bound
}

// Login makes sure that there is a session, and returns whose it is.
func (c *Client) Login(ctx context.Context) (Identity, error) {
	g, err := c.session.Grant(ctx, c.owner, 0)
	if err != nil {
		return Identity{}, err
	}
	return g.Identity, nil
}

// Late names the host in an error that says no more than that the caller's time was over while the org was asked. Every other error stays
// as it is.
func (c *Client) Late(err error) error {
	if fault.From(err) != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	place, op := c.session.Place(), apierror.OpLogin
	if place.Generation > 0 {
		op = apierror.OpQuery
	}
	late := apierror.Unreachable(op, place.Instance.Host, err)
	late.Retryable = false // there is no time left
	return late
}

// Renew lets the next request log in, for when settings, org or policies may have changed: it drops the session, and a refusal that still
// stands. It does so once for each occasion, which a time names. A client of one org and user (see As) stays theirs.
func (c *Client) Renew(occasion time.Time) { c.session.Renew(occasion) }

// Close closes the idle connections.
func (c *Client) Close() { c.idle() }

// BaseURL is the address that logins go to, as https://acme.my.salesforce.com.
func (c *Client) BaseURL() string { return c.exchange.Base.String() }

// APIVersion is the version of the API that the client speaks, as 59.0.
func (c *Client) APIVersion() string { return c.exchange.Version }

// Pages reads all records of a query in the order of their Ids, as Salesforce sorts them. An error ends the sequence.
func (c *Client) Pages(ctx context.Context, q Query) iter.Seq2[Page, error] {
	return soql.Pages(ctx, &c.exchange, c.log, q)
}

// Count counts the records of a query that the run-as user sees, whatever its fields. It is one call.
func (c *Client) Count(ctx context.Context, q Query) (int64, error) {
	return soql.Count(ctx, &c.exchange, q)
}

// Setup reads what Setup shows of the run-as user and the org.
func (c *Client) Setup() setup.Reader { return setup.Reader{Exchange: &c.exchange, Log: c.log} }

// Scope is what the session may do, in OAuth's words with spaces between; empty before the first login and where Salesforce does not say.
func (c *Client) Scope() string { return c.session.Scope() }

// DescribeReport reads the columns of a report, without its data and without the metadata of its report type.
func (c *Client) DescribeReport(ctx context.Context, id string) (*Description, error) {
	return describe.Report(ctx, &c.exchange, id)
}
