package faults

import (
	"context"
	"slices"
	"sync"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

// State is a fault that was set, and how often it struck.
type State struct {
	Fault   Fault `json:"fault"`
	Matched int   `json:"matched"` // requests that it might have struck
	Hits    int   `json:"hits"`    // requests that it did strike
}

// Set holds the faults that are set.
type Set struct {
	clock clock.Clock

	mu   sync.Mutex
	list []*armed
}

// NewSet makes a set of none. Faults last by a clock.
func NewSet(c clock.Clock) *Set { return &Set{clock: c} }

// Replace replaces all faults, and each begins anew, unless one of them is invalid: the error then says which, and what is
// allowed.
func (s *Set) Replace(list []Fault) error {
	if err := Check(list); err != nil {
		return err
	}
	kinds := map[string]Kind{}
	for _, kind := range Kinds() {
		kinds[kind.Name] = kind
	}
	now := s.clock.Now()
	var all []*armed
	for _, fault := range list {
		all = append(all, arm(fault, kinds[fault.Name], now))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = all
	return nil
}

// Remove takes away the faults of some names, set or not, and leaves the others as they are: their counts, and when they
// are due again. An unknown name is an error, and removes nothing.
func (s *Set) Remove(names []string) error {
	for _, name := range names {
		if _, err := kindOf(name); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(a *armed) bool { return slices.Contains(names, a.Fault.Name) })
	return nil
}

// States lists the faults that are set, in their order, those that strike no more too.
func (s *Set) States() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []State{}
	for _, a := range s.list {
		list = append(list, a.State)
	}
	return list
}

// Request is what faults look at of a request.
type Request struct {
	Route  string
	Args   []string         // of its path
	Gzip   bool             // its caller accepts gzip
	Caller context.Context  // with the egress of its connection
	On     *session.Session // nil before the session check
}

// Strike gives the first fault that strikes a request at a place, nil when none does.
func (s *Set) Strike(at Place, r *Request) *Strike {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strike(at, r)
}

// strike is Strike with the lock held.
func (s *Set) strike(at Place, r *Request) *Strike {
	for _, a := range s.list {
		if !a.matches(at, r) || a.over(s.clock) || a.spares(r) {
			continue
		}
		a.Matched++
		if a.kind.scope != ofEgress && !a.due() {
			continue
		}
		a.Hits++
		return a.strike()
	}
	return nil
}

// requestOf is what faults look at of a call.
func requestOf(route string, c *call.Call) *Request {
	return &Request{Route: route, Args: c.Args, Gzip: wire.WantsGzip(c.Request), Caller: c.Caller, On: c.Session}
}

// Meet gives the fault that strikes a call at a place, after its delay.
func (s *Set) Meet(at Place, route string, c *call.Call) *Strike {
	hit := s.Strike(at, requestOf(route, c))
	if hit != nil {
		wire.Hold(c.Caller, hit.Delay)
	}
	return hit
}

// MeetInSession gives the fault that strikes a call after the session check: one that its token keeps, or one that is due
// now, after its delay.
func (s *Set) MeetInSession(sessions *session.Sessions, route string, c *call.Call) *Strike {
	hit, kept := s.strikeInSession(sessions, route, c)
	if hit != nil && !kept {
		wire.Hold(c.Caller, hit.Delay)
	}
	return hit
}

// strikeInSession decides on a session and marks it in one step. Between the two another request of the session would find
// that it is decided, and not yet how.
func (s *Set) strikeInSession(sessions *session.Sessions, route string, c *call.Call) (hit *Strike, kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Session != nil {
		if hit, kept = sessions.Marked(c.Session, route).(*Strike); kept {
			return hit, true
		}
	}
	hit = s.strike(AtSession, requestOf(route, c))
	if hit != nil && c.Session != nil {
		hit.apply(sessions, c.Session)
	}
	return hit, false
}
