package quota

import "time"

// mostJump is how far Salesforce's clock may move against the caller's before the move is doubted.
const mostJump = time.Hour

// rounding is twice the part of a second by which Salesforce's dates may be off.
const rounding = 2 * time.Second

// Clock is Salesforce's clock, as its answers tell it.
type Clock struct {
	Skew time.Duration `json:"skew"`           // Salesforce's clock less the caller's
	Jump time.Duration `json:"jump,omitempty"` // the skew of a clock that has jumped, until the next answer agrees
}

// SalesforceTime is Salesforce's time when the caller's is now.
func (c *Clock) SalesforceTime(now time.Time) time.Time { return now.Add(c.Skew) }

// ahead reports whether a time is so far after a clock that whoever reported it was wrong.
func ahead(at, clock time.Time) bool { return at.Sub(clock) > mostJump+rounding }

// hear notes Salesforce's time as an answer reports it, and returns the usage without the times that are not believed. Answers
// may have been on their way for long, so the clock is never put back. It goes forward by more than an hour only as far as
// two answers in a row agree; the first answer of all is believed.
func (c *Clock) hear(usage Usage, now time.Time, first bool) Usage {
	if usage.Clock.IsZero() {
		return usage
	}
	skew := usage.Clock.Sub(now)
	switch {
	case first, skew > c.Skew && !ahead(usage.Clock, c.SalesforceTime(now)):
		c.set(usage.Clock, now)
		c.Jump = 0
	case skew <= c.Skew:
		c.Jump = 0
	default:
		if agreed := min(skew, c.Jump); agreed > c.Skew {
			c.set(now.Add(agreed), now)
		}
		c.Jump = skew
	}
	if clock := c.SalesforceTime(now); ahead(usage.Clock, clock) {
		usage.Clock = clock
	}
	if usage.At.After(usage.Clock) {
		usage.At = usage.Clock
	}
	return usage
}

// set makes clock Salesforce's time of now. Salesforce's dates are whole seconds, so a smaller difference is none.
func (c *Clock) set(clock, now time.Time) {
	if skew := clock.Sub(now); (skew - c.Skew).Abs() > time.Second {
		c.Skew = skew.Truncate(time.Second)
	}
}
