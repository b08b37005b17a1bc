package salesforce

import (
	"context"
	"slices"
	"sync"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

// RefusalHolds is how long a refused login stands for those who ask after it: requests in flight notice the end of a
// session one after the other, and each new refusal brings the user nearer to being locked out.
const RefusalHolds = 3 * time.Second

// StrangerHolds is how long a session of another org or user than a sync began with stands before a login looks whether the settings
// were put back. Shards that are tried again would else use up the logins of the hour in minutes, those of other workers too.
const StrangerHolds = time.Minute

// grant is what one login gave. Salesforce does not say how long it lasts.
type grant struct {
	generation uint64
	at         time.Time
	token      string
	instance   origin.Origin
	identity   Identity
	issued     time.Time // by Salesforce's clock; zero when it did not say
	hide       []string  // what no error repeats, should Salesforce send it back

	// What became of it, guarded by the session's mu.
	acceptedAt time.Time      // when the newest request that it was accepted for was sent
	refusedAt  time.Time      // when it was first refused as ended
	proves     [policies]bool // it was made to see whether a policy holds
	accepts    [policies]bool // a request that the policy is about was answered
	believed   [policies]bool // the policy holds for it
}

// session keeps the newest grant and makes a new one when a request finds it ended.
type session struct {
	login  func(context.Context) (*grant, error)
	home   origin.Origin // where logins go
	doubts bool          // logins are bounded: tokens that are refused in a strange way hold them back

	mu      sync.Mutex
	current *grant
	newest  uint64 // generation
	ended   uint64 // generations up to it are not used any more
	flight  *flight
	refusal error
	until   time.Time // the refusal stands

	proof    chan struct{} // held by the one request that finds out about a policy
	doubt    doubt
	failures int         // logins in a row that failed and were not refused
	renewals []time.Time // occasions for which the session was renewed, the newest last
}

// mostRenewals is how many occasions a session remembers.
const mostRenewals = 64

// flight is a login under way, for all who wait for it.
type flight struct {
	done  chan struct{}
	grant *grant
	err   error
}

// grant gives the current grant, or logs in for the first time.
func (s *session) grant(ctx context.Context) (*grant, error) { return s.after(ctx, 0) }

// of gives a grant newer than the generation that was found ended, of the org and the user that are wanted: half of one org
// and half of another make no extract. A grant of others may stand from before the settings were changed, so it is made anew
// unless it is fresh.
func (s *session) of(ctx context.Context, wanted *owner, generation uint64) (*grant, error) {
	g, err := s.after(ctx, generation)
	if err == nil && !wanted.owns(g) && time.Since(g.at) >= StrangerHolds {
		g, err = s.after(ctx, g.generation)
	}
	if err == nil {
		err = wanted.refuse(g)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// after gives a grant newer than the generation that was found ended. Whoever comes first logs in for all; whoever
// comes when that is done finds the newer grant.
func (s *session) after(ctx context.Context, generation uint64) (*grant, error) {
	f, err := s.join(ctx, generation)
	if err != nil {
		return nil, err
	}
	select {
	case <-f.done:
		return f.grant, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *session) join(ctx context.Context, generation uint64) (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	generation = max(generation, s.ended)
	switch {
	case s.current != nil && s.current.generation > generation:
		return &flight{done: closed, grant: s.current}, nil
	case s.flight != nil:
		return s.flight, nil
	case s.refusal != nil && time.Now().Before(s.until):
		return nil, standing(s.refusal, time.Until(s.until))
	}
	wait := s.distance()
	if wait > patience {
		return nil, tooSoon(wait)
	}
	s.flight = &flight{done: make(chan struct{})}
	// The login is for all who wait: it outlives the one who began it, and has its own bounds.
	go s.fly(context.WithoutCancel(ctx), s.flight, wait)
	return s.flight, nil
}

// distance is how long a login has to wait for the sake of those before it. Call it with mu held.
func (s *session) distance() time.Duration {
	lasted := time.Duration(0)
	if s.current != nil {
		lasted = s.current.acceptedAt.Sub(s.current.at)
	}
	return s.doubt.wait(time.Now(), lasted)
}

func (s *session) fly(ctx context.Context, f *flight, wait time.Duration) {
	g, err := s.logIn(ctx, wait)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.newest++
		g.at, g.generation = time.Now(), s.newest
	}
	if s.flight == f { // else it was left behind on its way, and says nothing of what holds now
		s.flight, s.refusal = nil, nil
		s.landed(g, err)
	}
	f.grant, f.err = g, err
	close(f.done)
}

// logIn logs in after a wait. A panic is an error of this login alone.
func (s *session) logIn(ctx context.Context, wait time.Duration) (g *grant, err error) {
	err = fault.Caught(func() (err error) {
		if wait > 0 {
			if err := httpkit.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		g, err = s.login(ctx)
		return err
	})
	return g, err
}

// landed keeps what a login brought, and for how long its failure stands. Call it with mu held.
func (s *session) landed(g *grant, err error) {
	now := time.Now()
	switch {
	case err == nil:
		s.current, s.failures = g, 0
		s.doubt.loggedIn(now)
	case holds(err):
		s.refusal, s.until, s.failures = err, now.Add(RefusalHolds), 0
		if s.current != nil && fault.Is(err, fault.LoginRefused) { // one that was found ended is of no use
			s.ended = s.current.generation
		}
	case apierror.From(err) != nil:
		s.failures++
		s.refusal, s.until = err, now.Add(troubled(s.failures))
	}
}

// holds says whether a failed login stands for a while: it was refused, or the user has logged in too often. Whoever runs the
// sync waits for longer, and may be told not to.
func holds(err error) bool {
	e := apierror.From(err)
	return fault.Is(err, fault.LoginRefused) || e != nil && e.Whole
}

// renew lets the next request log in, whatever holds now: it drops the grant, a refusal and all doubt, and does not wait for
// a login that is under way by what may be the old settings. It does so once for an occasion: many activities tell of it.
func (s *session) renew(occasion time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.renewals, occasion.Equal) {
		return
	}
	s.renewals = append(s.renewals[max(0, len(s.renewals)+1-mostRenewals):], occasion)
	s.refusal, s.flight, s.failures, s.doubt = nil, nil, 0, doubt{}
	if s.current != nil {
		s.ended = s.current.generation
	}
}

// peek gives the current grant without logging in; nil when there is none.
func (s *session) peek() *grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
