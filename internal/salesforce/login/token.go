package login

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/recordid"
	"longhaul/internal/salesforce/redact"
)

// Identity is who is logged in, and where.
type Identity struct {
	OrgID       string // 18 characters
	UserID      string // 18 characters: the run-as user
	InstanceURL string
}

// Token is the result of one login. Salesforce does not say how long it lasts. It prints as a placeholder, with every verb and encoder.
type Token struct {
	Value    string
	Instance origin.Origin
	Identity Identity
	Issued   time.Time // by Salesforce's clock; zero when it does not say
	Scope    string    // what it may do, in OAuth's words; empty when Salesforce does not say
	Secrets  []string  // that no error repeats, should Salesforce send them back
}

// String hides every value.
func (Token) String() string { return "[salesforce token]" }

// Format hides every value, with every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText hides every value from encoders.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// newToken reads the answer to a login. The instance may differ from one login to the next.
func newToken(granted *oauth2.Token, base origin.Origin) (*Token, error) {
	org, user, err := parseIdentity(text(granted.Extra("id")))
	if err != nil {
		return nil, err
	}
	instance := base
	switch written := text(granted.Extra("instance_url")); {
	case written != "":
		if instance, err = origin.ParseInstance(written, base); err != nil {
			return nil, err
		}
	case origin.IsFrontDoor(base.Name()):
		return nil, errors.New("it names no instance_url, and this host is shared by all orgs")
	}
	if !isToken(granted.AccessToken) {
		return nil, errors.New("its access_token is none")
	}
	return &Token{
		Value: granted.AccessToken, Instance: instance, Issued: issuedAt(text(granted.Extra("issued_at"))),
		Scope:    redact.Clean(text(granted.Extra("scope")), redact.LongestText),
		Identity: Identity{OrgID: org, UserID: user, InstanceURL: instance.String()},
	}, nil
}

// isToken reports whether a token can stand in a header.
func isToken(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// lastMilli is the end of the year 9999: a later one is no time.
const lastMilli = 253402300799999

// issuedAt reads when a token was issued, in milliseconds of Salesforce's clock; zero where it does not say.
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

// parseIdentity takes org and user from the end of an identity URL, as https://login.salesforce.com/id/00D.../005...
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

// longestToken is far more bytes than the answer to a login has.
const longestToken = 1 << 20

// pageCheck is a layer that reads the answers to logins before oauth2 does, whose error does not say what it could not read.
type pageCheck struct{ next http.RoundTripper }

func (t pageCheck) RoundTrip(req *http.Request) (*http.Response, error) {
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
		return nil, &pageError{body}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// pageError is a page in place of a token. Its text is never shown: the page may repeat what was sent.
type pageError struct{ start []byte }

func (*pageError) Error() string { return apierror.ErrWebPage.Error() }
