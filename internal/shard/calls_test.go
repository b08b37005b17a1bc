package shard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// An allowance is used to the last call, never beyond, and the next run goes on from there with nothing asked twice.
func TestRun_spendsItsAllowanceToTheLastCall(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	client := clientOf(t, func(w http.ResponseWriter, _ *http.Request, call int64) {
		sent.Store(call)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
	})
	f := newFakeStore()
	plan(f, 100)
	for _, step := range []struct{ granted, stored int64 }{{60, 60}, {0, 60}, {30, 90}, {30, 100}} {
		a := salesforce.NewCallBudget(step.granted, 0)
		result, err := run(salesforce.WithCallBudget(t.Context(), a), input(client, 6), f)
		done := step.stored == 100
		if result.Reports != step.stored || sent.Load() != step.stored || result.Partial == done {
			t.Fatalf("granted %d: result %+v after %d calls", step.granted, result, sent.Load())
		}
		if !done && (result.Stop != StopQuota || !errors.Is(err, salesforce.ErrBudgetSpent)) || done && err != nil {
			t.Errorf("granted %d: result %+v, error %v", step.granted, result, err)
		}
	}
	wantWhole(t, f, 100)
}

// However few calls a run is granted: broken reports at the head of a shard do not eat them run after run.
func TestRun_getsOnWithFewCallsWhereTheFirstReportsAreBroken(t *testing.T) {
	for name, row := range map[string]struct {
		slots     int
		lastRound bool
	}{
		"one at a time":       {1, false},
		"a few at a time":     {3, false},
		"many at a time":      {8, false},
		"in the last round":   {3, true},
		"many, and last ones": {8, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const reports, broken, granted, tries, most = 104, 4, 12, 3, 40
				f, o := newFakeStore(), newOrg(100*time.Millisecond)
				plan(f, reports)
				var left atomic.Int64
				o.reply = func(i, _ int) error { // as the client does: each try is a call
					for try := range tries {
						if left.Add(-1) < 0 {
							return &salesforce.Error{Class: fault.QuotaExhausted, Whole: true, Err: salesforce.ErrBudgetSpent}
						}
						if i >= broken {
							return nil
						}
						<-time.After(time.Duration(200<<try) * time.Millisecond)
					}
					return failWith(fault.Poison)
				}
				in := input(o, row.slots)
				in.LastRound = row.lastRound
				for runs := 1; ; runs++ {
					left.Store(granted)
					result, err := run(t.Context(), in, f)
					if err == nil {
						want := map[description.State]int64{description.StateDescribed: reports - broken, unansweredState(row.lastRound): broken}
						if diff := cmp.Diff(want, result.States); diff != "" {
							t.Errorf("states (-want +got):\n%s", diff)
						}
						return
					}
					if result.Stop != StopQuota || runs == most {
						t.Fatalf("run %d: result %+v, error %v", runs, result, err)
					}
					in.StartOpen = true // as the caller says after a run that ended for want of calls
				}
			})
		})
	}
}

// What is in flight when the calls run out is paid for: slow answers are waited for.
func TestRun_waitsForWhatIsPaidForWhenTheCallsRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(0)
		plan(f, 20)
		o.latency = func(i int) time.Duration {
			if i == 3 {
				return time.Second
			}
			return 8 * time.Second
		}
		o.reply = func(i, _ int) error {
			if i == 3 {
				return failWith(fault.QuotaExhausted)
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 4), f)
		if result.Stop != StopQuota || !fault.Is(err, fault.QuotaExhausted) || result.Reports != 3 || o.total != 4 {
			t.Errorf("result %+v, error %v after %d calls", result, err, o.total)
		}
	})
}

// A cancel shortens whatever grace the run is giving.
func TestRun_waitsNoLongerForWhatIsPaidForOnceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), hang(time.Second, func(i int) bool { return i > 0 })
		plan(f, 20)
		o.reply = func(int, int) error { return failWith(fault.QuotaExhausted) }
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		started := time.Now()
		result, err := run(ctx, input(o, 4), f)
		if !result.Partial || err == nil || time.Since(started) > 2*time.Second+graceStore {
			t.Errorf("result %+v, error %v after %v", result, err, time.Since(started))
		}
	})
}
