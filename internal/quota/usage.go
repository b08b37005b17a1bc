package quota

import "time"

// Usage is what Salesforce reported while calls were made. The zero value reports nothing.
type Usage struct {
	Used      int64     `json:"used,omitempty"`      // by all users of the org in the last 24 hours
	Max       int64     `json:"max,omitempty"`       // of 24 hours; 0 when it was not reported
	At        time.Time `json:"at,omitzero"`         // when Used was reported, by Salesforce's clock
	Clock     time.Time `json:"clock,omitzero"`      // the newest time on that clock
	Exhausted bool      `json:"exhausted,omitempty"` // Salesforce refused a call because the org has used up its maximum

	Delayed bool `json:"delayed,omitempty"` // Used may be as old as delay
}

// delay is how old the usage in the answer of /limits may be, by Salesforce's documentation.
const delay = 5 * time.Minute

// Mark is how many calls the sync had made in all at a moment of Salesforce's clock.
type Mark struct {
	At   time.Time `json:"at"`
	Made int64     `json:"made"`
}

// observe takes over what was reported. Where nothing was, our own calls are added to the last report.
func (b *Budget) observe(usage Usage, used int64, at, now time.Time) {
	switch {
	case usage.Exhausted:
		b.Exhausted = at
		b.Others = b.others(b.Others, b.Max, b.Reserved, now)
	case used <= 0 || usage.Clock.IsZero():
	case usage.Clock.After(b.Exhausted) || ahead(b.Exhausted, usage.Clock): // an answer from before the refusal proves nothing
		b.Exhausted = time.Time{}
	}
	if !b.plausible(usage) {
		b.Used += used
		return
	}
	if usage.At.Before(b.At) && now.Unix()-b.Heard < int64(mostJump/time.Second) {
		b.Used = max(b.Used, usage.Used) // a later answer came first, and includes these calls
		return
	}
	if usage.Delayed {
		usage.Used += b.unseen(usage.At)
	}
	if usage.At.Equal(b.At) {
		usage.Used = max(usage.Used, b.Used)
	}
	b.Max, b.Used, b.At, b.Heard = usage.Max, usage.Used, usage.At, now.Unix()
	b.Others = b.others(b.Others, b.Used, b.Reserved, now)
	b.Uncertain.bound(b.Used - b.Spent(at, now))
}

// unseen is how many of our calls a delayed answer may not include: all since the newest mark that is old enough.
func (b *Budget) unseen(at time.Time) int64 {
	if ahead(b.Next.At, at) {
		b.Next = Mark{}
	}
	if !b.Next.At.IsZero() && !b.Next.At.After(at.Add(-delay)) {
		b.Seen, b.Next = b.Next, Mark{}
	}
	if b.Next.At.IsZero() {
		b.Next = Mark{At: at, Made: b.Made}
	}
	return b.Made - b.Seen.Made
}

// plausible reports whether there is a usage to take over. A maximum of another order counts once the next answer agrees.
func (b *Budget) plausible(usage Usage) bool {
	switch {
	case usage.Max <= 0:
		return false
	case b.Max <= 0 || alike(usage.Max, b.Max) || b.Odd > 0 && alike(usage.Max, b.Odd):
		b.Odd = 0
		return true
	default:
		b.Odd = usage.Max
		return false
	}
}

// alike reports whether two maxima can be of one org at one time.
func alike(a, b int64) bool { return a/2 <= b && b/2 <= a }
