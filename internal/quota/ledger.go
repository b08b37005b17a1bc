// Package quota reckons how much of an org's daily API calls a sync may use, and when it may go on.
//
// Salesforce counts the calls of the last 24 hours, so calls come back as yesterday's age. A sync is bound twice: by the
// ceiling, a part of the org's maximum that all its users together must not exceed for our sake, and by the share, a part
// that the sync alone may use. It leases calls before it makes them and gives back what it did not use, so that the bounds
// hold whatever becomes of the workers. All of it is arithmetic on values that a workflow keeps: nothing here reads a clock.
package quota

import (
	"math"
	"time"
)

// Policy says how much may be used, in percent of the org's daily maximum.
type Policy struct {
	Ceiling int `json:"ceiling"` // by all users of the org together
	Share   int `json:"share"`   // by the sync, in any 24 hours
}

// Told is what Salesforce said while calls were made. The zero value says nothing.
type Told struct {
	Used  int64     `json:"used,omitempty"` // by all users of the org in the last 24 hours
	Max   int64     `json:"max,omitempty"`  // of 24 hours; 0 when nothing was said of it
	At    time.Time `json:"at,omitzero"`    // when Used was said, by Salesforce's clock
	Clock time.Time `json:"clock,omitzero"` // the newest time on that clock
	Spent bool      `json:"spent,omitempty"`

	Delayed bool `json:"delayed,omitempty"` // Used may be as old as delay
}

// Hour is the calls of one hour of Salesforce's clock.
type Hour struct {
	Hour  int64 `json:"hour"` // since 1970
	Calls int64 `json:"calls"`
	Last  int64 `json:"last,omitempty"` // when the last of them was noted, by the caller's clock, in seconds since 1970
}

// Ledger is the account of one sync. It crosses continue-as-new, so it is small.
type Ledger struct {
	Policy Policy        `json:"policy"`
	Margin int64         `json:"margin"`          // calls that may be on their way when usage is told
	Max    int64         `json:"max"`             // the org's daily maximum; 0 until it is told
	Used   int64         `json:"used"`            // by the whole org at At, and what we know to have used since
	At     time.Time     `json:"at,omitzero"`     // Salesforce's clock
	Hours  []Hour        `json:"hours,omitempty"` // our calls that may still count, oldest first
	Leased int64         `json:"leased"`
	Skew   time.Duration `json:"skew"` // Salesforce's clock less the caller's
	Spent  time.Time     `json:"spent,omitzero"`
	Asked  time.Time     `json:"asked,omitzero"` // when a call was last spent on asking, by Salesforce's clock

	Jump  time.Duration `json:"jump,omitempty"`  // the skew of a clock that has jumped, until the next answer agrees
	Doubt Doubt         `json:"doubt,omitzero"`  // our calls that have aged by Salesforce's clock alone
	Deaf  int           `json:"deaf,omitempty"`  // looks in a row that asked what has become of those, and heard nothing
	Odd   int64         `json:"odd,omitempty"`   // a maximum of another size than Max, until the next answer agrees
	Heard int64         `json:"heard,omitempty"` // when Used was said, by the caller's clock, in seconds since 1970

	Made int64 `json:"made,omitempty"` // our calls in all
	Seen Mark  `json:"seen,omitzero"`  // the newest moment from which a delayed answer counts all of them
	Next Mark  `json:"next,omitzero"`  // the one to take its place
}

// Mark is how many calls we had made in all at a moment of Salesforce's clock.
type Mark struct {
	At   time.Time `json:"at"`
	Made int64     `json:"made"`
}

// window is for how long a call counts.
const window = 24 * time.Hour

// delay is how old the usage may be that the limits tell, by Salesforce's documentation.
const delay = 5 * time.Minute

// unbounded is the room while the maximum is not known.
const unbounded = math.MaxInt64 / 4

// Clock is Salesforce's time when the caller's is now.
func (l *Ledger) Clock(now time.Time) time.Time { return now.Add(l.Skew) }

// Lease grants calls, as many of want as there is room for, possibly none. Return must follow.
func (l *Ledger) Lease(want int64, now time.Time) int64 {
	granted := max(min(want, l.Room(now)), 0)
	l.Leased += granted
	return granted
}

// Return ends a lease: so many calls were used, and Salesforce told this meanwhile.
func (l *Ledger) Return(lease, used int64, told Told, now time.Time) {
	l.Leased = max(l.Leased-lease, 0)
	told = l.believe(told, now)
	at := told.Clock
	if at.IsZero() {
		at = l.Clock(now)
	}
	l.forget(at, now, true)
	l.note(used, at, now)
	l.observe(told, used, at, now)
}

// note puts calls into their hour.
func (l *Ledger) note(calls int64, at, now time.Time) {
	if calls <= 0 {
		return
	}
	l.Made += calls
	hour := at.Unix() / 3600
	for i := range l.Hours {
		if h := &l.Hours[i]; h.Hour >= hour { // answers overtake each other: a later hour keeps the calls longer
			h.Calls += calls
			h.Last = max(h.Last, now.Unix())
			return
		}
	}
	l.Hours = append(l.Hours, Hour{Hour: hour, Calls: calls, Last: now.Unix()})
}

// forget drops the hours that are over for good, and their calls from the usage. Those that are over by Salesforce's clock alone
// stay in doubt where that can be settled.
func (l *Ledger) forget(clock, now time.Time, doubt bool) {
	l.Doubt.forget(now)
	for len(l.Hours) > 0 && !l.Hours[0].ends().After(clock) {
		h := l.Hours[0]
		switch {
		case doubt && !h.over(now):
			l.Doubt.add(h)
		case l.counted(h):
			l.Used -= h.Calls
		}
		l.Hours = l.Hours[1:]
	}
	l.Used = max(l.Used, l.own(clock, now))
}

// counted says whether the usage that was told holds the calls of an hour.
func (l *Ledger) counted(h Hour) bool { return !h.begins().Before(l.At.Add(-window)) }

func (h Hour) begins() time.Time { return time.Unix(h.Hour*3600, 0).UTC() }

// ends is when the last call of the hour has aged.
func (h Hour) ends() time.Time { return time.Unix((h.Hour+1)*3600, 0).UTC().Add(window) }

// observe takes over what was told. What is not told is reckoned: our own calls are added to the last that was.
func (l *Ledger) observe(told Told, used int64, at, now time.Time) {
	switch {
	case told.Spent:
		l.Spent = at
	case used <= 0 || told.Clock.IsZero():
	case told.Clock.After(l.Spent) || ahead(l.Spent, told.Clock): // an answer from before the refusal proves nothing
		l.Spent = time.Time{}
	}
	if !l.plausible(told) {
		l.Used += used
		return
	}
	if told.At.Before(l.At) && now.Unix()-l.Heard < int64(jump/time.Second) {
		l.Used = max(l.Used, told.Used) // a later answer was heard first, and counts these calls
		return
	}
	if told.Delayed {
		told.Used += l.unseen(told.At)
	}
	if told.At.Equal(l.At) {
		told.Used = max(told.Used, l.Used)
	}
	l.Max, l.Used, l.At, l.Heard = told.Max, told.Used, told.At, now.Unix()
	l.Doubt.bound(l.Used - l.own(at, now))
}

// unseen is how many calls of ours a delayed answer may not count yet: all since the newest mark that is old enough.
func (l *Ledger) unseen(at time.Time) int64 {
	if ahead(l.Next.At, at) {
		l.Next = Mark{}
	}
	if !l.Next.At.IsZero() && !l.Next.At.After(at.Add(-delay)) {
		l.Seen, l.Next = l.Next, Mark{}
	}
	if l.Next.At.IsZero() {
		l.Next = Mark{At: at, Made: l.Made}
	}
	return l.Made - l.Seen.Made
}

// own is how many calls of ours still count at a moment of both clocks, those in doubt among them.
func (l *Ledger) own(clock, now time.Time) int64 {
	calls := l.Doubt.left(now)
	for _, h := range l.Hours {
		if !h.aged(clock, now) {
			calls += h.Calls
		}
	}
	return calls
}

// aged says whether the calls of an hour have aged by both clocks.
func (h Hour) aged(clock, now time.Time) bool { return !h.ends().After(clock) && h.over(now) }

// used is what the whole org has used by now, as far as one can reckon: what was told, less those of our own calls that
// were among it then and have aged since. Those of others may have aged too, or become more. It is never less than our own
// calls: an answer that was long on its way tells a number from before the calls that overtook it.
func (l *Ledger) used(clock, now time.Time) int64 {
	used := l.Used
	for _, h := range l.Hours {
		if h.aged(clock, now) && l.counted(h) {
			used -= h.Calls
		}
	}
	return max(used, l.own(clock, now))
}

// bound is a part of the maximum.
func (l *Ledger) bound(percent int) int64 {
	if l.Max <= 0 {
		return unbounded
	}
	return l.Max/100*int64(percent) + l.Max%100*int64(percent)/100
}

// Ceiling is the usage of the whole org at which no call may be made; 0 while the maximum is not known.
func (l *Ledger) Ceiling() int64 {
	if l.Max <= 0 {
		return 0
	}
	return max(l.bound(l.Policy.Ceiling)-l.margin(), 1)
}

// margin is what is kept free for calls that are on their way, of us and of others, but no more than a fiftieth.
func (l *Ledger) margin() int64 { return min(l.Margin, l.bound(l.Policy.Ceiling)/50) }

// Room is how many calls may be leased now.
func (l *Ledger) Room(now time.Time) int64 {
	switch {
	case !l.Spent.IsZero():
		return 0
	case l.Max <= 0:
		return unbounded
	}
	ceiling, share := l.rooms(l.Clock(now), now)
	return max(min(ceiling, share)-l.Leased, 0)
}

func (l *Ledger) rooms(clock, now time.Time) (ceiling, share int64) {
	return l.bound(l.Policy.Ceiling) - l.margin() - l.used(clock, now), l.bound(l.Policy.Share) - l.own(clock, now)
}
