// Package limiter bounds how many requests may be in flight by what the answers say: additive increase, multiplicative
// decrease (AIMD).
package limiter

import "time"

// Limiter is the bound of one run within its share of the requests in flight. The zero value allows the whole share. A
// Limiter is not safe for concurrent use.
type Limiter struct {
	allowed  float64   // requests in flight; 0 is the whole share
	narrowed int64     // the number of the first request sent after the last decrease
	until    time.Time // no request is sent before
	serial   bool      // one request at a time
}

// Observation is what one finished request says.
type Observation struct {
	Throttled bool  // Salesforce asked for fewer requests; otherwise it answered
	Seq       int64 // the number of the request
	Next      int64 // the number that the next request will have
	Share     int   // the most that may be in flight
}

// Observe halves the limit when Salesforce asks for fewer requests, and raises it by one after each round of answers
// until it is the whole share again. Of one round trip only the first complaint counts: requests sent before the
// decrease say nothing about the limit since.
func (l *Limiter) Observe(o Observation) {
	switch {
	case o.Throttled && o.Seq >= l.narrowed:
		l.allowed, l.narrowed = half(l.bound(o.Share)), o.Next
	case o.Throttled, l.allowed == 0:
	default:
		l.allowed += 1 / l.allowed
		if l.allowed >= float64(o.Share) {
			l.allowed = 0
		}
	}
}

// StartAtHalf sets the limit to half of the share, for a run that follows one that ended throttled.
func (l *Limiter) StartAtHalf(share int) { l.allowed = half(share) }

// Limit is how many requests may be in flight, at least one and at most the share.
func (l *Limiter) Limit(share int) int {
	if l.serial {
		return 1
	}
	return l.bound(share)
}

// Throttled says whether Salesforce's complaints allow less than the share.
func (l *Limiter) Throttled(share int) bool { return l.bound(share) < share }

// SetSerial allows one request at a time, so that what is refused then is not refused for haste.
func (l *Limiter) SetSerial(on bool) { l.serial = on }

// PauseUntil holds back all requests until a time that Salesforce asked for. Of several times the latest counts.
func (l *Limiter) PauseUntil(at time.Time) {
	if at.After(l.until) {
		l.until = at
	}
}

// Pause is how long no request may be sent; zero when nothing holds requests back.
func (l *Limiter) Pause(now time.Time) time.Duration { return max(l.until.Sub(now), 0) }

// bound is the limit that the observations allow.
func (l *Limiter) bound(share int) int {
	if l.allowed == 0 {
		return share
	}
	return min(int(l.allowed), share)
}

// half is half of a number of requests, at least one.
func half(n int) float64 { return max(float64(n)/2, 1) }
