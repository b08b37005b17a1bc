package shard

import (
	"time"
)

// longWait is the longest wait that a run spends itself when Salesforce asks for one; a longer one ends the run, and the
// caller waits.
const longWait = 30 * time.Second

// pace keeps fewer requests in flight than there are slots after Salesforce refused some for being too many: half as
// many after a refusal, one more after each round of answers.
type pace struct {
	allowed  float64   // zero: as many as there are slots
	narrowed int64     // requests with a lower number departed before the pace was narrowed last
	until    time.Time // no request departs before
	single   bool      // one at a time: what is refused then is not refused for our haste
}

// limit is how many requests may be in flight.
func (p *pace) limit(slots int) int {
	if p.single {
		return 1
	}
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

// delay keeps to a wait that Salesforce asked for, unless it is too long to be spent here.
func (p *pace) delay(now time.Time, wait time.Duration) {
	if until := now.Add(wait); wait <= longWait && until.After(p.until) {
		p.until = until
	}
}

// refused narrows the pace after request seq was refused for being one too many; next is the number of the next one.
// Requests that had departed when the pace was narrowed last say nothing new.
func (p *pace) refused(seq, next int64, slots int) {
	if seq < p.narrowed {
		return
	}
	p.allowed = max(float64(p.limit(slots))/2, 1)
	p.narrowed = next
}
