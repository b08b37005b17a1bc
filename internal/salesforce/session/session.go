// Package session keeps the org's session alive: it shares one login among all requests, repeats a request whose session has ended, and
// keeps logins apart where no new token helps.
package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/login"
	"longhaul/internal/salesforce/origin"
)

const (
	// RefusalHolds is how long a refused login stands for the requests after it. Requests in flight notice the end of a session one after
	// the other, and each new refusal brings the user nearer to being locked out.
	RefusalHolds = 3 * time.Second

	// StrangerHolds is how long a session of another org or user than the sync's stands before a login looks whether the settings were put
	// back. Shards that are tried again would otherwise use up the logins of the hour in minutes, those of other workers too.
	StrangerHolds = time.Minute

	// MovedAfter is the least age of a session at which its instance counts as moved away when nobody answers there.
	MovedAfter = 5 * time.Minute

	// mostRenewals is how many occasions of a renewal are remembered.
	mostRenewals = 64
)

// Config says how sessions begin.
type Config struct {
	Login   func(context.Context) (*login.Token, error)
	Home    origin.Origin // where logins go
	Bounded bool          // the number of logins is bounded, so that tokens which are refused in a strange way keep logins apart
}

// Session keeps the newest grant, and makes a new one when a request finds it ended. It is safe for concurrent use.
type Session struct {
	login func(context.Context) (*login.Token, error)
	home  origin.Origin
	probe chan struct{} // held by the one request that probes a policy

	mu       sync.Mutex
	current  *Grant
	newest   uint64 // generation
	ended    uint64 // generations up to it are not used any more
	pending  *pendingLogin
	refusal  error
	until    time.Time // the refusal stands
	backoff  backoff
	failures int         // logins in a row that failed and were not refused
	renewals []time.Time // occasions for which the session was renewed, the newest last
}

// New makes a Session without a grant.
func New(cfg Config) *Session {
	return &Session{login: cfg.Login, home: cfg.Home, probe: make(chan struct{}, 1), backoff: backoff{enabled: cfg.Bounded}}
}

// pendingLogin is a login in flight, for all requests that wait for it.
type pendingLogin struct {
	done  chan struct{}
	grant *Grant
	err   error
}

// Grant returns a grant of the owner, newer than the generation that was found ended: half of one org and half of another make no
// extract. A grant of another owner may date from before the settings were changed, so it is replaced unless it is fresh.
func (s *Session) Grant(ctx context.Context, owner *Owner, generation uint64) (*Grant, error) {
	g, err := s.after(ctx, generation)
	if err == nil && !owner.owns(g) && time.Since(g.at) >= StrangerHolds {
		g, err = s.after(ctx, g.generation)
	}
	if err == nil {
		err = owner.check(g)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// after returns a grant newer than the generation that was found ended. A login is shared: the first caller begins it, later callers wait
// for its result.
func (s *Session) after(ctx context.Context, generation uint64) (*Grant, error) {
	l, err := s.join(ctx, generation)
	if err != nil {
		return nil, err
	}
	select {
	case <-l.done:
		return l.grant, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Session) join(ctx context.Context, generation uint64) (*pendingLogin, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	generation = max(generation, s.ended)
	switch {
	case s.current != nil && s.current.generation > generation:
		return &pendingLogin{done: closed, grant: s.current}, nil
	case s.pending != nil:
		return s.pending, nil
	case s.refusal != nil && time.Now().Before(s.until):
		return nil, standing(s.refusal, time.Until(s.until))
	}
	lasted := time.Duration(0)
	if s.current != nil {
		lasted = s.current.acceptedAt.Sub(s.current.at)
	}
	wait := s.backoff.wait(time.Now(), lasted)
	if wait > exchange.Patience {
		return nil, tooSoon(wait)
	}
	s.pending = &pendingLogin{done: make(chan struct{})}
	// The login is for all who wait: it outlives the request that began it, and has bounds of its own.
	go s.run(context.WithoutCancel(ctx), s.pending, wait)
	return s.pending, nil
}

func (s *Session) run(ctx context.Context, l *pendingLogin, wait time.Duration) {
	token, err := s.logIn(ctx, wait)
	s.mu.Lock()
	defer s.mu.Unlock()
	var g *Grant
	if err == nil {
		s.newest++
		g = &Grant{Token: *token, at: time.Now(), generation: s.newest}
	}
	if s.pending == l { // else a renewal has left it behind, and it says nothing of the session now
		s.pending, s.refusal = nil, nil
		s.finish(g, err)
	}
	l.grant, l.err = g, err
	close(l.done)
}

// logIn logs in after a wait. A panic is an error of this login alone.
func (s *Session) logIn(ctx context.Context, wait time.Duration) (token *login.Token, err error) {
	err = fault.Caught(func() (err error) {
		if wait > 0 {
			if err := httpkit.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		token, err = s.login(ctx)
		return err
	})
	return token, err
}

// finish keeps the grant of a login, or its failure and how long that stands. Call it with mu held.
func (s *Session) finish(g *Grant, err error) {
	now := time.Now()
	switch {
	case err == nil:
		s.current, s.failures = g, 0
		s.backoff.loggedIn(now)
	case holds(err):
		s.refusal, s.until, s.failures = err, now.Add(RefusalHolds), 0
		if s.current != nil && fault.Is(err, fault.LoginRefused) { // a grant that was found ended is of no use
			s.ended = s.current.generation
		}
	case apierror.From(err) != nil:
		s.failures++
		s.refusal, s.until = err, now.Add(pauseAfter(s.failures))
	}
}

// Renew lets the next request log in: it drops the grant, a refusal and the backoff, and does not wait for a login in flight with what may
// be the old settings. It does so once for each occasion, because many activities report the same one.
func (s *Session) Renew(occasion time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.renewals, occasion.Equal) {
		return
	}
	s.renewals = append(s.renewals[max(0, len(s.renewals)+1-mostRenewals):], occasion)
	s.refusal, s.pending, s.failures = nil, nil, 0
	s.backoff.reset()
	if s.current != nil {
		s.ended = s.current.generation
	}
}

// Place is the instance of the current grant, or where logins go when there is none.
func (s *Session) Place() exchange.Place {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return exchange.Place{Instance: s.home}
	}
	return exchange.Place{Instance: s.current.Instance, Secrets: s.current.Secrets, Generation: s.current.generation}
}

// Scope is what the current grant may do, in OAuth's words with spaces between; empty where there is none.
func (s *Session) Scope() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return ""
	}
	return s.current.Scope
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
