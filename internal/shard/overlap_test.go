package shard

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
)

func TestRun_fetchesTheReportsOfATornPartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeStore()
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
	return fmt.Appendf(nil, `{"Id":%q,"state":"described","last_modified":"m","described_at":"2026-01-01T00:00:00Z","reportMetadata":{"note":%q}}`,
		reportID(i), note)
}

func TestRun_takesTheLowestAttemptOfOverlappingParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeStore()
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
	const described, deferred, failed, gone = description.StateDescribed, description.StateDeferred, description.StateFailed, description.StateGone
	for name, row := range map[string]struct {
		first, second description.State // of attempts 1 and 2
		want          description.State
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
					f := newFakeStore()
					plan(f, 5)
					for attempt, state := range []description.State{row.first, row.second} {
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
					states := map[description.State]int64{}
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
				f := newFakeStore()
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
						if err == nil && (result.Reports != 120 || result.States[description.StateDescribed] != 120) {
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

// TestRun_aDamagedObjectOfAnotherProcessIsNoBug has another process finish the shard first, with an object that the store has damaged.
func TestRun_aDamagedObjectOfAnotherProcessIsNoBug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeStore()
		plan(f, 5)
		object := testSync.Shard(0)
		f.beforeW = func(key string) {
			if key == object {
				f.put(object, storedLine(0, "other"), storedLine(1, "other"))
				f.torn[object], f.beforeW = true, nil
			}
		}
		in := input(newOrg(time.Millisecond), 5)
		if _, err := run(t.Context(), in, f); !fault.Is(err, fault.Transient) {
			t.Errorf("got %v, want an error after which Temporal tries again", err)
		}
		in.Attempt = 2
		if _, err := run(t.Context(), in, f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 5)
	})
}
