package server

import (
	"context"
	"slices"
	"sync"
)

// bond says what a fault belongs to. Policies of an org mark the sessions that are opened or used under them: a session
// stays as it was marked after the policy is gone.
type bond int

const (
	toRequest bond = iota // each request is struck by itself
	toToken               // a token is struck once and for good, or never by this fault
	toSession             // the session of the request that is struck ends
	toEgress              // a token that was issued by one egress address is struck at the other
)

// mark is a fault that a token keeps.
type mark struct {
	kind   FaultKind
	routes map[string]bool
}

// marked gives the answer that a token gets at a route for what it was marked with; nil when it is good there.
func (s *sessions) marked(on *session, route string) *mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := slices.IndexFunc(on.marks, func(m mark) bool { return m.routes[route] })
	if k < 0 {
		return nil
	}
	return &on.marks[k]
}

// struckBy does to a session what a strike does to it beyond its answer.
func (s *sessions) struckBy(hit *strike, on *session) {
	if on == nil || hit.bound {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch hit.kind.bond {
	case toToken:
		on.marks = append(on.marks, mark{hit.kind, hit.routes})
	case toSession:
		delete(s.live, on.token)
	case toRequest, toEgress:
	}
}

// spares says whether a fault leaves a request alone for the session or the connection that it came by.
func (a *armed) spares(c *call) bool {
	if a.ids != nil { // a fault of some records is theirs, whoever asks for them
		return false
	}
	switch a.kind.bond {
	case toToken:
		if c == nil || c.session == nil || a.judged[c.session] {
			return true
		}
		if a.judged == nil {
			a.judged = map[*session]bool{}
		}
		a.judged[c.session] = true
	case toEgress:
		return c == nil || c.session == nil || c.session.second == a.second(c.caller)
	case toRequest, toSession:
	}
	return false
}

// egressKey finds the egress of a request's connection.
type egressKey struct{}

// egress is by which of two addresses a connection leaves its client's network.
type egress struct {
	mu     sync.Mutex
	of     *armed // that decided it
	second bool
}

// second says whether a connection comes by the second address. It is decided at the connection's first request.
func (a *armed) second(ctx context.Context) bool {
	way, ok := ctx.Value(egressKey{}).(*egress)
	if !ok {
		return false
	}
	way.mu.Lock()
	defer way.mu.Unlock()
	if way.of != a {
		way.of, way.second = a, a.strikes()
	}
	return way.second
}

// second says by which address a login comes, as long as sessions are locked to one.
func (f *faults) second(ctx context.Context) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.kind.bond == toEgress && !a.spent(f.clock) {
			return a.second(ctx)
		}
	}
	return false
}
