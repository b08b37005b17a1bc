package quota_test

import (
	"testing"
	"time"

	"longhaul/internal/quota"
)

// TestBudget_knowsWhatOthersUse has an org that others use steadily beside us, and reports that come while calls of ours are under way.
func TestBudget_knowsWhatOthersUse(t *testing.T) {
	t.Parallel()
	o := &org{most: 10_000, clock: start}
	o.call(500, false)
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	others := func(when string, want int64) {
		t.Helper()
		if b.Others != want {
			t.Errorf("%s: others have used %d, want %d", when, b.Others, want)
		}
	}
	b.Return(0, 4, o.call(4, true), start)
	others("after the login", 500)

	first, second := b.Reserve(300, start), b.Reserve(300, start)
	o.call(200, true) // of the second, which has not returned
	b.Return(first, 250, o.call(250, true), start)
	others("while calls are under way", 500)
	o.call(150, false)
	b.Return(second, 200, o.call(0, true), start)
	others("when all have returned", 650)

	// The next day nearly all of them have aged for Salesforce, and those of our hour count to us until it is over.
	o.clock = start.Add(24*time.Hour + 10*time.Minute)
	o.call(80, false)
	b.Return(0, 1, o.call(1, true), o.clock)
	others("when our calls have aged", 80)
	if own := b.Room(o.clock); own != 8000-455 {
		t.Errorf("there is room for %d", own)
	}
}

// TestBudget_recentCallsAreThoseOfTheHoursMean has a burst and a call long after it in one hour.
func TestBudget_recentCallsAreThoseOfTheHoursMean(t *testing.T) {
	t.Parallel()
	var h quota.Hour
	h.Add(1000, start.Unix())
	h.Add(1, start.Add(20*time.Minute).Unix())
	h.Join(quota.Hour{Calls: 10, Last: start.Add(10 * time.Minute).Unix()})
	if h.Calls != 1011 || h.Last != start.Add(20*time.Minute).Unix() {
		t.Errorf("%+v", h)
	}
	calls := quota.Calls{Hours: []quota.Hour{h}}
	for after, want := range map[time.Duration]int64{24 * time.Hour: 1011, 24*time.Hour + time.Minute: 0} {
		if got := calls.Recent(start.Add(after)); got != want {
			t.Errorf("%s later %d calls count, want %d", after, got, want)
		}
	}
}

// TestBudget_allUsersUseNoLessThanTheSource where Salesforce does not count calls that it refuses, and the source does.
func TestBudget_allUsersUseNoLessThanTheSource(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	b := quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 100, quota.Usage{Used: 60, Max: 10_000, At: now, Clock: now}, now)
	if all, ours := b.Used, b.Spent(now, now); ours != 100 || all != ours || b.Others != 0 {
		t.Errorf("all users used %d, of which the source used %d and others %d", all, ours, b.Others)
	}
}
