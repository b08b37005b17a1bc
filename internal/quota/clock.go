package quota

import "time"

// jump is how far Salesforce's clock may move against the caller's before that is doubted.
const jump = time.Hour

// whole is the part of a second that Salesforce's dates may be off, twice.
const whole = 2 * time.Second

// ahead says whether a time lies so far after a clock that whoever told it was wrong.
func ahead(at, clock time.Time) bool { return at.Sub(clock) > jump+whole }

// believe takes note of Salesforce's clock as calls tell it, and gives what was told without what is not believed of it. What
// calls tell may have been long on its way, so the clock is never put back. It goes forward by more than an hour only as far as
// two returns in a row agree.
func (l *Ledger) believe(told Told, now time.Time) Told {
	if told.Clock.IsZero() {
		return told
	}
	skew := told.Clock.Sub(now)
	switch {
	case l.Made == 0, skew > l.Skew && !ahead(told.Clock, l.Clock(now)):
		l.tick(told.Clock, now)
		l.Jump = 0
	case skew <= l.Skew:
		l.Jump = 0
	default:
		if agreed := min(skew, l.Jump); agreed > l.Skew {
			l.tick(now.Add(agreed), now)
		}
		l.Jump = skew
	}
	if clock := l.Clock(now); ahead(told.Clock, clock) {
		told.Clock = clock
	}
	if told.At.After(told.Clock) {
		told.At = told.Clock
	}
	return told
}

// tick keeps the clocks together. Salesforce's dates are whole seconds, so a difference below that is none.
func (l *Ledger) tick(clock, now time.Time) {
	if skew := clock.Sub(now); (skew - l.Skew).Abs() > time.Second {
		l.Skew = skew.Truncate(time.Second)
	}
}

// over says whether the calls of an hour have aged by the caller's clock, which is within a minute of when they were made.
func (h Hour) over(now time.Time) bool {
	return h.Last == 0 || now.Unix()-h.Last >= int64((window-time.Minute)/time.Second)
}

// Doubt is calls that have aged by Salesforce's clock, but not by the caller's. They count on until that agrees, or until the
// usage of the whole org is too small to hold them.
type Doubt struct {
	Calls int64 `json:"calls"`
	Last  int64 `json:"last"` // when the last of them was noted, by the caller's clock, in seconds since 1970
}

func (d *Doubt) add(h Hour) {
	d.Calls += h.Calls
	d.Last = max(d.Last, h.Last)
}

// left is how many are in doubt by the caller's clock.
func (d *Doubt) left(now time.Time) int64 {
	if (Hour{Last: d.Last}).over(now) {
		return 0
	}
	return d.Calls
}

func (d *Doubt) forget(now time.Time) {
	if d.left(now) == 0 {
		*d = Doubt{}
	}
}

// settle believes that the calls in doubt have aged.
func (l *Ledger) settle(now time.Time) {
	l.Used, l.Doubt = max(l.Used-l.Doubt.left(now), 0), Doubt{}
}

// bound leaves no more calls in doubt than the usage of the whole org leaves, which is told, and our other calls.
func (d *Doubt) bound(usage int64) {
	usage += d.Calls // which own counts
	if d.Calls = min(d.Calls, max(usage, 0)); d.Calls == 0 {
		*d = Doubt{}
	}
}

// plausible says whether there is a usage to take over. A maximum that is another by orders counts once the next agrees.
func (l *Ledger) plausible(told Told) bool {
	switch {
	case told.Max <= 0:
		return false
	case l.Max <= 0 || alike(told.Max, l.Max) || l.Odd > 0 && alike(told.Max, l.Odd):
		l.Odd = 0
		return true
	default:
		l.Odd = told.Max
		return false
	}
}

// alike says whether two maxima can be of one org at one time.
func alike(a, b int64) bool { return a/2 <= b && b/2 <= a }

// Sudden says whether calls would come back at a moment of Salesforce's clock that have not aged by the caller's: then it is worth
// a call to see whether the usage agrees.
func (l *Ledger) Sudden(clock, now time.Time) bool {
	if l.Max <= 0 || !l.Spent.IsZero() || !l.due(clock, askEvery) {
		return false
	}
	sudden := l.Doubt.left(now) > 0
	for _, h := range l.Hours {
		sudden = sudden || !h.ends().After(clock) && !h.over(now)
	}
	after := *l
	after.Hours = append([]Hour(nil), l.Hours...)
	after.settle(now)
	after.forget(clock, now, false)
	ceiling, share := after.rooms(clock, now)
	return sudden && min(ceiling, share) > 0
}
