package shard

import (
	"time"
)

// longWait is the longest wait that a run spends itself when Salesforce asks for one; a longer one ends the run, and the
// caller waits.
const longWait = 30 * time.Second

// pace keeps fewer requests in flight than there are slots after Salesforce refused some for being too many: half as
// many after each second with a refusal, one more after each round of answers.
type pace struct {
	allowed float64 // zero: as many as there are slots
	cutAt   time.Time
	until   time.Time // no request departs before
}

// limit is how many requests may be in flight.
func (p *pace) limit(slots int) int {
	if p.allowed == 0 || p.allowed >= float64(slots) {
		return slots
	}
	return int(p.allowed)
}

// wait is how long no request may depart; never when nothing is in the way.
func (p *pace) wait(now time.Time) time.Duration {
	if !now.Before(p.until) {
		return never
	}
	return p.until.Sub(now)
}

// answered widens the pace again.
func (p *pace) answered(slots int) {
	if p.allowed == 0 {
		return
	}
	p.allowed += 1 / p.allowed
	if p.allowed >= float64(slots) {
		p.allowed = 0
	}
}

// refused narrows the pace if there were too many requests, and keeps to the wait that was asked for.
func (p *pace) refused(now time.Time, tooMany bool, retryAfter time.Duration, slots int) {
	if retryAfter > 0 && retryAfter <= longWait {
		if until := now.Add(retryAfter); until.After(p.until) {
			p.until = until
		}
	}
	if !tooMany || now.Sub(p.cutAt) < time.Second {
		return
	}
	p.allowed = max(float64(p.limit(slots))/2, 1)
	p.cutAt = now
}
