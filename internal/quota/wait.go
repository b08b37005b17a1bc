package quota

import (
	"fmt"
	"time"

	"longhaul/internal/humanize"
)

// Reason says what keeps a sync from making calls.
type Reason string

// The reasons to wait.
const (
	ByExhausted Reason = "spent"   // Salesforce refuses calls: the org has used up its maximum
	ByCeiling   Reason = "ceiling" // the org as a whole has reached the ceiling
	ByShare     Reason = "share"   // the syncs of the source have used its share
)

// Wait is why a sync waits, and until when.
type Wait struct {
	Reason Reason
	Until  time.Time // by the caller's clock: when calls of ours have aged; zero when only calls of others can
	Used   int64     // of what the reason is about
	Bound  int64
	Probe  time.Duration // how often the caller looks whether some came back, where Until is not known
}

// Wait returns why there is no room. Call it when Room is 0 and nothing is reserved.
func (b *Budget) Wait(now time.Time) Wait {
	clock := b.SalesforceTime(now)
	ceiling, share := b.rooms(clock, now)
	w := Wait{Reason: ByCeiling, Used: b.used(clock, now), Bound: b.bound(b.Policy.Ceiling)}
	switch {
	case !b.Exhausted.IsZero():
		w.Reason, w.Bound = ByExhausted, b.Max
	case share < ceiling:
		w = Wait{Reason: ByShare, Used: b.Spent(clock, now), Bound: b.bound(b.Policy.Share)}
	}
	if w.Reason != ByShare && b.used(clock, now)-b.Spent(clock, now) > b.margin() {
		return w // calls of others are in the way, and nobody knows when those age
	}
	for _, h := range b.Hours {
		if ends := h.ends(); ends.After(clock) {
			w.Until = now.Add(ends.Sub(clock))
			break
		}
	}
	if b.Uncertain.Calls > 0 {
		if ends := time.Unix(b.Uncertain.Last, 0).UTC().Add(Window); w.Until.IsZero() || ends.Before(w.Until) {
			w.Until = ends
		}
	}
	return w
}

// Look is for how long to sleep before Salesforce is asked again: until calls have aged, and no longer than every.
func (w Wait) Look(now time.Time, every time.Duration) time.Duration {
	if w.Until.IsZero() {
		return every
	}
	return min(every, max(w.Until.Sub(now), time.Second))
}

// Sentence says why in plain words, and until when by the caller's clock, in UTC.
func (w Wait) Sentence() string {
	var why string
	switch w.Reason {
	case ByExhausted:
		why = "the org has used up its daily API calls"
	case ByShare:
		why = fmt.Sprintf("this source has used its share of the org's API calls (%s of %s in 24 hours)",
			humanize.Number(w.Used), humanize.Number(w.Bound))
	case ByCeiling:
		why = fmt.Sprintf("the org has used %s API calls in 24 hours, and this sync stops at %s",
			humanize.Number(w.Used), humanize.Number(w.Bound))
	}
	switch {
	case w.Until.IsZero() && w.Probe > 0:
		return why + "; it looks every " + humanize.Duration(w.Probe) + " (quota.probe) whether some came back"
	case w.Until.IsZero():
		return why + "; it looks every quota.probe whether some came back"
	}
	return why + ComeBack(w.Until)
}

// ComeBack is the end of a Sentence that knows until when.
func ComeBack(until time.Time) string { return "; the first come back at " + humanize.Moment(until) }
