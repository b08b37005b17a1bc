package salesforce

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

// refusal is what the answer to a request says of the session that it came by.
type refusal int

const (
	accepted   refusal = iota // nothing
	expired                   // it has ended
	restPolicy                // a policy keeps it from the REST API
	assurance                 // a policy keeps it from reports and dashboards
	policies                  // the number of the above; indexes what is known of a grant
)

// isPolicy says whether a session was refused by a policy of the org.
func (r refusal) isPolicy() bool { return r == restPolicy || r == assurance }

// refusalIn reads what an answer says of the session. The body stays readable, and as broken as it came.
func refusalIn(resp *http.Response) refusal {
	if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		return accepted
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, apierror.LongestBody))
	httpkit.Finish(resp.Body)
	resp.Body = &kept{from: bytes.NewReader(body), err: err}
	class := fault.SessionExpired
	if err == nil {
		class = apierror.Answer{Status: resp.StatusCode, Body: body}.Classify().Class
	}
	switch {
	case class == fault.SessionPolicy && resp.StatusCode == http.StatusForbidden:
		return assurance
	case class == fault.SessionPolicy:
		return restPolicy
	case class == fault.SessionExpired && resp.StatusCode == http.StatusUnauthorized:
		return expired
	}
	return accepted
}

// kept is a body that was read before.
type kept struct {
	from *bytes.Reader
	err  error // how it ended; nil when it was whole
}

// Read gives what was read, and then how that ended.
func (k *kept) Read(p []byte) (int, error) {
	n, err := k.from.Read(p)
	if err != nil && k.err != nil {
		err = k.err
	}
	return n, err
}

// Close has nothing to close.
func (*kept) Close() error { return nil }

// ofAnalytics says whether a request is one that a policy of high assurance is about.
func ofAnalytics(req *http.Request) bool { return strings.Contains(req.URL.Path, "/analytics/") }

// prove finds out whether a policy that refused a request is one that a new login meets too: a session keeps what held when
// it began, and in a maintenance a policy may hold for a moment. One request after the other tries, until the first with a
// new session has answered for all. refused is given back where the policy is believed.
func (t bearer) prove(req *http.Request, g *grant, why refusal, refused *http.Response) (*http.Response, refusal, *grant, error) {
	release, err := t.session.proving(req.Context())
	if err != nil {
		httpkit.Finish(refused.Body)
		return nil, accepted, g, err
	}
	defer release()
	fresh, known := t.session.freshFor(g, why)
	switch known {
	case believed:
		return refused, accepted, g, nil
	case disproved:
		release()
	case unproved:
	}
	httpkit.Finish(refused.Body)
	if fresh == nil {
		if fresh, err = t.session.of(req.Context(), t.owner, g.generation); err != nil {
			return nil, accepted, g, err
		}
		t.session.proves(fresh, why)
	}
	resp, said, err := t.send(req, fresh)
	if err == nil && said == why {
		t.session.believe(fresh, why)
		said = accepted
	}
	return resp, said, fresh, err
}

// verdict is what is known of a policy.
type verdict int

const (
	unproved  verdict = iota
	believed          // a grant that was made to see has met it
	disproved         // a newer grant does not meet it
)

// proving lets one at a time find out about a policy.
func (s *session) proving(ctx context.Context) (release func(), err error) {
	s.mu.Lock()
	if s.proof == nil {
		s.proof = make(chan struct{}, 1)
	}
	s.mu.Unlock()
	select {
	case s.proof <- struct{}{}:
		return sync.OnceFunc(func() { <-s.proof }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// freshFor gives a grant that is newer than the one a policy refused, nil when there is none and a login may bring one, and
// what is known of the policy.
func (s *session) freshFor(g *grant, why refusal) (fresh *grant, known verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.current
	newer := c != nil && c.generation > max(g.generation, s.ended)
	switch {
	case newer && c.believed[why]:
		return nil, believed
	case newer && c.accepts[why]:
		return c, disproved
	case newer:
		return c, unproved
	case g.believed[why], g.proves[why] && !g.accepts[why]:
		g.believed[why] = true
		return nil, believed
	case g.proves[why]: // it was accepted in between: the policy comes and goes
		s.raise()
	}
	return nil, unproved
}

// proves notes that a grant was made to see whether a policy holds.
func (s *session) proves(g *grant, why refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.proves[why] = true
}

// believe notes that a policy holds for new grants too.
func (s *session) believe(g *grant, why refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.believed[why] = true
}
