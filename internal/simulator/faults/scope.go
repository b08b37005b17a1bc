package faults

import (
	"context"
	"sync"

	"longhaul/internal/simulator/session"
)

// scope says what a fault strikes as a whole. Policies of an org mark the sessions that are opened or used under them: a
// session stays as it was marked after the policy is gone.
type scope int

const (
	ofRequest scope = iota // each request is struck by itself
	ofToken                // a token is struck once and for good, or never by this fault
	ofSession              // the session of the request that is struck ends
	ofEgress               // a token that was issued to one egress address is struck at the other
)

// Covers makes a strike one that a token keeps; see session.Mark.
func (s *Strike) Covers(route string) bool { return s.routes[route] }

// apply does to a session what a strike does to it beyond its answer.
func (s *Strike) apply(sessions *session.Sessions, on *session.Session) {
	if s.ofRecords {
		return
	}
	switch s.Kind.scope {
	case ofToken:
		sessions.Mark(on, &Strike{Kind: s.Kind, routes: s.routes})
	case ofSession:
		sessions.End(on.Token)
	case ofRequest, ofEgress:
	}
}

// spares reports whether a fault leaves a request alone for the session or the connection that it came by.
func (a *armed) spares(r *Request) bool {
	if a.ids != nil { // a fault of some records strikes every caller
		return false
	}
	switch a.kind.scope {
	case ofToken:
		if r.On == nil || a.decided[r.On] {
			return true
		}
		if a.decided == nil {
			a.decided = map[*session.Session]bool{}
		}
		a.decided[r.On] = true
	case ofEgress:
		return r.On == nil || r.On.SecondEgress == a.secondEgress(r.Caller)
	case ofRequest, ofSession:
	}
	return false
}

// secondShare is the part of the connections that leave by the second egress address, where a Fault gives none.
const secondShare = 0.5

// egressKey finds the egress of a request's connection.
type egressKey struct{}

// egress is the one of two public addresses that a connection comes from.
type egress struct {
	mu     sync.Mutex
	by     *armed // that decided it
	second bool
}

// WithEgress gives a connection an egress, which the first fault that asks decides.
func WithEgress(ctx context.Context) context.Context {
	return context.WithValue(ctx, egressKey{}, new(egress))
}

// secondEgress reports whether a connection comes by the second address. Its first request decides it.
func (a *armed) secondEgress(ctx context.Context) bool {
	way, ok := ctx.Value(egressKey{}).(*egress)
	if !ok {
		return false
	}
	way.mu.Lock()
	defer way.mu.Unlock()
	if way.by != a {
		way.by, way.second = a, a.due()
	}
	return way.second
}

// SecondEgress reports which address a login comes from, as long as sessions are locked to one.
func (s *Set) SecondEgress(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.list {
		if a.kind.scope == ofEgress && !a.over(s.clock) {
			return a.secondEgress(ctx)
		}
	}
	return false
}
