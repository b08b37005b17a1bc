package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/recordid"
	"longhaul/internal/salesforce/redact"
	"longhaul/internal/salesforce/usage"
)

// Identity tells who is logged in, where.
type Identity struct {
	OrgID       string // 18 characters
	UserID      string // 18 characters: the run-as user
	InstanceURL string
}

// Login makes sure that there is a session and tells whose it is.
func (c *Client) Login(ctx context.Context) (Identity, error) {
	g, err := c.session.of(ctx, c.owner, 0)
	if err != nil {
		return Identity{}, err
	}
	return g.identity, nil
}

// Renew lets the next request log in, for when settings, org or policies may have changed: it drops the session, and a
// refusal that still stands. It does so once for each occasion, which a time names. What was begun as one org and user (see
// As) stays theirs.
func (c *Client) Renew(occasion time.Time) { c.session.renew(occasion) }

// login asks for a new token, a few times when the fault may pass.
func (c *Client) login(ctx context.Context) (*grant, error) {
	ctx, cancel := context.WithTimeout(ctx, c.retry.bound(c.timeout))
	defer cancel()
	credentials, err := c.credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", apierror.OpCredentials, err)
	}
	if err := credentials.check(c.auth); err != nil {
		return nil, err
	}
	if c.auth == AuthPassword {
		c.warnOfPassword()
	}
	if err := c.prove(ctx); err != nil {
		return nil, err
	}
	var g *grant
	err = c.retry.do(ctx, func(ctx context.Context) error {
		if err := c.admission.admit(ctx); err != nil {
			return err
		}
		g, err = c.tryLogin(ctx, credentials)
		c.admission.sent(ctx, g, err)
		return err
	})
	return g, err
}

func (c *Client) tryLogin(ctx context.Context, credentials Credentials) (*grant, error) {
	tried, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, c.plain), c.timeout)
	defer cancel()
	tried, heard := usage.Observe(tried)
	token, err := c.requestToken(tried, credentials)
	if err != nil {
		return nil, c.loginFault(ctx, credentials, heard, err)
	}
	g, err := c.newGrant(token)
	if err != nil {
		return nil, unusable(c.base.Host, err)
	}
	heard.Accept(ctx, c.belief)
	c.log.Debug("logged in to Salesforce", zap.String("host", c.base.Host), zap.Stringer("instance", g.instance))
	g.hide = redact.Forms(append(credentials.values(), g.token))
	return g, nil
}

// requestToken sends the login, in the body of the request alone.
func (c *Client) requestToken(ctx context.Context, credentials Credentials) (*oauth2.Token, error) {
	endpoint := c.base.String() + origin.TokenPath
	if c.auth == AuthPassword {
		config := oauth2.Config{
			ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
			Endpoint: oauth2.Endpoint{TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams},
		}
		return config.PasswordCredentialsToken(ctx, credentials.Username, credentials.Password+credentials.SecurityToken)
	}
	config := clientcredentials.Config{
		ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
		TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
	}
	return config.Token(ctx)
}

// loginFault classes what became of a login. What oauth2 says of it holds the body, so nothing of that is kept.
func (c *Client) loginFault(ctx context.Context, credentials Credentials, heard *usage.Observation, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", apierror.OpLogin, ctx.Err())
	}
	var refused *oauth2.RetrieveError
	var broken *url.Error
	var page *pageBody
	switch {
	case errors.As(err, &refused) && refused.Response != nil:
		a := apierror.Answer{
			Op: apierror.OpLogin, Host: c.base.Host, Version: c.version, Hide: redact.Forms(credentials.values()),
			Status: refused.Response.StatusCode, Header: refused.Response.Header, Body: refused.Body, ByPassword: c.auth == AuthPassword,
		}
		if a.FromSalesforce() {
			a.Date = heard.Accept(ctx, c.belief).Date
		}
		return a.Classify()
	case errors.As(err, &page):
		if shown := apierror.Page(page.start, redact.Forms(credentials.values())); shown != nil {
			return unusable(c.base.Host, shown)
		}
		return unusable(c.base.Host, apierror.ErrWebPage)
	case errors.As(err, &broken):
		return apierror.Unreachable(apierror.OpLogin, c.base.Host, broken.Err)
	default:
		return unusable(c.base.Host, decode.ErrUnreadable)
	}
}

// unusable is the error of a login that seemed to succeed and gave no session.
func unusable(host string, err error) *apierror.Error {
	return &apierror.Error{
		Class: fault.Transient, Op: apierror.OpLogin, Err: err, Retryable: true,
		Sentence: fmt.Sprintf("the login of %s gave an answer that Longhaul cannot use (%s): check base_url, "+
			"and whether a proxy or a login portal stands between", host, err),
	}
}

// newGrant reads a token answer. The instance may differ from one login to the next.
func (c *Client) newGrant(token *oauth2.Token) (*grant, error) {
	org, user, err := parseIdentity(text(token.Extra("id")))
	if err != nil {
		return nil, err
	}
	instance := c.base
	switch written := text(token.Extra("instance_url")); {
	case written != "":
		if instance, err = origin.ParseInstance(written, c.base); err != nil {
			return nil, err
		}
	case origin.IsFrontDoor(c.base.Name()):
		return nil, errors.New("it names no instance_url, and this host is shared by all orgs")
	}
	if !isToken(token.AccessToken) {
		return nil, errors.New("its access_token is none")
	}
	return &grant{
		token: token.AccessToken, instance: instance, issued: issuedAt(text(token.Extra("issued_at"))),
		identity: Identity{OrgID: org, UserID: user, InstanceURL: instance.String()},
	}, nil
}

// isToken says whether a token can stand in a header.
func isToken(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// lastMilli is the end of the year 9999: what is later is no time.
const lastMilli = 253402300799999

// issuedAt reads when a token was issued, by Salesforce's clock in milliseconds; zero where it does not say.
func issuedAt(written string) time.Time {
	ms, err := strconv.ParseInt(written, 10, 64)
	if err != nil || ms <= 0 || ms > lastMilli {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// parseIdentity takes org and user from the tail of an identity URL, as https://login.salesforce.com/id/00D.../005...
func parseIdentity(id string) (org, user string, err error) {
	path, err := url.Parse(id)
	if err != nil {
		return "", "", errors.New("its id is no address")
	}
	parts := strings.Split(strings.Trim(path.Path, "/"), "/")
	if len(parts) < 3 || parts[len(parts)-3] != "id" {
		return "", "", errors.New("its id names no org and user")
	}
	if org, err = recordid.Long(parts[len(parts)-2]); err != nil {
		return "", "", errors.New("its id names no org")
	}
	if user, err = recordid.Long(parts[len(parts)-1]); err != nil {
		return "", "", errors.New("its id names no user")
	}
	return org, user, nil
}

// warnOfPassword says once per client that the flow is on its way out.
func (c *Client) warnOfPassword() {
	c.warned.Do(func() {
		c.log.Warn("the username-password login is deprecated by Salesforce: move to client_credentials with an External Client App")
	})
}

// newPlain makes the HTTP client of logins: the same way out, without a session.
func newPlain(way http.RoundTripper) *http.Client { return &http.Client{Transport: tokens{way}} }

// tokens looks at the answers to logins before oauth2 does, which does not tell what it could not read.
type tokens struct{ next http.RoundTripper }

func (t tokens) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestToken))
	httpkit.Finish(resp.Body)
	if err != nil {
		return nil, err
	}
	if apierror.Page(body, nil) != nil {
		return nil, &pageBody{body}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// pageBody is a page in the place of a token. It is never shown: the page may repeat what was sent.
type pageBody struct{ start []byte }

func (*pageBody) Error() string { return apierror.ErrWebPage.Error() }

// longestToken is far more than an answer to a login has.
const longestToken = 1 << 20
