// Package clock is the simulator's time, which tests move ahead.
package clock

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Clock reports the time.
type Clock interface{ Now() time.Time }

// System is the clock of the machine.
type System struct{}

// Now is the time of the machine; see Clock.
func (System) Now() time.Time { return time.Now() }

// maxAhead bounds how far a clock may be moved ahead of its base.
const maxAhead = 10 * 365 * 24 * time.Hour

// Moving is a clock that runs ahead of its base. Tokens, query locators, the quota, logins of an hour, long calls, faults
// and the Date header all use it.
type Moving struct {
	base Clock

	mu    sync.Mutex
	ahead time.Duration
}

// New makes a clock that shows the time of base until it is moved.
func New(base Clock) *Moving { return &Moving{base: base} }

// Now is the simulator's time; see Clock.
func (c *Moving) Now() time.Time {
	now, _ := c.State()
	return now
}

// State reports the time, and how far it is ahead of the base.
func (c *Moving) State() (now time.Time, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Now().Add(c.ahead), c.ahead
}

// Advance moves the clock ahead, never back.
func (c *Moving) Advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case d < 0:
		return errors.New("the clock does not go back: give a time that is ahead")
	case d > maxAhead-c.ahead:
		return fmt.Errorf("the clock goes at most %s ahead of the machine's", maxAhead)
	}
	c.ahead += d
	return nil
}
