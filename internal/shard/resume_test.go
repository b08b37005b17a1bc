package shard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// A process killed at any moment repeats no more than what was in flight and half a second's work, even when single
// reports are slow and hold up the order.
func TestRun_repeatsLittleAfterAKill(t *testing.T) {
	const reports, slots, latency = 250, 6, 60 * time.Millisecond
	const bound = slots + slots*int(500*time.Millisecond/latency)
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			f, o := newFakeVault(), newOrg(latency)
			slow := random.IntN(reports)
			o.latency = func(i int) time.Duration {
				if i == slow {
					return 20 * time.Second
				}
				return latency
			}
			f.latency = time.Duration(random.IntN(60)) * time.Millisecond
			plan(f, reports)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			first := input(o, slots)
			first.Window = reports // so that nothing but time keeps answers from piling up behind the slow one
			go func() { defer close(ended); _, _ = run(ctx, first, f) }()
			<-time.After(time.Duration(random.IntN(2600)) * time.Millisecond)

			found := f.snapshot()
			o.mu.Lock()
			before := maps.Clone(o.calls)
			o.mu.Unlock()
			cancel()
			<-ended

			again := newOrg(latency)
			in := input(again, slots)
			in.Attempt = 2
			if _, err := run(t.Context(), in, found); err != nil {
				t.Fatal(err)
			}
			wantWhole(t, found, reports)
			repeated := 0
			for i := range again.calls {
				if before[i] > 0 {
					repeated++
				}
			}
			if repeated > bound {
				t.Errorf("seed %d: %d describes were repeated, want at most %d", seed, repeated, bound)
			}
		})
	}
}

func TestRun_keepsPartsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(0)
		random := rand.New(rand.NewPCG(7, 7))
		o.latency = func(int) time.Duration { return time.Duration(50+random.IntN(60)) * time.Millisecond }
		plan(f, 250)
		last := ""
		f.beforeW = func(key string) {
			name, ok := staging.ParsePart(key)
			if !ok {
				return
			}
			if name.First <= last || name.Last < name.First || name.Attempt != 1 {
				t.Errorf("part %s comes after %s", key, last)
			}
			last = name.Last
		}
		in := input(lockedOrg(o), 4)
		if _, err := run(t.Context(), in, f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 250)
		if last == "" {
			t.Error("no part was written")
		}
	})
}

// lockedOrg makes a latency function without locks of its own safe.
func lockedOrg(o *org) *org {
	plain := o.latency
	lock := make(chan struct{}, 1)
	o.latency = func(i int) time.Duration {
		lock <- struct{}{}
		defer func() { <-lock }()
		return plain(i)
	}
	return o
}

func TestRun_reachesNoFurtherThanItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(10*time.Millisecond)
		o.latency = func(i int) time.Duration {
			if i == 0 {
				return 200 * time.Millisecond // shorter than a flush: it holds up the order all the while
			}
			return 10 * time.Millisecond
		}
		plan(f, 250)
		o.reply = func(i, _ int) error {
			if i != 0 {
				return nil
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			if len(o.starts) != 40 {
				t.Errorf("%d requests began while the first was in flight, want 40", len(o.starts))
			}
			return nil
		}
		in := input(o, 4)
		in.Window = 40
		if _, err := run(t.Context(), in, f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 250)
	})
}

func TestRun_storesWhatIsDoneWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(100*time.Millisecond)
		plan(f, 250)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1333*time.Millisecond, cancel)
		started := time.Now()
		result, err := run(ctx, input(o, 5), f)
		if !errors.Is(err, context.Canceled) || !result.Partial {
			t.Fatalf("result %+v, error %v", result, err)
		}
		if took := time.Since(started); took > 1333*time.Millisecond+graceCancel+time.Millisecond {
			t.Errorf("ended after %v", took)
		}
		// All that was asked for within the grace is there, requests in flight included.
		if result.Reports != int64(o.total) || o.total != 70 {
			t.Errorf("%d reports are stored of %d asked for", result.Reports, o.total)
		}
		again := newOrg(0)
		if _, err := run(t.Context(), input(again, 5), f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 250)
		if again.total != 250-o.total {
			t.Errorf("%d calls after %d", again.total, o.total)
		}
	})
}

func TestRun_givesUpSlowRequestsAndASlowStoreWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(time.Hour)
		o.latency = func(i int) time.Duration {
			if i < 10 {
				return time.Millisecond
			}
			return time.Hour
		}
		f.latency = time.Hour
		plan(f, 250)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		result, err := run(ctx, input(o, 5), f)
		if !errors.Is(err, context.Canceled) || !result.Partial || result.Reports != 0 {
			t.Fatalf("result %+v, error %v", result, err)
		}
		if took := time.Since(started); took > time.Second+graceStore {
			t.Errorf("ended after %v", took)
		}
	})
}

func TestRun_fetchesTheReportsOfATornPartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeVault()
		plan(f, 30)
		f.put(testSync.Part(0, reportID(0), reportID(3), 1), storedLine(0, "one"), storedLine(1, "one"), storedLine(2, "one"), storedLine(3, "one"))
		f.put(testSync.Part(0, reportID(4), reportID(9), 1), storedLine(4, "one"), storedLine(9, "one"))
		f.torn[testSync.Part(0, reportID(0), reportID(3), 1)] = true
		o := newOrg(time.Millisecond)
		in := input(o, 3)
		in.Attempt = 2
		if _, err := run(t.Context(), in, f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 30)
		if o.total != 28 || o.calls[4] != 0 || o.calls[0] != 1 {
			t.Errorf("%d calls", o.total)
		}
	})
}

func storedLine(i int, note string) []byte {
	return fmt.Appendf(nil, `{"Id":%q,"state":"described","modified":"m","described_at":"2026-01-01T00:00:00Z","reportMetadata":{"note":%q}}`,
		reportID(i), note)
}

func TestRun_takesTheLowestAttemptOfOverlappingParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeVault()
		plan(f, 6)
		f.put(testSync.Part(0, reportID(1), reportID(4), 2), storedLine(1, "two"), storedLine(2, "two"), storedLine(4, "two"))
		f.put(testSync.Part(0, reportID(2), reportID(5), 1), storedLine(2, "one"), storedLine(5, "one"))
		f.put(testSync.Part(0, reportID(4), reportID(4), 3), storedLine(4, "three"))
		result, err := run(t.Context(), input(newOrg(time.Millisecond), 2), f)
		if err != nil {
			t.Fatal(err)
		}
		all := wantWhole(t, f, 6)
		for i, want := range map[int]string{1: "two", 2: "one", 4: "two", 5: "one"} {
			if got := string(all[i].ReportMetadata); got != fmt.Sprintf(`{"note":%q}`, want) {
				t.Errorf("report %d is %s, want that of attempt %s", i, got, want)
			}
		}
		if result.Repeated != 2 || result.Reports != 6 {
			t.Errorf("result %+v", result)
		}
	})
}

// A zombie may have given up on a report that its successor described, or the other way round: the counts are those of the
// object, and an answer is better than none.
func TestRun_takesAnAnswerBeforeNone(t *testing.T) {
	const described, deferred, failed, gone = inventory.StateDescribed, inventory.StateDeferred, inventory.StateFailed, inventory.StateGone
	for name, row := range map[string]struct {
		first, second inventory.State // of attempts 1 and 2
		want          inventory.State
	}{
		"of a later attempt":               {deferred, described, described},
		"of an earlier attempt":            {described, deferred, described},
		"that is no description":           {failed, gone, gone},
		"and of two answers the earlier":   {gone, described, gone},
		"and where there is none, earlier": {deferred, failed, deferred},
	} {
		for listed, order := range []string{"listed first", "listed last"} { // the part of the first attempt
			t.Run(name+" "+order, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFakeVault()
					plan(f, 5)
					for attempt, state := range []inventory.State{row.first, row.second} {
						lines := [][]byte{stateLine(t, 1, state), stateLine(t, 2, gone)}
						first := reportID(1)
						if attempt == listed {
							first, lines = reportID(0), append([][]byte{stateLine(t, 0, gone)}, lines...)
						}
						f.put(testSync.Part(0, first, reportID(2), attempt+1), lines...)
					}
					result, err := run(t.Context(), input(newOrg(0), 2), f)
					if err != nil {
						t.Fatal(err)
					}
					states := map[inventory.State]int64{}
					all := wantWhole(t, f, 5)
					for _, d := range all {
						states[d.State]++
					}
					if diff := cmp.Diff(states, result.States); diff != "" || all[1].State != row.want {
						t.Errorf("the report is %s, want %s; counts (-object +result):\n%s", all[1].State, row.want, diff)
					}
				})
			})
		}
	}
}

// A worker that lost its connection works on while its successor does: the shard comes out whole, once, and both end.
func TestRun_getsAlongWithAZombie(t *testing.T) {
	for _, attempts := range [][2]int{{1, 2}, {1, 1}} {
		for seed := range uint64(20) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 3))
				f := newFakeVault()
				f.latency = time.Duration(random.IntN(40)) * time.Millisecond
				plan(f, 120)
				outcomes := make(chan error, 2)
				for i, attempt := range attempts {
					o := newOrg(time.Duration(20+random.IntN(40)) * time.Millisecond)
					in := input(o, 3)
					in.Attempt = attempt
					delay := time.Duration(i*random.IntN(1500)) * time.Millisecond
					go func() {
						<-time.After(delay)
						result, err := run(t.Context(), in, f)
						if err == nil && (result.Reports != 120 || result.States[inventory.StateDescribed] != 120) {
							err = fmt.Errorf("result %+v", result)
						}
						outcomes <- err
					}()
				}
				for range 2 {
					if err := <-outcomes; err != nil {
						t.Errorf("seed %d, attempts %v: %v", seed, attempts, err)
					}
				}
				if all := shardLines(t, f); len(all) != 120 {
					t.Errorf("seed %d: the shard holds %d reports", seed, len(all))
				}
			})
		}
	}
}

func TestRun_goesOnWhenTheStoreFailsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(50*time.Millisecond)
		plan(f, 100)
		broken := errors.New("the disk is full")
		failures := 0
		f.fail = func(string) error {
			if failures++; failures == 2 {
				return broken
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 4), f)
		if !errors.Is(err, broken) || !result.Partial {
			t.Fatalf("result %+v, error %v", result, err)
		}
		if result.Reports != int64(o.total) {
			t.Errorf("%d of %d answers are stored", result.Reports, o.total)
		}
		calls := o.total
		if _, err := run(t.Context(), input(o, 4), f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 100)
		if o.total != 100 {
			t.Errorf("%d calls, then %d", calls, o.total)
		}
	})
}

func TestRun_makesTheShardAnewWhenItIsTornOrAnothers(t *testing.T) {
	for name, prepare := range map[string]func(*fakeVault){
		"torn": func(f *fakeVault) {
			f.put(testSync.Shard(0), storedLine(0, ""), storedLine(1, ""), storedLine(2, ""))
			f.torn[testSync.Shard(0)] = true
		},
		"of another plan": func(f *fakeVault) { f.put(testSync.Shard(0), storedLine(0, ""), storedLine(1, ""), storedLine(9, "")) },
		"no JSON":         func(f *fakeVault) { f.put(testSync.Shard(0), []byte(`{"Id":`), storedLine(1, ""), storedLine(9, "")) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeVault(), newOrg(0)
				plan(f, 3)
				prepare(f)
				if _, err := run(t.Context(), input(o, 2), f); err != nil {
					t.Fatal(err)
				}
				wantWhole(t, f, 3)
				if o.total != 3 {
					t.Errorf("%d calls", o.total)
				}
			})
		})
	}
}

// A bucket that lets nobody delete: parts are left lying, a torn one is passed over, and the shard still ends.
func TestRun_endsInABucketThatRefusesDeletes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(10*time.Millisecond)
		f.keeps = errors.New("deletes are refused")
		plan(f, 200)
		torn := testSync.Part(0, reportID(0), reportID(3), 1)
		f.put(torn, storedLine(0, ""), storedLine(1, ""), storedLine(2, ""), storedLine(3, ""))
		f.torn[torn] = true
		f.put(testSync.Part(0, reportID(4), reportID(5), 1), storedLine(4, ""), storedLine(5, ""))
		in := input(o, 4)
		for attempt := 1; attempt <= 2; attempt++ {
			in.Attempt = attempt
			result, err := run(t.Context(), in, f)
			if err != nil || result.States[inventory.StateDescribed] != 200 || o.total != 198 {
				t.Fatalf("attempt %d: result %+v after %d calls, error %v", attempt, result, o.total, err)
			}
		}
		if lines := shardLines(t, f); len(lines) != 200 {
			t.Errorf("the shard holds %d reports", len(lines))
		}
	})
}

func TestRun_endsWhenItsPlanIsGone(t *testing.T) {
	t.Parallel()
	result, err := run(t.Context(), input(newOrg(0), 4), newFakeVault())
	if !fault.Is(err, fault.Invalid) || !result.Partial || !strings.Contains(err.Error(), "cancel the sync and start it again") {
		t.Errorf("result %+v, error %v", result, err)
	}
}
