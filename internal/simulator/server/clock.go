package server

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Clock tells the time, so that a test may move it.
type Clock interface{ Now() time.Time }

type systemClock struct{}

// Now is the time of the machine; see Clock.
func (systemClock) Now() time.Time { return time.Now() }

// furthest bounds how far a clock may be moved ahead of the one below it.
const furthest = 10 * 365 * 24 * time.Hour

// movingClock is another clock, moved ahead. Tokens, cursors, the quota, logins of an hour, long calls, faults and the Date
// header all live by it.
type movingClock struct {
	base Clock

	mu    sync.Mutex
	ahead time.Duration
}

// Now is the simulator's time; see Clock.
func (c *movingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Now().Add(c.ahead)
}

// advance moves the clock ahead, never back.
func (c *movingClock) advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case d < 0:
		return errors.New("the clock does not go back: give a time that is ahead")
	case d > furthest-c.ahead:
		return fmt.Errorf("the clock goes at most %s ahead of the machine's", furthest)
	}
	c.ahead += d
	return nil
}

// Now is the simulator's time.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Advance moves the simulator's time ahead, and with it the Date header, the life of tokens and cursors, the windows of
// the quota and of logins, the time of faults, and how long calls that are under way have lasted. It does not go back: a
// negative duration moves nothing.
func (s *Server) Advance(d time.Duration) { _ = s.clock.advance(d) }

// clockState is what /simulator/clock answers.
type clockState struct {
	Now   time.Time `json:"now"`
	Ahead string    `json:"ahead"` // of the machine's clock
}

func (s *Server) clockState() (any, error) {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	return clockState{s.clock.base.Now().Add(s.clock.ahead).UTC(), s.clock.ahead.String()}, nil
}

func (s *Server) moveClock(body []byte) (any, error) {
	var in struct{ Advance, Set string }
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	if (in.Advance == "") == (in.Set == "") {
		return nil, errors.New(`give either "advance", a duration as 1h30m, or "set", a time as 2026-08-01T10:00:00Z`)
	}
	ahead, err := time.ParseDuration(in.Advance)
	if in.Set != "" {
		var to time.Time
		to, err = time.Parse(time.RFC3339, in.Set)
		ahead = to.Sub(s.clock.Now())
	}
	if err != nil {
		return nil, fmt.Errorf("the clock cannot be moved so: %w", err)
	}
	if err := s.clock.advance(ahead); err != nil {
		return nil, err
	}
	return s.clockState()
}
