package shard

import (
	"errors"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// LongWait is the longest wait that a run spends itself when Salesforce asks for one, and the longest after which an
// attempt is simply repeated. A longer one that a witness is not spared either ends the run, and the caller waits.
const LongWait = 30 * time.Second

// pace is how many requests may be in flight within the share of a run. Its zero value is the whole share.
type pace struct {
	allowed  float64 // 0 is the whole share
	narrowed int64   // the number of the first request that departed after the pace was narrowed last
}

// news is what one request that came back tells the pace.
type news struct {
	pressed bool  // Salesforce asked for fewer requests; else it answered
	seq     int64 // the number of the request
	next    int64 // the number that the next request will have
	share   int
}

// next is the pace after a piece of news: half of it when Salesforce asks for fewer requests, and one request more after
// each round of answers, until it is the whole share again. Of one round trip only the first complaint counts: requests
// that had departed before say nothing of the pace since.
func (p pace) next(n news) pace {
	now := float64(p.limit(n.share))
	switch {
	case n.pressed && n.seq >= p.narrowed:
		return pace{allowed: max(now/2, 1), narrowed: n.next}
	case n.pressed, p.allowed == 0:
		return p
	}
	p.allowed += 1 / p.allowed
	if p.allowed >= float64(n.share) {
		p.allowed = 0
	}
	return p
}

// halved is half of a share, for a run that begins where the one before was slowed down.
func halved(share int) pace { return pace{allowed: max(float64(share)/2, 1)} }

// limit is how many requests may be in flight, never less than one and never more than the share.
func (p pace) limit(share int) int {
	if p.allowed == 0 {
		return share
	}
	return min(int(p.allowed), share)
}

// brake is the pace of a run, and what else holds back its requests for a while.
type brake struct {
	pace
	until  time.Time // no request departs before
	single bool      // one at a time: what is refused then is not refused for our haste
}

// limit is how many requests may be in flight.
func (b *brake) limit(share int) int {
	if b.single {
		return 1
	}
	return b.pace.limit(share)
}

// wait is how long no request may depart; never when nothing is in the way.
func (b *brake) wait(now time.Time) time.Duration {
	if !now.Before(b.until) {
		return never
	}
	return b.until.Sub(now)
}

// delay keeps to a wait that Salesforce asked for, unless it is too long to be spent here.
func (b *brake) delay(now time.Time, wait time.Duration) {
	if until := now.Add(wait); wait <= LongWait && until.After(b.until) {
		b.until = until
	}
}

// learn tells the pace what a request brought back. A failure that asks for nothing says nothing about the pace.
func (r *runner) learn(a answer) {
	pressed := a.trip.pressure.Count() > 0 || asksForFewer(a.err)
	if pressed || a.verdict == settled {
		r.brake.pace = r.brake.next(news{pressed: pressed, seq: a.trip.seq, next: r.seq, share: max(r.in.Slots.Slots(), 1)})
	}
}

// pressed says whether fewer requests are allowed than the share of the run.
func (r *runner) pressed() bool {
	share := max(r.in.Slots.Slots(), 1)
	return r.brake.pace.limit(share) < share
}

// asksForFewer says whether an error is one that fewer requests may have spared.
func asksForFewer(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Busy() || fault.Is(err, fault.Throttled)
}
