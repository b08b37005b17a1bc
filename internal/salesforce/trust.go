package salesforce

import "time"

// step is what to do about a request whose session has ended.
type step int

const (
	leaveIt   step = iota // the refusal is the answer
	trySame               // send it again with the same token
	logInAnew             // send it again with a newer token
)

// instead says what to do about a request that a grant refused. since is when it did so first; same is how often the request
// was sent again with the grant, and renewed whether it has had a newer one.
func (s *session) instead(g *grant, since time.Time, same int, renewed bool) step {
	s.mu.Lock()
	defer s.mu.Unlock()
	newer := s.current != nil && s.current.generation > g.generation
	doubtful := s.doubts && s.doubt.level > 0
	switch {
	case newer && !renewed:
		return logInAnew
	case doubtful && same < sameTries:
		return trySame
	case renewed, doubtful && g.lives(since): // others are accepted, so it is this request that is not
		return leaveIt
	}
	return logInAnew
}

// lives says whether a grant that refused a request at a time is accepted for others: since then, or shortly before although
// it had been refused already.
func (g *grant) lives(refused time.Time) bool {
	return g.acceptedAt.After(refused) || g.acceptedAt.After(g.refusedAt) && refused.Sub(g.acceptedAt) < aliveFor
}

// inDoubt says whether tokens are refused in a way that new ones do not mend.
func (s *session) inDoubt() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doubts && s.doubt.level > 0
}

// refused notes that a grant was refused as one that has ended. A young one that was never accepted raises doubt.
func (s *session) refused(g *grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !g.refusedAt.IsZero() {
		return
	}
	g.refusedAt = time.Now()
	if g.acceptedAt.IsZero() && g.refusedAt.Sub(g.at) < healthyAge {
		s.raise()
	}
}

// accepted notes that a grant was accepted for a request that was sent at a time. One that was refused before raises doubt.
func (s *session) accepted(g *grant, at time.Time, analytics bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.accepts[restPolicy], g.believed[restPolicy] = true, false
	if analytics {
		g.accepts[assurance], g.believed[assurance] = true, false
	}
	if at.After(g.acceptedAt) {
		g.acceptedAt = at
	}
	if !g.refusedAt.IsZero() && at.After(g.refusedAt) {
		s.raise()
	}
}

// movedAfter is how old a grant is at least when its instance is given up for lost.
const movedAfter = 5 * time.Minute

// unreachable notes that nobody answers at the instance of a grant. Where logins go elsewhere a new one may name another
// instance: Salesforce moves orgs, and a session at the old instance would be tried for ever.
func (s *session) unreachable(g *grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.instance != s.home && time.Since(g.at) >= movedAfter && s.current == g {
		s.ended = g.generation
	}
}

// raise begins to doubt, where logins are bounded. Call it with mu held.
func (s *session) raise() {
	if s.doubts {
		s.doubt.raise()
	}
}
