package session

import (
	"time"

	"longhaul/internal/salesforce/login"
)

// recentlyAccepted is how long a token counts as good after it was accepted, although it was refused in between.
const recentlyAccepted = 10 * time.Second

// Grant is a token with what requests have found out about it.
type Grant struct {
	login.Token

	generation uint64
	at         time.Time // of the login

	// What requests have found out, guarded by the session's mu.
	acceptedAt time.Time    // when the newest accepted request was sent
	refusedAt  time.Time    // when it was first refused as ended
	probes     [states]bool // the grant was made to probe a policy
	accepts    [states]bool // a request that the policy concerns was answered
	confirmed  [states]bool // the policy holds for it
}

// lives reports whether a grant that refused a request at that time is accepted for others: since then, or shortly before although it had
// been refused already.
func (g *Grant) lives(refused time.Time) bool {
	return g.acceptedAt.After(refused) || g.acceptedAt.After(g.refusedAt) && refused.Sub(g.acceptedAt) < recentlyAccepted
}

// step is what to do about a request whose session has ended.
type step int

const (
	stop      step = iota // the refusal is the answer
	sendAgain             // with the same token
	logInAnew             // and send it again with a newer token
)

// sameTries is how often a request is sent again with a token that refused it, during backoff.
const sameTries = 3

// next decides about a request that a grant refused. since is when it first did so, same is how often the request was sent again with the
// grant, and renewed whether it has had a newer one.
func (s *Session) next(g *Grant, since time.Time, same int, renewed bool) step {
	s.mu.Lock()
	defer s.mu.Unlock()
	newer := s.current != nil && s.current.generation > g.generation
	backingOff := s.backoff.isOn()
	switch {
	case newer && !renewed:
		return logInAnew
	case backingOff && same < sameTries:
		return sendAgain
	case renewed, backingOff && g.lives(since): // the grant is accepted for other requests, so this request is the fault
		return stop
	}
	return logInAnew
}

// isBackingOff reports whether tokens are refused in a way that new tokens do not fix.
func (s *Session) isBackingOff() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.backoff.isOn()
}

// refused notes that a grant was refused as ended. A young one that was never accepted starts the backoff.
func (s *Session) refused(g *Grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !g.refusedAt.IsZero() {
		return
	}
	g.refusedAt = time.Now()
	if g.acceptedAt.IsZero() && g.refusedAt.Sub(g.at) < healthyAge {
		s.backoff.start()
	}
}

// accepted notes that a grant was accepted for a request that was sent at that time. One that was refused before starts the backoff.
func (s *Session) accepted(g *Grant, at time.Time, analytics bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.accepts[restPolicy], g.confirmed[restPolicy] = true, false
	if analytics {
		g.accepts[highAssurance], g.confirmed[highAssurance] = true, false
	}
	if at.After(g.acceptedAt) {
		g.acceptedAt = at
	}
	if !g.refusedAt.IsZero() && at.After(g.refusedAt) {
		s.backoff.start()
	}
}

// unreachable notes that nobody answers at the instance of a grant. Where logins go to another address a new one may name another
// instance: Salesforce moves orgs, and a session at the old instance would be tried for ever.
func (s *Session) unreachable(g *Grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.Instance != s.home && time.Since(g.at) >= MovedAfter && s.current == g {
		s.ended = g.generation
	}
}
