package usage

import (
	"sync"
	"time"
)

// jump is how far Salesforce's clock may be from the expected time before the date of an answer is doubted.
const jump = time.Hour

// Consensus is what the answers of one org agree on: Salesforce's clock, and the use of the org's daily API requests. Proxies add a Date
// of their own, and some add one to what they pass on. So an answer that reports a jump counts once the next one agrees with it, and the
// first answer counts when this machine's clock or the next answer agrees. It is safe for concurrent use.
type Consensus struct {
	mu sync.Mutex

	date, at           time.Time // the newest date that is believed, and when it arrived by this machine's clock
	doubted, doubtedAt time.Time // the date of the last answer, and when it arrived, while no other agrees with it

	usage         LimitInfo // the newest use of the org that is believed
	hasDoubtful   bool
	doubtfulUsage LimitInfo // the last reported use, which is not believed yet
}

// AcceptDate takes the date of an answer that arrived now. Of a doubted date it returns the earlier of that date and the expected one,
// and false.
func (c *Consensus) AcceptDate(date, now time.Time) (believed time.Time, sure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if date.IsZero() {
		return date, false
	}
	expected := now
	if !c.date.IsZero() {
		expected = c.date.Add(now.Sub(c.at))
	}
	if near(date, expected) || !c.doubted.IsZero() && agree(c.doubted.Add(now.Sub(c.doubtedAt)), date, expected) {
		c.date, c.at, c.doubted = date, now, time.Time{}
		return date, true
	}
	c.doubted, c.doubtedAt = date, now
	if date.After(expected) {
		return expected.Truncate(time.Second), false
	}
	return date, false
}

// Expected is Salesforce's time as far as it is known; zero while no answer's date is believed.
func (c *Consensus) Expected(now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.date.IsZero() {
		return c.date
	}
	return c.date.Add(now.Sub(c.at)).Truncate(time.Second)
}

// Doubts says whether the date of the last answer is not believed until another one agrees.
func (c *Consensus) Doubts() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.doubted.IsZero()
}

// agree reports whether two readings, one after the other, show the same jump: they differ by less than half of it. A clock that is put
// ahead while it is read, as that of a simulated org, does not read the same twice.
func agree(first, second, expected time.Time) bool {
	return near(first, second) || second.Sub(first).Abs() < max(first.Sub(expected).Abs(), second.Sub(expected).Abs())/2
}

// near reports whether two readings of one clock differ by no more than a jump. Dates are whole seconds.
func near(a, b time.Time) bool { return a.Sub(b).Abs() <= jump+2*time.Second }

// AcceptUsage takes the use of the org that an answer reports, and reports whether it is believed.
func (c *Consensus) AcceptUsage(usage LimitInfo) bool {
	if usage.Max <= 0 || usage.Used < 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.usage.Max == 0 || alike(usage, c.usage) || c.hasDoubtful && alike(usage, c.doubtfulUsage) {
		c.usage, c.hasDoubtful = usage, false
		return true
	}
	c.doubtfulUsage, c.hasDoubtful = usage, true
	return false
}

// alike reports whether two uses can be of one org: its maximum seldom doubles, and its use never changes by more than that at once.
func alike(a, b LimitInfo) bool {
	return a.Max/2 <= b.Max && b.Max/2 <= a.Max && max(a.Used-b.Used, b.Used-a.Used) <= max(a.Max, b.Max)
}
