package salesforce

import (
	"context"
	"errors"
	"sync"
	"time"

	"longhaul/internal/fault"
)

// refusalHolds is how long a refused login stands for those who ask after it: requests in flight notice the end of a
// session one after the other, and each new refusal brings the user nearer to being locked out.
const refusalHolds = 3 * time.Second

// grant is what one login gave. Salesforce does not say how long it lasts.
type grant struct {
	generation uint64
	token      string
	instance   address
	identity   Identity
	hide       []string // what no error repeats, should Salesforce send it back
}

// session keeps the newest grant and makes a new one when a request finds it ended. All its grants are of the org and the
// user that the first one was of: half of one org and half of another make no extract.
type session struct {
	login func(context.Context) (*grant, error)

	mu        sync.Mutex
	current   *grant
	flight    *flight
	refusal   error
	refusedAt time.Time
}

// flight is a login under way, for all who wait for it.
type flight struct {
	done  chan struct{}
	grant *grant
	err   error
}

// grant gives the current grant, or logs in for the first time.
func (s *session) grant(ctx context.Context) (*grant, error) { return s.after(ctx, 0) }

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
	switch {
	case s.current != nil && s.current.generation > generation:
		return &flight{done: closed, grant: s.current}, nil
	case s.flight != nil:
		return s.flight, nil
	case s.refusal != nil && time.Since(s.refusedAt) < refusalHolds:
		return nil, s.refusal
	}
	s.flight = &flight{done: make(chan struct{})}
	// The login is for all who wait: it outlives the one who began it, and has its own bounds.
	go s.fly(context.WithoutCancel(ctx), s.flight)
	return s.flight, nil
}

func (s *session) fly(ctx context.Context, f *flight) {
	g, err := s.login(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		err = s.moved(g)
	}
	if err == nil {
		g.generation = 1
		if s.current != nil {
			g.generation = s.current.generation + 1
		}
		s.current = g
	}
	if s.flight == f { // else it was forgotten on its way, and says nothing of what holds now
		s.flight, s.refusal = nil, nil
		if fault.Is(err, fault.LoginRefused) || errors.Is(err, errMoved) {
			s.refusal, s.refusedAt = err, time.Now()
		}
	}
	f.grant, f.err = g, err
	close(f.done)
}

// forget drops the refusal that still stands, and does not wait for a login that is under way with what may be the old
// credentials.
func (s *session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal, s.flight = nil, nil
}

var errMoved = errors.New("the login is of another org or user than the first one")

// moved refuses a grant that is not of the org and the user that the session began with. Call it with mu held.
func (s *session) moved(g *grant) error {
	if s.current == nil {
		return nil
	}
	before, now := s.current.identity, g.identity
	var other string
	switch {
	case now.OrgID != before.OrgID:
		other = "another org"
	case now.UserID != before.UserID:
		other = "another user"
	default:
		return nil
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Salesforce, Err: errMoved,
		Message: "base_url or the credentials now lead to " + other + " than this sync began with: put them back, or restart the " +
			"workers and sync anew",
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
