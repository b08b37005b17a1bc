package salesforce

import (
	"fmt"
	"net/http"
	"net/url"

	"longhaul/internal/fault"
)

// mostRedirects is how often one request follows a redirect within its host.
const mostRedirects = 3

// redirects follows a redirect within the same host, for requests that only read. One to anywhere else is refused:
// the token, or the login itself, must not go there.
type redirects struct{ next http.RoundTripper }

func (t redirects) RoundTrip(req *http.Request) (*http.Response, error) {
	for range mostRedirects + 1 {
		resp, err := t.next.RoundTrip(req)
		if err != nil || !isRedirect(resp.StatusCode) {
			return resp, err
		}
		finish(resp.Body)
		to, err := req.URL.Parse(resp.Header.Get("Location"))
		if err != nil || req.Method != http.MethodGet || to.Scheme != req.URL.Scheme || to.Host != req.URL.Host || to.User != nil {
			return nil, &redirectError{status: resp.StatusCode, to: hostOf(to)}
		}
		req = req.Clone(req.Context())
		req.URL = to
	}
	return nil, &redirectError{status: http.StatusLoopDetected, to: req.URL.Host}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

func hostOf(u *url.URL) string {
	if u == nil || u.Host == "" {
		return "another address"
	}
	return clean(u.Host, 100)
}

// redirectError is a redirect that was not followed.
type redirectError struct {
	status int
	to     string
}

func (e *redirectError) Error() string { return fmt.Sprintf("redirect (%d) to %s", e.status, e.to) }

// fault classes the redirect. Before anything was read it shows a wrong base_url; in the middle of a sync it may be a portal or a
// page that maintenance puts up, which passes. Only where a login leads to another host of Salesforce does base_url have to change.
func (e *redirectError) fault(op, host string) *Error {
	f := &Error{Class: fault.Transient, Op: op, Status: e.status, Err: e, again: true}
	switch {
	case op == opLogin && e.to != host && hasSuffix((&url.URL{Host: e.to}).Hostname(), ownSuffixes):
		f.Class, f.Whole, f.again = fault.Invalid, true, false
	case op == opLogin, op == opProve:
		f.astray, f.again = true, false
	}
	f.sentence = fmt.Sprintf("%s redirects to %s, which is not followed because the login must not go elsewhere: "+
		"set base_url to the org's My Domain, such as acme.my.salesforce.com, or, where it answered before, check whether a proxy or a login "+
		"portal stands between", host, e.to)
	return f
}
