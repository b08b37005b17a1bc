package quota

import "time"

// askEvery is how often the sync makes a call only to learn the usage while that is at the ceiling.
const askEvery = time.Hour

// Worth reports whether a call to learn the usage is worth it, at a moment of Salesforce's clock. It is not while the calls
// that keep the sync waiting are its own: when those age is known.
func (b *Budget) Worth(clock time.Time, every time.Duration) bool {
	if !b.Asked.IsZero() && clock.Sub(b.Asked) < every && !ahead(b.Asked, clock) {
		return false
	}
	if !b.Exhausted.IsZero() {
		return true // a call that is refused does not count
	}
	ceiling, share := b.rooms(clock, clock)
	switch {
	case share <= 0 || ceiling > 0:
		return false
	case b.used(clock, clock)-b.Spent(clock, clock) <= b.margin():
		return false // nearly all of it is ours
	case b.used(clock, clock) >= b.bound(b.Policy.Ceiling)-1:
		return b.due(clock, askEvery)
	}
	return true
}

// Sudden reports whether calls would become free at a moment of Salesforce's clock that have not aged by the caller's. Then a
// call is worth it, to see whether the usage agrees.
func (b *Budget) Sudden(clock, now time.Time) bool {
	if b.Max <= 0 || !b.Exhausted.IsZero() || !b.due(clock, askEvery) {
		return false
	}
	sudden := b.Uncertain.left(now) > 0
	for _, h := range b.Hours {
		sudden = sudden || !h.ends().After(clock) && !h.over(now)
	}
	after := *b
	after.Hours = append([]Hour(nil), b.Hours...)
	after.settle(now)
	after.forget(clock, now, false)
	ceiling, share := after.rooms(clock, now)
	return sudden && min(ceiling, share) > 0
}

// due reports whether the usage was last reported or asked for that long ago. A time that is still to come was wrong.
func (b *Budget) due(clock time.Time, every time.Duration) bool {
	latest := b.At
	if b.Asked.After(latest) {
		latest = b.Asked
	}
	return clock.Sub(latest) >= every || ahead(latest, clock)
}

// Look notes Salesforce's time and, if a call was made for it, the usage. The time was asked for by itself, and twice if it had
// jumped, so it is believed. If the usage came with it, the two are compared.
func (b *Budget) Look(usage Usage, calls int64, now time.Time) {
	if usage.Clock.IsZero() {
		return
	}
	believed := b.believes(usage, calls, now)
	b.Clock.set(usage.Clock, now)
	b.Jump = 0
	if believed {
		b.settle(now)
	}
	b.forget(usage.Clock, now, !believed)
	if calls > 0 || usage.Exhausted || usage.Max > 0 {
		b.Asked = usage.Clock
		b.note(calls, usage.Clock, now)
		b.observe(usage, calls, usage.Clock, now)
		b.Used = max(b.Used, b.Spent(usage.Clock, now))
	}
}

// mostDeaf is how many looks in a row may ask for the usage in vain before the clock alone is believed.
const mostDeaf = 3

// believes reports whether the clock of a look alone decides what has aged. Where nothing reports the usage, it must.
func (b *Budget) believes(usage Usage, calls int64, now time.Time) bool {
	switch {
	case usage.Max > 0:
		b.Deaf = 0
		return false
	case !b.Sudden(usage.Clock, now):
		return false
	case calls > 0:
		b.Deaf++
		return b.Deaf >= mostDeaf
	default:
		return true
	}
}
