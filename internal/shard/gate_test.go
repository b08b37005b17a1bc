package shard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/shard/gate"
)

// outage runs shards of 30 reports each beside each other, as Temporal retries them, from the second attempt on, until all are described.
// Salesforce is down for a time. It gives how many requests went into the outage, and how long each shard took.
func outage(t *testing.T, shards int, down time.Duration, class fault.Class, shared *gate.Gate) (calls int, took []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	begun := time.Now()
	took = make([]time.Duration, shards)
	var running sync.WaitGroup
	for n := range shards {
		running.Go(func() {
			f, o := newFakeStore(), newOrg(10*time.Millisecond)
			plan(f, 30)
			f.put(testSync.Part(0, reportID(0), reportID(0), 1), storedLine(0, ""))
			o.reply = func(int, int) error {
				if time.Since(begun) >= down {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				calls++
				return failWith(class)
			}
			in := input(o, 3)
			in.Attempt, in.Since, in.Gate = 2, begun, shared
			<-time.After(time.Duration(n) * 37 * time.Millisecond) // a worker takes them up one after the other
			for ; ; in.Attempt++ {
				result, err := run(t.Context(), in, f)
				if err == nil {
					if result.States[description.StateDescribed] != 30 {
						t.Errorf("shard %d: %+v", n, result)
					}
					took[n] = time.Since(begun)
					return
				}
				if !IsOutage(err) || result.Reports != 1 {
					t.Errorf("shard %d, attempt %d: result %+v, error %v", n, in.Attempt, result, err)
					return
				}
				<-time.After(fault.From(err).RetryAfter)
			}
		})
	}
	running.Wait()
	return calls, took
}

// TestRun_shardsOfAProcessShareTheQuestionWhetherSalesforceAnswers: an outage must not cost as many calls as there are shards.
func TestRun_shardsOfAProcessShareTheQuestionWhetherSalesforceAnswers(t *testing.T) {
	for _, class := range []fault.Class{fault.Transient, fault.Throttled} {
		t.Run(string(class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const down = time.Hour
				alone, _ := outage(t, 1, down, class, nil)
				apart, late := outage(t, 8, down, class, nil)
				calls, took := outage(t, 8, down, class, new(gate.Gate))
				t.Logf("%d requests of one shard, %d of eight by themselves (done %s after it), %d of eight that share (%s)",
					alone, apart, slices.Max(late)-down, calls, slices.Max(took)-down)
				if calls > 2*alone+30 { // attempt 30 of each asks by itself
					t.Errorf("%d requests of eight shards, %d of one", calls, alone)
				}
				for n, d := range took {
					if d > down+2*longestSpan {
						t.Errorf("shard %d was done %s after the outage", n, d-down)
					}
				}
			})
		})
	}
}

// TestRun_aBrokenReportOfAnotherShardIsNoOutage: what is not known to be the fault of the service is found out by each shard itself.
func TestRun_aBrokenReportOfAnotherShardIsNoOutage(t *testing.T) {
	for name, met := range map[string]error{
		"a broken report":                    &outageError{failWith(fault.Poison)},
		"a bucket that names no canary":      &outageError{&fault.Error{Class: fault.Transient, System: fault.Bucket}},
		"no more calls":                      failWith(fault.QuotaExhausted),
		"the end of the slice":               errSlice,
		"a refusal that the next meets, too": failWith(fault.LoginRefused),
		"nothing":                            nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var shared gate.Gate
				in := Input{Attempt: 5, Gate: &shared}
				turn, err := in.enter(t.Context(), 1)
				if turn == nil || err != nil {
					t.Fatalf("got %v, %v", turn, err)
				}
				waiting := make(chan error, 1)
				go func() {
					_, err := in.enter(t.Context(), 1)
					waiting <- err
				}()
				synctest.Wait()
				in.leave(turn, met)
				if err := <-waiting; err != nil {
					t.Errorf("another shard: %v", err)
				}
				if turn, err := in.enter(t.Context(), 1); turn == nil || err != nil {
					t.Errorf("the next: got %v, %v", turn, err)
				}
			})
		})
	}
}

// TestEnter_isForRunsThatStartOpen: a first attempt, one with nothing to ask for, and one that may try a small shard whole ask by themselves.
func TestEnter_isForRunsThatStartOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared gate.Gate
		second := Input{Attempt: 2, Gate: &shared}
		turn, _ := second.enter(t.Context(), 1)
		second.leave(turn, &outageError{failWith(fault.Transient)})
		if _, err := second.enter(t.Context(), 1); !errors.As(err, new(*outageError)) {
			t.Errorf("another second attempt: %v", err)
		}
		for name, row := range map[string]struct {
			in      Input
			missing int
		}{
			"a first attempt":          {Input{Attempt: 1}, 1},
			"nothing is missing":       {Input{Attempt: 2}, 0},
			"patience may be over":     {Input{Attempt: patience}, 1},
			"it is over another time":  {Input{Attempt: 2 * patience}, 1},
			"another source's attempt": {Input{Attempt: 2, Gate: new(gate.Gate)}, 1},
		} {
			if row.in.Gate == nil {
				row.in.Gate = &shared
			}
			if _, err := row.in.enter(t.Context(), row.missing); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		<-time.After(waitAfter(2))
		if turn, err := second.enter(t.Context(), 1); turn == nil || err != nil {
			t.Errorf("after the wait: got %v, %v", turn, err)
		}
	})
}

// TestRun_aCancelEndsTheWaitForAnother: a pause must not wait for what another shard finds out.
func TestRun_aCancelEndsTheWaitForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared gate.Gate
		turn, err := shared.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer turn.Open()
		f, o := newFakeStore(), newOrg(time.Second)
		plan(f, 10)
		in := input(o, 3)
		in.Attempt, in.Gate = 2, &shared
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begun := time.Now()
		result, err := run(ctx, in, f)
		if result.Stop != StopCancelled || !errors.Is(err, context.Canceled) || time.Since(begun) > 2*time.Second || o.total != 0 {
			t.Errorf("after %s: result %+v, error %v, %d calls", time.Since(begun), result, err, o.total)
		}
	})
}

// TestEnter_whatIsCancelledFailsByNothingElse: a worker that stops must not report the outage that another shard has met.
func TestEnter_whatIsCancelledFailsByNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := Input{Attempt: 2, Gate: new(gate.Gate)}
		turn, _ := in.enter(t.Context(), 1)
		in.leave(turn, &outageError{failWith(fault.Transient)})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := in.enter(ctx, 1); !errors.Is(err, context.Canceled) || stopOf(ctx, err) != StopCancelled {
			t.Errorf("got %v", err)
		}
	})
}

// TestRun_anAnswerOfAnyShardIsThatOfAll: one report that hangs must not hold back the other shards of a Salesforce that works.
func TestRun_anAnswerOfAnyShardIsThatOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := new(gate.Gate)
		hanging, err := shared.Enter(t.Context()) // of a shard whose first report hangs
		if err != nil {
			t.Fatal(err)
		}
		defer hanging.Open()
		begun := time.Now()
		var running sync.WaitGroup
		for attempt := 1; attempt <= 2; attempt++ { // the first asks for nothing first
			running.Go(func() {
				f := newFakeStore()
				plan(f, 30)
				in := input(newOrg(time.Second), 3)
				in.Attempt, in.Gate = attempt, shared
				if result, err := run(t.Context(), in, f); err != nil || result.Reports != 30 {
					t.Errorf("attempt %d: result %+v, error %v", attempt, result, err)
				}
			})
		}
		running.Wait()
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("the shards took %s", took)
		}
	})
}
