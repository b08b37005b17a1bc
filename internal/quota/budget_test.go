package quota_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"longhaul/internal/quota"
)

// org counts calls as Salesforce does: of the last 24 hours, whoever made them.
type org struct {
	most   int64
	clock  time.Time
	calls  []time.Time
	ours   []time.Time
	silent bool // no answer tells the usage
}

func (o *org) used() (n int64) { return within(o.calls, o.clock) }

func within(calls []time.Time, clock time.Time) (n int64) {
	for _, at := range calls {
		if clock.Sub(at) < 24*time.Hour {
			n++
		}
	}
	return n
}

// call makes calls and returns what the last answer reported.
func (o *org) call(n int64, ours bool) quota.Usage {
	for range n {
		if o.used() >= o.most {
			return quota.Usage{Clock: o.clock, Exhausted: true}
		}
		o.calls = append(o.calls, o.clock)
		if ours {
			o.ours = append(o.ours, o.clock)
		}
	}
	if o.silent {
		return quota.Usage{Clock: o.clock}
	}
	return quota.Usage{Used: o.used(), Max: o.most, At: o.clock, Clock: o.clock}
}

var start = time.Date(2026, 11, 24, 6, 34, 54, 0, time.UTC)

// TestBudget_neverGoesBeyondItsBounds runs a sync against orgs of many kinds, with reservations that overlap, return in any order
// and are used in part, and checks the bounds at every moment of the org's clock.
func TestBudget_neverGoesBeyondItsBounds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 7))
		o := &org{most: 200 + rng.Int64N(900), clock: start}
		b := &quota.Budget{Policy: quota.Policy{Ceiling: 40 + rng.IntN(61), Share: 10 + rng.IntN(91)}, Margin: 8}
		skew := time.Duration(rng.IntN(7200)-3600) * time.Second
		now := func() time.Time { return o.clock.Add(-skew) }
		b.Return(0, 3, o.call(3, true), now())
		ceiling, share := o.most*int64(b.Policy.Ceiling)/100, o.most*int64(b.Policy.Share)/100

		type lease struct {
			granted, used int64
			told          quota.Usage
		}
		var out []lease
		made := int64(0)
		for range 3000 {
			switch rng.IntN(5) {
			case 0, 1:
				if granted := b.Reserve(1+rng.Int64N(60), now()); granted > 0 {
					out = append(out, lease{granted: granted})
				}
			case 2:
				if len(out) > 0 {
					one := &out[rng.IntN(len(out))]
					n := rng.Int64N(one.granted - one.used + 1)
					one.told = o.call(n, true)
					one.used += n
					made += n
				}
			case 3:
				if len(out) > 0 {
					k := rng.IntN(len(out))
					b.Return(out[k].granted, out[k].used, out[k].told, now())
					out = append(out[:k], out[k+1:]...)
				}
			case 4:
				o.clock = o.clock.Add(time.Duration(rng.IntN(600)) * time.Second)
			}
			if used := o.used(); used > ceiling {
				t.Fatalf("seed %d: the org has used %d, the ceiling is %d", seed, used, ceiling)
			}
			if used := within(o.ours, o.clock); used > share {
				t.Fatalf("seed %d: the sync has used %d, its share is %d", seed, used, share)
			}
		}
		if days := int64(o.clock.Sub(start) / (25 * time.Hour)); days > 0 && made < days*min(ceiling, share)/2 {
			t.Errorf("seed %d: only %d calls in %d days of %d a day", seed, made, days, min(ceiling, share))
		}
	}
}

// TestBudget_othersAreHeardOf has others use the org at the same time, at times all of it, and orgs that report nothing for a
// while. What others do between two answers cannot be known. But the sync always keeps its own share, and after an answer it makes
// no more calls than that answer left.
func TestBudget_othersAreHeardOf(t *testing.T) {
	t.Parallel()
	stopped := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 11))
		o := &org{most: 300 + rng.Int64N(900), clock: start}
		b := &quota.Budget{Policy: quota.Policy{Ceiling: 50 + rng.IntN(51), Share: 10 + rng.IntN(91)}, Margin: 8}
		b.Return(0, 3, o.call(3, true), o.clock)
		ceiling, share := o.most*int64(b.Policy.Ceiling)/100, o.most*int64(b.Policy.Share)/100
		unheard := false
		for range 1000 {
			switch rng.IntN(4) {
			case 0, 1:
				granted := b.Reserve(1+rng.Int64N(60), o.clock)
				if left := max(ceiling-o.used(), 0); !unheard && granted > left {
					t.Fatalf("seed %d: reserved %d when %d of %d were left", seed, granted, left, ceiling)
				}
				before, told := len(o.ours), quota.Usage{}
				if n := rng.Int64N(granted + 1); n > 0 {
					told = o.call(n, true)
					unheard = unheard && o.silent
				}
				b.Return(granted, int64(len(o.ours)-before), told, o.clock)
				if granted == 0 && !unheard {
					stopped++
				}
			case 2:
				o.call(rng.Int64N(8), false)
				unheard, o.silent = true, rng.IntN(3) == 0
			case 3:
				o.clock = o.clock.Add(time.Duration(rng.IntN(600)) * time.Second)
			}
			if used := within(o.ours, o.clock); used > share {
				t.Fatalf("seed %d: the sync has used %d, its share is %d", seed, used, share)
			}
		}
	}
	if stopped == 0 {
		t.Error("no answer ever stopped the sync, so nothing was tried")
	}
}

func TestBudget_grantsAllThereIsAndNoMore(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}, Margin: 24}
	b.Return(0, 4, quota.Usage{Used: 1004, Max: 10_000, At: start, Clock: start}, start)
	if got := b.Reserve(2000, start); got != 2000 {
		t.Errorf("granted %d of 2,000", got)
	}
	if got := b.Reserve(2000, start); got != 496 {
		t.Errorf("granted %d, want what is left of the share: 2,500 less 4 used and 2,000 reserved", got)
	}
	if got := b.Reserve(1, start); got != 0 {
		t.Errorf("granted %d beyond the share", got)
	}
	b.Policy.Share = 100 // set-quota at run time
	if got := b.Reserve(9000, start); got != 8000-24-1004-2496 {
		t.Errorf("granted %d, want what is left below the ceiling", got)
	}
}

func TestBudget_unknownMaximumBindsNothingUntilSalesforceRefuses(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	if got := b.Reserve(1_000_000, start); got != 1_000_000 {
		t.Fatalf("granted %d", got)
	}
	if b.Ceiling() != 0 {
		t.Errorf("a ceiling of %d without a maximum", b.Ceiling())
	}
	b.Return(1_000_000, 1200, quota.Usage{Clock: start, Exhausted: true}, start)
	if got := b.Room(start); got != 0 {
		t.Errorf("%d calls are left after Salesforce refused one", got)
	}
	if w := b.Wait(start); w.Reason != quota.ByExhausted || !strings.Contains(w.Sentence(), "daily API calls") {
		t.Errorf("waits by %s: %s", w.Reason, w.Sentence())
	}
	if !b.Worth(start.Add(time.Hour), 15*time.Minute) {
		t.Error("it never asks again")
	}
	b.Look(quota.Usage{Clock: start.Add(time.Hour)}, 1, start.Add(time.Hour))
	if b.Room(start.Add(time.Hour)) == 0 {
		t.Error("a call that was answered does not end the wait")
	}
}

// TestBudget_ownCallsComeBackAsTheyAge moves the org's clock on at once, as a wait over a weekend does.
func TestBudget_ownCallsComeBackAsTheyAge(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}, Margin: 24}
	b.Return(0, 1576, quota.Usage{Used: 1576, Max: 2000, At: start, Clock: start}, start)
	if got := b.Room(start); got != 0 {
		t.Fatalf("room for %d", got)
	}
	w := b.Wait(start)
	want := start.Truncate(time.Hour).Add(25 * time.Hour)
	if w.Reason != quota.ByCeiling || !w.Until.Equal(want) {
		t.Errorf("waits by %s until %s, want %s", w.Reason, w.Until, want)
	}
	clock := start.Add(24 * time.Hour)
	if b.Worth(clock, time.Second) {
		t.Error("it spends a call on asking although all that is used is its own")
	}
	b.Look(quota.Usage{Clock: clock}, 0, start) // Salesforce's clock has jumped, ours has not
	if got := b.Room(start); got != 0 {
		t.Errorf("room for %d while the calls may still count", got)
	}
	b.Look(quota.Usage{Clock: want}, 0, start)
	if got := b.Room(start); got != 1576 {
		t.Errorf("room for %d once all calls have aged, want 1,576", got)
	}
}

func TestBudget_othersAreAskedAboutSparingly(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 50}, Margin: 24}
	b.Return(0, 10, quota.Usage{Used: 1700, Max: 2000, At: start, Clock: start}, start)
	asked := 0
	for minute := range 24 * 60 {
		clock := start.Add(time.Duration(minute) * time.Minute)
		if b.Worth(clock, 15*time.Minute) {
			asked++
			b.Look(quota.Usage{Used: 1700, Max: 2000, At: clock, Clock: clock}, 1, clock)
		}
	}
	if asked < 20 || asked > 24 {
		t.Errorf("it asked %d times in a day, want about once an hour", asked)
	}
}

func TestBudget_anAnswerThatWasOvertakenCountsOnce(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 100, Share: 100}}
	first, second := b.Reserve(100, start), b.Reserve(100, start)
	later := start.Add(3 * time.Second)
	b.Return(second, 100, quota.Usage{Used: 200, Max: 1000, At: later, Clock: later}, later)
	b.Return(first, 100, quota.Usage{Used: 150, Max: 1000, At: start, Clock: start}, later)
	if got := b.Room(later); got != 800 {
		t.Errorf("room for %d of 1,000 after 200 calls", got)
	}
}

// TestBudget_anAnswerThatWasLongOnItsWayHidesNoCall reports a number from before the calls that overtook it, with a
// date from after them.
func TestBudget_anAnswerThatWasLongOnItsWayHidesNoCall(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}, Margin: 24}
	first, second := b.Reserve(10, start), b.Reserve(60, start)
	b.Return(second, 60, quota.Usage{Used: 65, Max: 150, At: start, Clock: start}, start)
	later := start.Add(time.Second)
	b.Return(first, 10, quota.Usage{Used: 12, Max: 150, At: later, Clock: later}, later)
	if got, want := b.Room(later), int64(120-2-70); got != want {
		t.Errorf("room for %d after 70 calls of ours, want %d", got, want)
	}
}

func TestBudget_staysSmall(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	for hour := range 24 * 10 {
		at := start.Add(time.Duration(hour) * time.Hour)
		b.Return(0, 1_000_000, quota.Usage{Used: 1 << 40, Max: 1 << 40, At: at, Clock: at}, at)
	}
	text, err := json.Marshal(b)
	if err != nil || len(text) > 1800 || len(b.Hours) > 26 {
		t.Errorf("%d bytes, %d hours, %v", len(text), len(b.Hours), err)
	}
	var back quota.Budget
	if err := json.Unmarshal(text, &back); err != nil || back.Room(start.Add(240*time.Hour)) != b.Room(start.Add(240*time.Hour)) {
		t.Errorf("what was read back differs: %v", err)
	}
}
