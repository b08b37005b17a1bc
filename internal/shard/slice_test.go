package shard

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
)

func TestRun_endsWithItsSliceAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(700*time.Millisecond)
		f.latency = 20 * time.Millisecond
		plan(f, 100)
		in := input(o, 5)
		in.Slice = 2 * time.Second
		runs := 0
		for {
			runs++
			started, before := time.Now(), o.count()
			result, err := run(t.Context(), in, f)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(started); took > in.Slice+graceSlice+100*time.Millisecond {
				t.Fatalf("run %d took %v", runs, took)
			}
			if !result.Partial {
				break
			}
			// Requests begin at 0, 0.7 and 1.4 s; those of 1.4 s are answered within the grace.
			if result.Stop != StopSlice || o.count()-before != 15 || result.Reports != int64(o.count()) || result.Object.Key != "" {
				t.Fatalf("run %d: result %+v after %d calls", runs, result, o.count())
			}
		}
		wantWhole(t, f, 100)
		if runs != 7 || o.total != 100 {
			t.Errorf("%d runs and %d calls, want 7 and 100", runs, o.total)
		}
	})
}

func TestRun_isWholeWhenTheLastAnswersComeWithinTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(700*time.Millisecond)
		plan(f, 10)
		in := input(o, 5)
		in.Slice = time.Second
		result, err := run(t.Context(), in, f)
		if err != nil || result.Partial || result.Stop != "" {
			t.Errorf("result %+v, error %v", result, err)
		}
		wantWhole(t, f, 10)
	})
}

// hang makes reports that match take an hour, and the others latency.
func hang(latency time.Duration, matches func(i int) bool) *org {
	o := newOrg(latency)
	o.latency = func(i int) time.Duration {
		if matches(i) {
			return time.Hour
		}
		return latency
	}
	return o
}

func is(n int) func(int) bool { return func(i int) bool { return i == n } }

func TestRun_atTheEndOfASlice(t *testing.T) {
	fails := func(i int, class fault.Class) *org {
		o := newOrg(time.Second)
		o.reply = func(index, _ int) error {
			if index == i {
				return failWith(class)
			}
			return nil
		}
		return o
	}
	dead := func() *org {
		o := newOrg(time.Second)
		o.reply = func(int, int) error { return failWith(fault.Transient) }
		return o
	}
	type states = map[description.State]int64
	const described, deferred, failed = description.StateDescribed, description.StateDeferred, description.StateFailed
	for name, row := range map[string]struct {
		org       *org
		reports   int
		slots     int
		slice     time.Duration
		lastRound bool
		attempt   int
		stored    []int // reports that an earlier run described
		probe     error // what the caller's canary gives; errNoProbe when there is none
		states    states
		stop      Stop
		class     fault.Class // of the error
	}{
		"a report that failed while others were answered is deferred": {
			org: fails(1, fault.Poison), reports: 100, slots: 2, slice: 10 * time.Second, probe: errNoProbe,
			states: states{described: 19, deferred: 1}, stop: StopSlice,
		},
		"in the last round it has another slice as long as others make headway": {
			org: fails(1, fault.Poison), reports: 100, slots: 2, slice: 10 * time.Second, lastRound: true, probe: errNoProbe,
			states: states{described: 19}, stop: StopSlice,
		},
		"a report that hung for long is deferred": {
			org: hang(time.Second, is(1)), reports: 100, slots: 2, slice: 70 * time.Second, probe: errNoProbe,
			states: states{described: 70, deferred: 1}, stop: StopSlice,
		},
		"a report that hung for a moment is left": {
			org: hang(time.Second, is(70)), reports: 100, slots: 2, slice: 50 * time.Second, probe: errNoProbe,
			states: states{described: 85}, stop: StopSlice,
		},
		"in a short slice half of it is long": {
			org: hang(time.Second, is(1)), reports: 100, slots: 2, slice: 10 * time.Second, probe: errNoProbe,
			states: states{described: 10, deferred: 1}, stop: StopSlice,
		},
		"a shard is whole when nothing but what hangs is left": {
			org: hang(time.Second, is(1)), reports: 10, slots: 2, slice: 70 * time.Second, probe: errNoProbe,
			states: states{described: 9, deferred: 1},
		},
		"nothing was answered, and there is no canary": {
			org: dead(), reports: 3, slots: 2, slice: 3 * time.Second, probe: errNoProbe,
			stop: StopFault, class: fault.Transient,
		},
		"what hangs alone is deferred when a stored report is answered": {
			org: hang(0, is(1)), reports: 2, slots: 2, slice: 70 * time.Second, stored: []int{0}, probe: errNoProbe,
			states: states{described: 1, deferred: 1},
		},
		"all hang for the whole slice": {
			org: hang(0, func(int) bool { return true }), reports: 20, slots: 2, slice: 70 * time.Second, probe: errNoProbe,
			stop: StopFault, class: fault.Transient,
		},
		"all hang for the whole slice, a stored canary too": {
			org: hang(0, func(int) bool { return true }), reports: 20, slots: 2, slice: 70 * time.Second, stored: []int{19},
			states: states{described: 1}, stop: StopFault, class: fault.Transient,
		},
		"all slots hang on broken reports, and an untried report is answered": {
			org: hang(time.Second, func(i int) bool { return i < 2 }), reports: 20, slots: 2, slice: 70 * time.Second, probe: errNoProbe,
			states: states{described: 1, deferred: 2}, stop: StopSlice,
		},
		"in the last round what hangs alone fails when a canary is answered": {
			org: hang(time.Second, is(1)), reports: 2, slots: 2, slice: 70 * time.Second, lastRound: true, stored: []int{0}, probe: errNoProbe,
			states: states{described: 1, failed: 1},
		},
		"what hangs alone is deferred when the caller's canary answers": {
			org: hang(time.Second, is(0)), reports: 1, slots: 2, slice: 70 * time.Second,
			states: states{deferred: 1},
		},
		"what hangs alone is tried again when the caller's canary does not": {
			org: hang(time.Second, is(0)), reports: 1, slots: 2, slice: 70 * time.Second, probe: failWith(fault.Transient),
			stop: StopFault, class: fault.Transient,
		},
		"what hangs alone is deferred after many attempts without a canary": {
			org: hang(time.Second, is(0)), reports: 1, slots: 2, slice: 70 * time.Second, attempt: patience, probe: errNoProbe,
			states: states{deferred: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeStore()
				plan(f, row.reports)
				for _, i := range row.stored {
					f.put(testSync.Part(0, reportID(i), reportID(i), 1), storedLine(i, ""))
				}
				in := input(row.org, row.slots)
				in.Slice, in.LastRound, in.Attempt = row.slice, row.lastRound, max(row.attempt, 1)
				if !errors.Is(row.probe, errNoProbe) {
					in.Canary = func(context.Context) error { return row.probe }
				}
				started := time.Now()
				result, err := run(t.Context(), in, f)
				if took := time.Since(started); took > row.slice+graceSlice+proofTime+time.Second {
					t.Errorf("took %v", took)
				}
				if result.Stop != row.stop || result.Partial != (row.stop != "") {
					t.Errorf("result %+v", result)
				}
				if (err != nil) != (row.class != "") || err != nil && !fault.Is(err, row.class) {
					t.Errorf("error %v, want one of class %q", err, row.class)
				}
				want := row.states
				if want == nil {
					want = states{}
				}
				if diff := cmp.Diff(want, result.States); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
			})
		})
	}
}

var errNoProbe = errors.New("the caller has no probe")

// Whatever is broken, slow or hangs: a shard comes to its end in a few slices, nothing that answers is given up, and
// everything that is broken is.
func TestRun_comesToItsEndSliceBySlice(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			const reports = 60
			f := newFakeStore()
			plan(f, reports)
			kinds := make([]int, reports) // 0 hangs, 1 fails, 2 is slow, else answers at once
			for i := range kinds {
				kinds[i] = random.IntN(4 + random.IntN(20))
			}
			kinds[random.IntN(reports)] = 9
			lastRound := seed%2 == 0
			broken := 0
			for _, kind := range kinds {
				if kind < 2 {
					broken++
				}
			}
			o := newOrg(0)
			o.latency = func(i int) time.Duration {
				return []time.Duration{time.Hour, time.Second, 25 * time.Second, time.Second}[min(kinds[i], 3)]
			}
			o.reply = func(i, _ int) error {
				if kinds[i] == 1 {
					return failWith(fault.Poison)
				}
				return nil
			}
			in := input(o, 3)
			in.Slice, in.LastRound = time.Minute, lastRound
			for runs := 1; ; runs++ {
				result, err := run(t.Context(), in, f)
				in.Attempt++ // as Temporal counts the tries of an activity that fails
				if err == nil {
					in.Attempt = 1
				}
				if runs > 40 {
					t.Fatalf("seed %d: no end after %d runs: %+v, %v; broken %d", seed, runs, result, err, broken)
				}
				if err != nil && !fault.Is(err, fault.Transient) {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if result.Partial {
					continue
				}
				break
			}
			for i, d := range wantWhole(t, f, reports) {
				want := description.StateDescribed
				if kinds[i] < 2 {
					want = unansweredState(lastRound)
				}
				if d.State != want {
					t.Errorf("seed %d: report %d of kind %d is %s", seed, i, kinds[i], d.State)
				}
			}
		})
	}
}
