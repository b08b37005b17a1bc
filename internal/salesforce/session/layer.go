package session

import (
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/exchange"
)

// Layer sends each request to the session's instance with its token. When the session has ended it logs in and repeats the request. It
// believes a policy of the org once a new session meets it too.
type Layer struct {
	Session *Session
	Owner   *Owner // of the sessions that may be used; nil is any
	Next    http.RoundTripper
}

// RoundTrip sends a request, and repeats it where a new session may help.
func (t Layer) RoundTrip(req *http.Request) (*http.Response, error) {
	g, err := t.Session.Grant(req.Context(), t.Owner, 0)
	if err != nil {
		return nil, err
	}
	resp, seen, err := t.send(req, g)
	probed := err == nil && seen.isPolicy()
	if probed {
		resp, seen, g, err = t.probe(req, g, seen, resp)
	}
	if err == nil && seen == ended {
		resp, seen, g, err = t.renew(req, g, resp)
	}
	if err == nil && seen.isPolicy() && !probed {
		resp, _, _, err = t.probe(req, g, seen, resp)
	}
	return resp, err
}

// renew repeats a request whose session has ended with a new one, once. During backoff it tries the same token again first, each time on a
// new connection: a network may have more than one address.
func (t Layer) renew(req *http.Request, g *Grant, resp *http.Response) (*http.Response, state, *Grant, error) {
	ctx, since := req.Context(), time.Now()
	for same, renewed := 0, false; ; {
		step := t.Session.next(g, since, same, renewed)
		if step == stop {
			return resp, ended, g, nil
		}
		httpkit.Finish(resp.Body)
		next := g
		var err error
		if step == logInAnew {
			same, renewed = 0, true
			next, err = t.Session.Grant(ctx, t.Owner, g.generation)
		} else {
			same++
			err = httpkit.Sleep(ctx, exchange.Pause(same, 0))
		}
		if err != nil {
			return nil, ended, g, err
		}
		var seen state
		if resp, seen, err = t.send(req, next); err != nil || seen != ended {
			return resp, seen, next, err
		}
		if next != g {
			g, since = next, time.Now()
		}
	}
}

// probe finds out whether a new login meets a policy that refused a request: a session keeps the policies of its beginning, and in a
// maintenance a policy may hold for a moment. One request probes at a time, until one with a new session has the answer for all. The refused
// answer is returned where the policy is confirmed.
func (t Layer) probe(req *http.Request, g *Grant, policy state, refused *http.Response) (*http.Response, state, *Grant, error) {
	release, err := t.Session.takeProbe(req.Context())
	if err != nil {
		httpkit.Finish(refused.Body)
		return nil, good, g, err
	}
	defer release()
	fresh, known := t.Session.fresh(g, policy)
	switch known {
	case confirmed:
		return refused, good, g, nil
	case refuted:
		release()
	case unknown:
	}
	httpkit.Finish(refused.Body)
	if fresh == nil {
		if fresh, err = t.Session.Grant(req.Context(), t.Owner, g.generation); err != nil {
			return nil, good, g, err
		}
		t.Session.probing(fresh, policy)
	}
	resp, seen, err := t.send(req, fresh)
	if err == nil && seen == policy {
		t.Session.confirm(fresh, policy)
		seen = good
	}
	return resp, seen, fresh, err
}

// send sends a request with the token of a grant, and reports the outcome to the session.
func (t Layer) send(req *http.Request, g *Grant) (*http.Response, state, error) {
	ctx, drop := req.Context(), func() {}
	if t.Session.isBackingOff() {
		var conn net.Conn
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn }})
		drop = func() {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}
	sent := req.Clone(ctx)
	sent.URL.Scheme, sent.URL.Host, sent.Host = g.Instance.Scheme, g.Instance.Host, ""
	sent.Header.Set("Authorization", "Bearer "+g.Value)
	at := time.Now()
	resp, err := t.Next.RoundTrip(sent)
	if err != nil {
		if httpkit.NeverSent(err) {
			t.Session.unreachable(g)
		}
		return nil, good, err
	}
	seen := stateIn(resp)
	switch {
	case seen == ended:
		t.Session.refused(g)
		drop() // the address that it goes out by may be the wrong one
	case resp.StatusCode/100 == 2:
		t.Session.accepted(g, at, isAnalytics(req))
	}
	return resp, seen, nil
}
