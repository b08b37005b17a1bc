package usage

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/origin"
)

// Counter is a layer that counts every request that is sent, each try by itself, holds back what a call budget does not cover, and keeps
// the header of every answer for an Observation.
type Counter struct{ Next http.RoundTripper }

// RoundTrip sends a request if its call budget covers it.
func (t Counter) RoundTrip(req *http.Request) (*http.Response, error) {
	m, b := meterOf(req.Context()), budgetOf(req.Context())
	isCall := countsAsCall(req.URL.Path)
	if b != nil && isCall {
		if err := b.spend(); err != nil {
			return nil, err
		}
	}
	traced, connected := connecting(req.Context())
	resp, err := t.Next.RoundTrip(req.WithContext(traced))
	if err != nil && (httpkit.NeverSent(err) || connected.never()) {
		if b != nil && isCall {
			b.refund()
		}
		return nil, err
	}
	if m != nil {
		m.count(req.URL.Path, isCall, resp)
	}
	var mark int64
	if b != nil && isCall {
		mark = b.answered()
	}
	if resp != nil {
		note(req.Context(), resp.Header, mark)
	}
	return resp, err
}

// connection follows a request to the connection that takes it.
type connection struct{ asked, got atomic.Bool }

// connecting follows the request that is made under the context it returns.
func connecting(ctx context.Context) (context.Context, *connection) {
	c := new(connection)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}), c
}

// never reports whether the request has failed before any connection took it: a proxy refused to connect, TLS failed, or the caller gave
// up meanwhile. Salesforce has not seen such a request.
func (c *connection) never() bool { return c.asked.Load() && !c.got.Load() }

// countsAsCall reports whether Salesforce counts a request: it counts everything below a version, and not the list of versions.
func countsAsCall(path string) bool {
	rest, ok := strings.CutPrefix(path, origin.DataPath)
	return ok && len(rest) > 1 && rest[0] == 'v' && isDigit(rest[1])
}
