package session

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
)

// state is what the answer to a request says of its session.
type state int

const (
	good          state = iota // nothing
	ended                      // it has ended
	restPolicy                 // a policy of the org keeps it from the REST API
	highAssurance              // a policy keeps it from reports and dashboards
	states                     // the number of states, for arrays
)

// isPolicy reports whether a session was refused by a policy of the org.
func (s state) isPolicy() bool { return s == restPolicy || s == highAssurance }

// stateIn reads the state of the session from an answer. The body stays readable, and as broken as it came.
func stateIn(resp *http.Response) state {
	if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		return good
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, apierror.LongestBody))
	httpkit.Finish(resp.Body)
	resp.Body = &readBody{from: bytes.NewReader(body), err: err}
	class := fault.SessionExpired
	if err == nil {
		class = apierror.Answer{Status: resp.StatusCode, Body: body}.Classify().Class
	}
	switch {
	case class == fault.SessionPolicy && resp.StatusCode == http.StatusForbidden:
		return highAssurance
	case class == fault.SessionPolicy:
		return restPolicy
	case class == fault.SessionExpired && resp.StatusCode == http.StatusUnauthorized:
		return ended
	}
	return good
}

// readBody is a body that was read before.
type readBody struct {
	from *bytes.Reader
	err  error // how it ended; nil when it was complete
}

// Read returns the bytes that were read, and then how that ended.
func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if err != nil && b.err != nil {
		err = b.err
	}
	return n, err
}

// Close has nothing to close.
func (*readBody) Close() error { return nil }

// isAnalytics reports whether a request is one that a policy of high assurance concerns.
func isAnalytics(req *http.Request) bool { return strings.Contains(req.URL.Path, "/analytics/") }

// finding is what is known of a policy.
type finding int

const (
	unknown   finding = iota
	confirmed         // a grant that was made to probe it has met it
	refuted           // a newer grant does not meet it
)

// takeProbe lets one request at a time probe a policy.
func (s *Session) takeProbe(ctx context.Context) (release func(), err error) {
	select {
	case s.probe <- struct{}{}:
		return sync.OnceFunc(func() { <-s.probe }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fresh returns a grant that is newer than the one a policy refused, or nil when there is none and a login may bring one, and what is known
// of the policy.
func (s *Session) fresh(g *Grant, policy state) (*Grant, finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.current
	newer := c != nil && c.generation > max(g.generation, s.ended)
	switch {
	case newer && c.confirmed[policy]:
		return nil, confirmed
	case newer && c.accepts[policy]:
		return c, refuted
	case newer:
		return c, unknown
	case g.confirmed[policy], g.probes[policy] && !g.accepts[policy]:
		g.confirmed[policy] = true
		return nil, confirmed
	case g.probes[policy]: // it was accepted in between: the policy comes and goes
		s.backoff.start()
	}
	return nil, unknown
}

// probing notes that a grant was made to probe a policy.
func (s *Session) probing(g *Grant, policy state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.probes[policy] = true
}

// confirm notes that a policy holds for new grants too.
func (s *Session) confirm(g *Grant, policy state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.confirmed[policy] = true
}
