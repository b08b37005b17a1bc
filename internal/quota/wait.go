package quota

import (
	"fmt"
	"time"
)

// Reason says what keeps a sync from making calls.
type Reason string

// The reasons to wait.
const (
	BySpent   Reason = "spent"   // Salesforce refuses calls: the org has used all of its maximum
	ByCeiling Reason = "ceiling" // the org as a whole has come to the ceiling
	ByShare   Reason = "share"   // the sync has used its share
)

// Wait is why a sync waits, and until when.
type Wait struct {
	Reason Reason
	Until  time.Time // by the caller's clock: when calls of ours have aged; zero when only others' can
	Used   int64     // of what the reason is about
	Bound  int64
}

// Wait tells why there is no room. Call it when Room is 0 and nothing is leased.
func (l *Ledger) Wait(now time.Time) Wait {
	clock := l.Clock(now)
	ceiling, share := l.rooms(clock, now)
	w := Wait{Reason: ByCeiling, Used: l.used(clock, now), Bound: l.bound(l.Policy.Ceiling)}
	switch {
	case !l.Spent.IsZero():
		w.Reason, w.Bound = BySpent, l.Max
	case share < ceiling:
		w = Wait{Reason: ByShare, Used: l.own(clock, now), Bound: l.bound(l.Policy.Share)}
	}
	if w.Reason != ByShare && l.used(clock, now)-l.own(clock, now) > l.margin() {
		return w // others' calls are in the way, and nobody knows when those age
	}
	for _, h := range l.Hours {
		if ends := h.ends(); ends.After(clock) {
			w.Until = now.Add(ends.Sub(clock))
			break
		}
	}
	if l.Doubt.Calls > 0 {
		if ends := time.Unix(l.Doubt.Last, 0).UTC().Add(window); w.Until.IsZero() || ends.Before(w.Until) {
			w.Until = ends
		}
	}
	return w
}

// Sentence says why in plain words, and until when by the caller's clock, in UTC.
func (w Wait) Sentence() string {
	var why string
	switch w.Reason {
	case BySpent:
		why = "the org has used up its daily API calls"
	case ByShare:
		why = fmt.Sprintf("this sync has used its share of the org's API calls (%d of %d in 24 hours)", w.Used, w.Bound)
	case ByCeiling:
		why = fmt.Sprintf("the org has used %d API calls in 24 hours, and this sync stops at %d", w.Used, w.Bound)
	}
	if w.Until.IsZero() {
		return why + "; it looks now and then whether some came back"
	}
	return why + "; the first come back at " + w.Until.UTC().Format("2006-01-02 15:04 UTC")
}

// askEvery is how often a call is spent on asking for the usage where that is at the ceiling already.
const askEvery = time.Hour

// Worth says whether to spend a call on asking for the usage, at a moment of Salesforce's clock. It is not while the
// calls that keep us waiting are our own: when those age can be reckoned.
func (l *Ledger) Worth(clock time.Time, every time.Duration) bool {
	if !l.Asked.IsZero() && clock.Sub(l.Asked) < every && !ahead(l.Asked, clock) {
		return false
	}
	if !l.Spent.IsZero() {
		return true // a call that is refused does not count
	}
	ceiling, share := l.rooms(clock, clock)
	switch {
	case share <= 0 || ceiling > 0:
		return false
	case l.used(clock, clock)-l.own(clock, clock) <= l.margin():
		return false // nearly all of it is ours
	case l.used(clock, clock) >= l.bound(l.Policy.Ceiling)-1:
		return l.due(clock, askEvery)
	}
	return true
}

// due says whether usage was last told or asked for so long ago. A time that lies ahead was wrong.
func (l *Ledger) due(clock time.Time, every time.Duration) bool {
	latest := l.latest()
	return clock.Sub(latest) >= every || ahead(latest, clock)
}

// latest is when usage was last told or asked for.
func (l *Ledger) latest() time.Time {
	if l.Asked.After(l.At) {
		return l.Asked
	}
	return l.At
}

// Look notes what a look at Salesforce's clock brought, and, when a call was spent on it, the usage. The clock was asked for by
// itself, and twice where it had jumped, so it is believed; with the usage it is held against that.
func (l *Ledger) Look(told Told, calls int64, now time.Time) {
	if told.Clock.IsZero() {
		return
	}
	believed := l.believes(told, calls, now)
	l.tick(told.Clock, now)
	l.Jump = 0
	if believed {
		l.settle(now)
	}
	l.forget(told.Clock, now, !believed)
	if calls > 0 || told.Spent || told.Max > 0 {
		l.Asked = told.Clock
		l.note(calls, told.Clock, now)
		l.observe(told, calls, told.Clock, now)
	}
}

// mostDeaf is how many looks in a row may ask for the usage in vain before the clock alone is believed.
const mostDeaf = 3

// believes says whether the clock of a look alone decides what has aged: where nothing tells the usage, it must.
func (l *Ledger) believes(told Told, calls int64, now time.Time) bool {
	switch {
	case told.Max > 0:
		l.Deaf = 0
		return false
	case !l.Sudden(told.Clock, now):
		return false
	case calls > 0:
		l.Deaf++
		return l.Deaf >= mostDeaf
	default:
		return true
	}
}
