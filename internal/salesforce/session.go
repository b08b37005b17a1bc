package salesforce

import (
	"context"
	"sync"
	"time"

	"longhaul/internal/fault"
)

// RefusalHolds is how long a refused login stands for those who ask after it: requests in flight notice the end of a
// session one after the other, and each new refusal brings the user nearer to being locked out.
const RefusalHolds = 3 * time.Second

// grant is what one login gave. Salesforce does not say how long it lasts.
type grant struct {
	generation uint64
	at         time.Time
	token      string
	instance   address
	identity   Identity
	hide       []string // what no error repeats, should Salesforce send it back
}

// session keeps the newest grant and makes a new one when a request finds it ended.
type session struct {
	login func(context.Context) (*grant, error)

	mu      sync.Mutex
	current *grant
	newest  uint64 // generation
	ended   uint64 // generations up to it are not used any more
	flight  *flight
	refusal error
	until   time.Time // the refusal stands
}

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
	if err == nil && !wanted.owns(g) && time.Since(g.at) >= RefusalHolds {
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
		return nil, s.refusal
	}
	s.flight = &flight{done: make(chan struct{})}
	// The login is for all who wait: it outlives the one who began it, and has its own bounds.
	go s.fly(context.WithoutCancel(ctx), s.flight)
	return s.flight, nil
}

func (s *session) fly(ctx context.Context, f *flight) {
	var g *grant
	err := fault.Caught(func() (err error) {
		g, err = s.login(ctx)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.newest++
		g.at, g.generation = time.Now(), s.newest
	}
	if s.flight == f { // else it was left behind on its way, and says nothing of what holds now
		s.flight, s.refusal = nil, nil
		if holds(err) {
			s.refusal, s.until = err, time.Now().Add(RefusalHolds)
		}
		if err == nil {
			s.current = g
		}
	}
	f.grant, f.err = g, err
	close(f.done)
}

// holds says whether a failed login stands for a while: it was refused, or the user has logged in too often. Whoever runs the
// sync waits for longer, and may be told not to.
func holds(err error) bool {
	e := errorIn(err)
	return fault.Is(err, fault.LoginRefused) || e != nil && e.Whole
}

// renew lets the next request log in, whatever holds now: it drops the grant and a refusal, and does not wait for a login
// that is under way by what may be the old settings.
func (s *session) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal, s.flight = nil, nil
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
