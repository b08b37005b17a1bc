package quota_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"longhaul/internal/quota"
)

const day = 25 * time.Hour

// spentShare is a budget that has used its share of 500 calls, as its org of 2,000 reports.
func spentShare(t *testing.T) *quota.Budget {
	t.Helper()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 4, quota.Usage{Used: 4, Max: 2000, At: start, Clock: start}, start)
	reserved := b.Reserve(1000, start)
	later := start.Add(10 * time.Minute)
	b.Return(reserved, reserved, quota.Usage{Used: 4 + reserved, Max: 2000, At: later, Clock: later}, later)
	if reserved != 496 || b.Room(later) != 0 {
		t.Fatalf("reserved %d, and there is room for %d", reserved, b.Room(later))
	}
	return b
}

// TestBudget_aClockThatJumpsForgetsNoCall returns one activity with a time a day ahead, as one page of a proxy can report, and
// then more of them.
func TestBudget_aClockThatJumpsForgetsNoCall(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]quota.Usage{
		"the clock alone":         {Clock: start.Add(day)},
		"with the usage":          {Clock: start.Add(day), Used: 500, Max: 2000, At: start.Add(day)},
		"a year ahead":            {Clock: start.Add(365 * 24 * time.Hour), Used: 500, Max: 2000, At: start.Add(365 * 24 * time.Hour)},
		"with a delayed usage":    {Clock: start.Add(day), Used: 500, Max: 2000, At: start.Add(day), Delayed: true},
		"the time of usage alone": {Clock: start.Add(11 * time.Minute), Used: 500, Max: 2000, At: start.Add(day)},
	} {
		b := spentShare(t)
		now := start.Add(11 * time.Minute)
		b.Return(0, 0, told, now)
		if got := b.Room(now); got != 0 {
			t.Errorf("%s: room for %d after one", name, got)
		}
		if told.Max > 0 { // and where they say it again and again, the usage of the org does not agree
			for range 5 {
				b.Return(0, 0, told, now)
			}
			if got := b.Room(now); got != 0 {
				t.Errorf("%s: room for %d after many", name, got)
			}
		}
		truth := quota.Usage{Used: 500, Max: 2000, At: now.Add(time.Minute), Clock: now.Add(time.Minute)}
		b.Look(truth, 0, now.Add(time.Minute))
		b.Return(0, 0, truth, now.Add(time.Minute))
		if got := b.Room(now.Add(time.Minute)); got != 0 {
			t.Errorf("%s: room for %d once the clock is right again", name, got)
		}
		if got := b.Room(start.Add(2 * day)); got != 500 {
			t.Errorf("%s: room for %d after two days, want all of the share", name, got)
		}
	}
}

// lyingProxy is a proxy before an org that shifts the times of its answers, until a moment of the org's clock.
type lyingProxy struct {
	*org
	off   time.Duration
	until time.Time
	lies  int
}

func (p *lyingProxy) tell(told quota.Usage) quota.Usage {
	if p.clock.After(p.until) {
		p.off = 0
	}
	if p.off != 0 {
		p.lies++
	}
	told.Clock = told.Clock.Add(p.off)
	if told.Max > 0 {
		told.At = told.At.Add(p.off)
	}
	return told
}

// TestBudget_keepsItsShareWhateverTheClockSays runs a sync behind a proxy that reports a wrong time at random, for one answer or for
// hours, and checks the calls of the last 24 hours at every moment.
func TestBudget_keepsItsShareWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	lies := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		o := &org{most: 400 + rng.Int64N(1000), clock: start}
		b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}, Margin: 8}
		b.Return(0, 3, o.call(3, true), o.clock)
		share, made, asks := o.most*25/100, int64(0), []time.Time{}
		p := &lyingProxy{org: o}
		for range 3000 {
			switch rng.IntN(5) {
			case 0, 1:
				if granted := b.Reserve(1+rng.Int64N(40), o.clock); granted > 0 {
					n := rng.Int64N(granted + 1)
					b.Return(granted, n, p.tell(o.call(n, true)), o.clock)
					made += n
				}
			case 2:
				told := p.tell(quota.Usage{Clock: o.clock})
				calls := int64(0)
				if b.Worth(told.Clock, 15*time.Minute) || b.Sudden(told.Clock, o.clock) {
					told, calls = p.tell(o.call(1, true)), 1
					asks = append(asks, o.clock)
				}
				b.Look(told, calls, o.clock)
			case 3:
				o.call(rng.Int64N(3), false)
				o.clock = o.clock.Add(time.Duration(rng.IntN(900)) * time.Second)
			case 4:
				if p.off == 0 && rng.IntN(50) == 0 {
					p.off = time.Duration(rng.IntN(80)-20) * time.Hour
					p.until = o.clock.Add(time.Duration(rng.IntN(2)*rng.IntN(300)) * time.Minute)
				}
			}
			if used := within(o.ours, o.clock); used > share+within(asks, o.clock) {
				t.Fatalf("seed %d: the sync has used %d, its share is %d and it has asked %d times", seed, used, share, within(asks, o.clock))
			}
			if asked := within(asks, o.clock); asked > 60 {
				t.Fatalf("seed %d: it has asked %d times in a day", seed, asked)
			}
		}
		lies += p.lies
		if days := int64(o.clock.Sub(start) / (2 * day)); days > 0 && made < days*share/2 {
			t.Errorf("seed %d: only %d calls in %d days of %d", seed, made, 2*days, share)
		}
	}
	if lies < 300 {
		t.Errorf("only %d lies were told", lies)
	}
}

// TestBudget_aTrueJumpIsSettledByTheUsage moves only the clock of the org, as a simulated org does, or one that was restored.
func TestBudget_aTrueJumpIsSettledByTheUsage(t *testing.T) {
	t.Parallel()
	b := spentShare(t)
	now := start.Add(11 * time.Minute)
	for hour := time.Hour; hour <= 24*time.Hour; hour += time.Hour {
		clock := now.Add(hour)
		if b.Sudden(clock, now) {
			t.Fatalf("it spends a call after %s, when all still counts", hour)
		}
		b.Look(quota.Usage{Clock: clock}, 0, now)
	}
	clock := now.Add(26 * time.Hour)
	if !b.Sudden(clock, now) {
		t.Fatal("it does not ask what has become of its calls")
	}
	b.Look(quota.Usage{Clock: clock, Used: 41, Max: 2000, At: clock}, 1, now) // 40 of them others'
	if got := b.Room(now); got != 500-41 {
		t.Errorf("room for %d, want the share without what may still be ours", got)
	}
	if b.Sudden(clock.Add(time.Minute), now) {
		t.Error("it asks again at once")
	}
}

// TestBudget_aWrongTimeOfTheUsageHidesNoneAfterIt still learns of calls of others after a usage with a time in the future.
func TestBudget_aWrongTimeOfTheUsageHidesNoneAfterIt(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	b.Return(0, 4, quota.Usage{Used: 4, Max: 2000, At: start, Clock: start}, start)
	wrong := start.Add(day)
	for range 3 {
		b.Return(0, 1, quota.Usage{Used: 10, Max: 2000, At: wrong, Clock: wrong}, start)
	}
	soon := start.Add(time.Minute)
	b.Return(0, 1, quota.Usage{Used: 1700, Max: 2000, At: soon, Clock: soon}, soon)
	if got := b.Room(soon); got != 0 {
		t.Errorf("room for %d when the org has used 1,700 of 1,600", got)
	}
	later := start.Add(2 * time.Hour)
	b.Look(quota.Usage{Used: 900, Max: 2000, At: later, Clock: later}, 1, later)
	if got := b.Room(later); got != 700 {
		t.Errorf("room for %d when the org has used 900 of 1,600", got)
	}
}

// TestBudget_aRefusalOfAWrongTimeEnds does not wait for a wrong time in the future.
func TestBudget_aRefusalOfAWrongTimeEnds(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	b.Return(0, 4, quota.Usage{Used: 4, Max: 2000, At: start, Clock: start}, start)
	wrong := start.Add(30 * 24 * time.Hour)
	b.Look(quota.Usage{Clock: wrong, Exhausted: true}, 1, start)
	if b.Room(start) != 0 {
		t.Fatal("a refusal leaves room")
	}
	later := start.Add(time.Hour)
	if !b.Worth(later, 15*time.Minute) {
		t.Error("it does not ask until the wrong time has come")
	}
	b.Look(quota.Usage{Clock: later, Used: 6, Max: 2000, At: later}, 1, later)
	if b.Room(later) == 0 {
		t.Error("an answer does not end the wait")
	}
}

// TestBudget_aMaximumOfAnotherSizeCountsOnceTheNextAgrees gets a maximum of another order.
func TestBudget_aMaximumOfAnotherSizeCountsOnceTheNextAgrees(t *testing.T) {
	t.Parallel()
	for _, odd := range []int64{200_000, 2_000_000_000, 20, 1} {
		b := spentShare(t)
		at := start.Add(time.Hour)
		tell := func(most int64) {
			at = at.Add(time.Minute)
			b.Return(0, 0, quota.Usage{Used: 500, Max: most, At: at, Clock: at}, at)
		}
		tell(odd)
		if b.Max != 2000 || b.Room(at) != 0 {
			t.Errorf("%d: the maximum is %d and there is room for %d after one answer", odd, b.Max, b.Room(at))
		}
		tell(2000)
		tell(odd)
		if b.Max != 2000 {
			t.Errorf("%d: the maximum is %d after answers that do not agree", odd, b.Max)
		}
		tell(odd)
		if b.Max != odd {
			t.Errorf("%d: the maximum is %d after two that agree", odd, b.Max)
		}
	}
	b := spentShare(t)
	later := start.Add(time.Hour)
	b.Return(0, 0, quota.Usage{Used: 500, Max: 3000, At: later, Clock: later}, later)
	if b.Max != 3000 {
		t.Errorf("an org that was given more has a maximum of %d", b.Max)
	}
}
