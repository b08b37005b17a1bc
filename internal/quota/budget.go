// Package quota computes how much of an org's daily API calls a sync may use, and when it may go on.
//
// Salesforce counts the calls of the last 24 hours, so calls become free again as they age. A sync is bound twice: by the
// ceiling, a part of the org's maximum that all users of the org together must not exceed because of the sync, and by the
// share, a part that all syncs of its source together may use. It recalls what earlier syncs have used, reserves calls before it
// makes them and returns what it did not use, so that the bounds hold whatever becomes of workers and syncs. The package only
// computes with values that a workflow keeps: nothing here reads a clock.
package quota

import (
	"cmp"
	"math"
	"time"
)

// Policy says how much may be used, in percent of the org's daily maximum.
type Policy struct {
	Ceiling int `json:"ceiling"` // by all users of the org together
	Share   int `json:"share"`   // by all syncs of the source, in any 24 hours
}

// Over returns p, with what it leaves at zero taken from other.
func (p Policy) Over(other Policy) Policy {
	return Policy{Ceiling: cmp.Or(p.Ceiling, other.Ceiling), Share: cmp.Or(p.Share, other.Share)}
}

// Budget is the calls that one sync may make. It crosses continue-as-new, so it is small.
type Budget struct {
	Policy    Policy    `json:"policy"`
	Margin    int64     `json:"margin"`      // calls that may be on their way when usage is reported
	Max       int64     `json:"max"`         // the org's daily maximum; 0 until it is known
	Used      int64     `json:"used"`        // by the whole org at At, and what the sync has used since
	At        time.Time `json:"at,omitzero"` // Salesforce's time
	Reserved  int64     `json:"reserved"`
	Exhausted time.Time `json:"exhausted,omitzero"` // when Salesforce refused a call, by its clock; zero when it has answered since
	Asked     time.Time `json:"asked,omitzero"`     // when the sync last made a call only to learn the usage, by Salesforce's clock

	Clock
	Calls

	Deaf  int   `json:"unanswered_looks,omitempty"` // looks in a row that asked what became of the uncertain calls, and learned nothing
	Odd   int64 `json:"other_max,omitempty"`        // a maximum of another order than Max, until the next answer agrees
	Heard int64 `json:"reported_at,omitempty"`      // when Used was reported, by the caller's clock, in seconds since 1970

	Others int64 `json:"others,omitempty"` // of Used, the calls that are none of the source's, as far as a report told

	Seen Mark `json:"seen,omitzero"` // the newest moment from which a delayed answer counts all of our calls
	Next Mark `json:"next,omitzero"` // replaces Seen once it is old enough
}

// unbounded is the room while the maximum is not known.
const unbounded = math.MaxInt64 / 4

// Reserve grants calls: as many of want as there is room for, possibly none. Return must follow.
func (b *Budget) Reserve(want int64, now time.Time) int64 {
	granted := max(min(want, b.Room(now)), 0)
	b.Reserved += granted
	return granted
}

// Return ends a reservation: of its calls, this many were used, and Salesforce reported this usage while they were made.
func (b *Budget) Return(reserved, used int64, usage Usage, now time.Time) {
	b.Reserved = max(b.Reserved-reserved, 0)
	usage = b.Clock.hear(usage, now, b.Made == 0)
	at := usage.Clock
	if at.IsZero() {
		at = b.SalesforceTime(now)
	}
	b.forget(at, now, true)
	b.note(used, at, now)
	b.observe(usage, used, at, now)
	b.Used = max(b.Used, b.Spent(at, now)) // Salesforce counts no call that it refuses, and an answer may be older than calls
}

// forget drops the hours that are over for good, and their calls from the usage. The calls of hours that are over by
// Salesforce's clock alone become uncertain, where that can be decided later.
func (b *Budget) forget(clock, now time.Time, uncertain bool) {
	b.Uncertain.forget(now)
	for len(b.Hours) > 0 && !b.Hours[0].ends().After(clock) {
		h := b.Hours[0]
		switch {
		case uncertain && !h.over(now):
			b.Uncertain.add(h)
		case b.counted(h):
			b.Used -= h.Calls
		}
		b.Hours = b.Hours[1:]
	}
	b.Used = max(b.Used, b.Spent(clock, now))
}

// settle decides that the uncertain calls have aged.
func (b *Budget) settle(now time.Time) {
	b.Used, b.Uncertain = max(b.Used-b.Uncertain.left(now), 0), Uncertain{}
}

// counted reports whether the usage that was reported last includes the calls of an hour.
func (b *Budget) counted(h Hour) bool { return !h.begins().Before(b.At.Add(-Window)) }

// used is what the whole org has used by now, as far as that can be computed: what was reported, less those of our own calls
// that it included and that have aged since. Calls of others may have aged too, or become more. It is never less than our own
// calls: an answer that was on its way for long reports a number from before the calls that overtook it.
func (b *Budget) used(clock, now time.Time) int64 {
	used := b.Used
	for _, h := range b.Hours {
		if h.Aged(clock, now) && b.counted(h) {
			used -= h.Calls
		}
	}
	return max(used, b.Spent(clock, now))
}

// bound is a part of the maximum.
func (b *Budget) bound(percent int) int64 {
	if b.Max <= 0 {
		return unbounded
	}
	return b.Max/100*int64(percent) + b.Max%100*int64(percent)/100
}

// Ceiling is the usage of the whole org at which no call may be made; 0 while the maximum is not known.
func (b *Budget) Ceiling() int64 {
	if b.Max <= 0 {
		return 0
	}
	return max(b.bound(b.Policy.Ceiling)-b.margin(), 1)
}

// margin is kept free for calls that are on their way, of the sync and of others, but is no more than a fiftieth.
func (b *Budget) margin() int64 { return min(b.Margin, b.bound(b.Policy.Ceiling)/50) }

// Room is how many calls may be reserved now.
func (b *Budget) Room(now time.Time) int64 {
	switch {
	case !b.Exhausted.IsZero():
		return 0
	case b.Max <= 0:
		return unbounded
	}
	ceiling, share := b.rooms(b.SalesforceTime(now), now)
	return max(min(ceiling, share)-b.Reserved, 0)
}

// rooms are what the ceiling and the share leave, reservations aside.
func (b *Budget) rooms(clock, now time.Time) (ceiling, share int64) {
	return b.bound(b.Policy.Ceiling) - b.margin() - b.used(clock, now), b.bound(b.Policy.Share) - b.Spent(clock, now)
}
