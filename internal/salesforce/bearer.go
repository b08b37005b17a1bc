package salesforce

import (
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"longhaul/internal/httpkit"
)

// bearer sends each request to the session's instance with its token. When the session has ended it waits for a new one and
// repeats the request; a policy of the org it believes once a new session has met it too.
type bearer struct {
	session *session
	owner   *owner
	next    http.RoundTripper
}

func (t bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	g, err := t.session.of(req.Context(), t.owner, 0)
	if err != nil {
		return nil, err
	}
	resp, said, err := t.send(req, g)
	proved := err == nil && said.isPolicy()
	if proved {
		resp, said, g, err = t.prove(req, g, said, resp)
	}
	if err == nil && said == expired {
		resp, said, g, err = t.renew(req, g, resp)
	}
	if err == nil && said.isPolicy() && !proved {
		resp, _, _, err = t.prove(req, g, said, resp)
	}
	return resp, err
}

// renew repeats a request whose session has ended with a new one, once. Where tokens are in doubt it tries the same token
// again first, each time on a new connection: a network may have more than one address.
func (t bearer) renew(req *http.Request, g *grant, resp *http.Response) (*http.Response, refusal, *grant, error) {
	ctx, since := req.Context(), time.Now()
	for same, renewed := 0, false; ; {
		step := t.session.instead(g, since, same, renewed)
		if step == leaveIt {
			return resp, expired, g, nil
		}
		httpkit.Finish(resp.Body)
		next := g
		var err error
		if step == logInAnew {
			same, renewed = 0, true
			next, err = t.session.of(ctx, t.owner, g.generation)
		} else {
			same++
			err = httpkit.Sleep(ctx, pauseBefore(same, 0))
		}
		if err != nil {
			return nil, expired, g, err
		}
		var said refusal
		if resp, said, err = t.send(req, next); err != nil || said != expired {
			return resp, said, next, err
		}
		if next != g {
			g, since = next, time.Now()
		}
	}
}

// send sends a request with the token of a grant, and tells the session what came of it.
func (t bearer) send(req *http.Request, g *grant) (*http.Response, refusal, error) {
	ctx, drop := req.Context(), func() {}
	if t.session.inDoubt() {
		var conn net.Conn
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn }})
		drop = func() {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}
	sent := req.Clone(ctx)
	sent.URL.Scheme, sent.URL.Host, sent.Host = g.instance.Scheme, g.instance.Host, ""
	sent.Header.Set("Authorization", "Bearer "+g.token)
	at := time.Now()
	resp, err := t.next.RoundTrip(sent)
	if err != nil {
		if httpkit.NeverSent(err) {
			t.session.unreachable(g)
		}
		return nil, accepted, err
	}
	said := refusalIn(resp)
	switch {
	case said == expired:
		t.session.refused(g)
		drop() // the address that it goes out by may be the wrong one
	case resp.StatusCode/100 == 2:
		t.session.accepted(g, at, ofAnalytics(req))
	}
	return resp, said, nil
}
