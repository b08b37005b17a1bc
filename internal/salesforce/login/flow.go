package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/redact"
	"longhaul/internal/salesforce/usage"
)

// Config says where and how to log in.
type Config struct {
	Exchange    exchange.Exchange // without a session
	Auth        Auth
	Credentials func(context.Context) (Credentials, error) // resolved again at every login
	Slots       Slots                                      // bounds the logins; nil is no bound
	Logger      *zap.Logger
}

// Flow logs in. It is safe for concurrent use.
type Flow struct {
	exchange    exchange.Exchange
	auth        Auth
	credentials func(context.Context) (Credentials, error)
	admission   admission
	client      *http.Client // the way of requests without a session
	log         *zap.Logger
	warned      sync.Once
	proved      atomic.Bool // the host has shown itself to be a way to Salesforce
}

// New makes a Flow.
func New(cfg Config) *Flow {
	return &Flow{
		exchange: cfg.Exchange, auth: cfg.Auth, credentials: cfg.Credentials, log: cfg.Logger,
		admission: admission{slots: cfg.Slots, log: cfg.Logger},
		client:    &http.Client{Transport: pageCheck{cfg.Exchange.Open}},
	}
}

func (f *Flow) base() origin.Origin { return f.exchange.Base }

// LogIn requests a new token, a few times when the fault may pass.
func (f *Flow) LogIn(ctx context.Context) (*Token, error) {
	ctx, cancel := context.WithTimeout(ctx, f.exchange.Retry.Bound(f.exchange.Timeout))
	defer cancel()
	credentials, err := f.credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", apierror.OpCredentials, err)
	}
	if err := credentials.check(f.auth); err != nil {
		return nil, err
	}
	if f.auth == AuthPassword {
		f.warned.Do(func() {
			f.log.Warn("the username-password login is deprecated by Salesforce: move to client_credentials with an External Client App")
		})
	}
	if err := f.prove(ctx); err != nil {
		return nil, err
	}
	f.learnClock(ctx)
	var token *Token
	err = f.exchange.Retry.Do(ctx, func(ctx context.Context) error {
		if err := f.admission.admit(ctx); err != nil {
			return err
		}
		began := time.Now()
		token, err = f.try(ctx, credentials)
		f.exchange.Observe(apierror.OpLogin, exchange.RouteLogin, began, err)
		f.admission.done(ctx, token, err)
		return err
	})
	return token, err
}

// prove makes sure, before the first login is sent to an unknown host, that it is a way to Salesforce: it must give the list of API
// versions, which needs no login. A customer's own gateway does; a portal, a parked domain and a misspelt host do not.
func (f *Flow) prove(ctx context.Context) error {
	host := f.base().Name()
	if origin.IsSalesforce(host) || httpkit.IsLoopback(host) || f.proved.Load() {
		return nil
	}
	_, err := f.exchange.Versions(ctx, apierror.OpProve, f.base())
	if err == nil {
		f.proved.Store(true)
		return nil
	}
	return apierror.NotSalesforce(f.base().Host, err)
}

func (f *Flow) try(ctx context.Context, credentials Credentials) (*Token, error) {
	tried, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, f.client), f.exchange.Timeout)
	defer cancel()
	tried, observation := usage.Observe(tried)
	granted, err := f.request(tried, credentials)
	if err != nil {
		return nil, f.failure(ctx, credentials, observation, err)
	}
	token, err := newToken(granted, f.base())
	if err != nil {
		return nil, apierror.UnusableLogin(f.base().Host, err)
	}
	observation.Accept(ctx, f.exchange.Consensus)
	f.log.Debug("logged in to Salesforce", zap.String("host", f.base().Host), zap.Stringer("instance", token.Instance))
	token.Secrets = redact.Forms(append(credentials.values(), token.Value))
	return token, nil
}

// request sends the login, in the body of the request alone.
func (f *Flow) request(ctx context.Context, credentials Credentials) (*oauth2.Token, error) {
	endpoint := f.base().String() + origin.TokenPath
	if f.auth == AuthPassword {
		config := oauth2.Config{
			ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
			Endpoint: oauth2.Endpoint{TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams},
		}
		return config.PasswordCredentialsToken(ctx, credentials.Username, credentials.Password+credentials.SecurityToken)
	}
	if f.auth == AuthJWTBearer {
		signed, err := credentials.assertion(f.base(), f.now())
		if err != nil {
			return nil, err
		}
		config := clientcredentials.Config{
			TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
			EndpointParams: url.Values{"grant_type": {grantJWT}, "assertion": {signed}},
		}
		return config.Token(ctx)
	}
	config := clientcredentials.Config{
		ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
		TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
	}
	return config.Token(ctx)
}

// clockWithin bounds the question for the clock, so that the time of a login is left for its tries.
const clockWithin = 3 * time.Second

// learnClock reads Salesforce's clock before an assertion is made: that of a machine whose clock is behind, or that has slept, has expired
// when it arrives. An answer that reports a jump is believed once a second one agrees. The request needs no login and is no API call. Without
// an answer this machine's clock has to do.
func (f *Flow) learnClock(ctx context.Context) {
	if f.auth != AuthJWTBearer {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, clockWithin)
	defer cancel()
	for range 2 {
		if _, err := f.exchange.Versions(ctx, apierror.OpProve, f.base()); err != nil {
			f.log.Debug("Salesforce's clock is not known before a login", zap.Error(err))
			return
		}
		if !f.exchange.Consensus.Doubts() {
			return
		}
	}
}

// now is Salesforce's time as far as it is known.
func (f *Flow) now() time.Time {
	now := time.Now()
	if known := f.exchange.Consensus.Expected(now); !known.IsZero() {
		return known
	}
	return now
}

// failure classes the failure of a login. The error of oauth2 holds the body, so no part of it is kept.
func (f *Flow) failure(ctx context.Context, credentials Credentials, o *usage.Observation, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", apierror.OpLogin, ctx.Err())
	}
	host := f.base().Host
	var refused *oauth2.RetrieveError
	var broken *url.Error
	var page *pageError
	switch {
	case fault.From(err) != nil: // nothing was sent
		return err
	case errors.As(err, &refused) && refused.Response != nil:
		a := apierror.Answer{
			Op: apierror.OpLogin, Host: host, Version: f.exchange.Version, Hide: redact.Forms(credentials.values()),
			Status: refused.Response.StatusCode, Header: refused.Response.Header, Body: refused.Body, ByPassword: f.auth == AuthPassword,
		}
		if a.FromSalesforce() {
			a.Date = o.Accept(ctx, f.exchange.Consensus).Date
		}
		return a.Classify()
	case errors.As(err, &page):
		if shown := apierror.Page(page.start, redact.Forms(credentials.values())); shown != nil {
			return apierror.UnusableLogin(host, shown)
		}
		return apierror.UnusableLogin(host, apierror.ErrWebPage)
	case errors.As(err, &broken):
		return apierror.Unreachable(apierror.OpLogin, host, broken.Err)
	default:
		return apierror.UnusableLogin(host, decode.ErrUnreadable)
	}
}
