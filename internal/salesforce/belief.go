package salesforce

import (
	"sync"
	"time"
)

// jump is how far Salesforce's clock may be from where it is expected before an answer's date is doubted.
const jump = time.Hour

// belief is what the answers of one org say of its clock and of its daily API requests, without what only one of them says.
// Proxies add a Date of their own, and some add one to what they pass on. An answer that tells of a jump therefore counts
// once the next one agrees with it, and the first one when this machine's clock or the next answer agrees. It is safe for
// concurrent use.
type belief struct {
	mu sync.Mutex

	date, at       time.Time // the newest date that is believed, and when it was heard by this machine's clock
	doubted, since time.Time // the date of the last answer, and when it was heard, while nobody has agreed with it

	usage   LimitInfo // the newest use of the org that is believed
	unheard bool      // the last use that was told is not believed yet
	odd     LimitInfo // that use
}

// clock takes the date of an answer that was heard now. Of an answer whose date is doubted it gives the earlier of that date
// and the expected one, and false.
func (b *belief) clock(told, now time.Time) (date time.Time, sure bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if told.IsZero() {
		return told, false
	}
	expected := now
	if !b.date.IsZero() {
		expected = b.date.Add(now.Sub(b.at))
	}
	if near(told, expected) || !b.doubted.IsZero() && agree(b.doubted.Add(now.Sub(b.since)), told, expected) {
		b.date, b.at, b.doubted = told, now, time.Time{}
		return told, true
	}
	b.doubted, b.since = told, now
	if told.After(expected) {
		return expected.Truncate(time.Second), false
	}
	return told, false
}

// expected is Salesforce's time as far as it is known; zero when no answer has told it.
func (b *belief) expected(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.date.IsZero() {
		return b.date
	}
	return b.date.Add(now.Sub(b.at)).Truncate(time.Second)
}

// agree says whether two readings, one after the other, tell of one jump: they differ by less than half of it. A clock that is
// put ahead while it is read, as that of a simulated org, is not the same twice.
func agree(first, second, expected time.Time) bool {
	return near(first, second) || second.Sub(first).Abs() < max(first.Sub(expected).Abs(), second.Sub(expected).Abs())/2
}

// near says whether two readings of one clock differ by no more than a jump. Dates are whole seconds.
func near(a, b time.Time) bool { return a.Sub(b).Abs() <= jump+2*time.Second }

// limit takes the use of the org that an answer told, and says whether it is believed.
func (b *belief) limit(told LimitInfo) bool {
	if told.Max <= 0 || told.Used < 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.usage.Max == 0 || alike(told, b.usage) || b.unheard && alike(told, b.odd) {
		b.usage, b.unheard = told, false
		return true
	}
	b.odd, b.unheard = told, true
	return false
}

// alike says whether two uses can be of one org: its maximum seldom doubles, and its use never changes by more than that at once.
func alike(a, b LimitInfo) bool {
	return a.Max/2 <= b.Max && b.Max/2 <= a.Max && max(a.Used-b.Used, b.Used-a.Used) <= max(a.Max, b.Max)
}
