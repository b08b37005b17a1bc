package shard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/shard/parts"
	"longhaul/internal/staging"
)

var errFull = &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "cannot write to the bucket: the disk is full"}

// refuses makes a store that takes nothing from a time after now until another, and notes the tries it refused.
func refuses(f *fakeStore, from, until time.Duration, err error) *[]time.Duration {
	started, tries := time.Now(), []time.Duration{}
	f.fail = func(string) error {
		if now := time.Since(started); now >= from && now < until {
			tries = append(tries, now)
			return err
		}
		return nil
	}
	return &tries
}

func TestRun_waitsForAStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 250)
		tries := refuses(f, 2*time.Second, 62*time.Second, errFull)
		started := time.Now()
		o.reply = func(i, _ int) error {
			if now := time.Since(started); now > 2600*time.Millisecond && now < 62*time.Second {
				t.Errorf("report %d was asked for while the store took nothing", i)
			}
			return nil
		}
		var reported []string
		in := input(o, 5)
		in.Waiting = func(why string) { reported = append(reported, why) }
		result, err := run(t.Context(), in, f)
		if err != nil || result.Reports != 250 || result.Repeated != 0 || o.total != 250 {
			t.Fatalf("result %+v after %d calls, error %v", result, o.total, err)
		}
		wantWhole(t, f, 250)
		if diff := cmp.Diff([]string{errFull.Message, ""}, reported); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
		pauses := make([]time.Duration, 0, len(*tries))
		for i, at := range (*tries)[1:] {
			pauses = append(pauses, at-(*tries)[i])
		}
		s := time.Second
		if diff := cmp.Diff([]time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s, 10 * s, 10 * s}, pauses); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
	})
}

func TestRun_losesPatienceWithAStoreThatRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		patience, want time.Duration
	}{
		"as long as the caller says": {time.Minute, time.Minute},
		"twenty minutes otherwise":   {0, 20 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(100*time.Millisecond)
				plan(f, 250)
				refuses(f, 2*time.Second, 10*time.Hour, errFull)
				in := input(o, 5)
				in.StorePatience = row.patience
				started := time.Now()
				result, err := run(t.Context(), in, f)
				if !errors.Is(err, errFull) || !fault.Is(err, fault.Transient) || !result.Partial || result.Stop != StopFault {
					t.Errorf("result %+v, error %v", result, err)
				}
				if took := time.Since(started); took < row.want+2*time.Second || took > row.want+4*time.Second {
					t.Errorf("ended after %v, want %v from the first refusal", took, row.want)
				}
				if o.total > 110 {
					t.Errorf("%d requests", o.total)
				}
			})
		})
	}
}

func TestRun_doesNotWaitForWhatDoesNotPass(t *testing.T) {
	for name, refusal := range map[string]error{
		"a bucket that is not there": &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "there is no bucket"},
		"an unclassified error":      errors.New("boom"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(100*time.Millisecond)
				plan(f, 250)
				refuses(f, 2*time.Second, 10*time.Hour, refusal)
				in := input(o, 5)
				in.Waiting = func(why string) { t.Errorf("the run waits: %q", why) }
				started := time.Now()
				result, err := run(t.Context(), in, f)
				if !errors.Is(err, refusal) || !result.Partial || result.Stop != StopFault || time.Since(started) > 3*time.Second {
					t.Errorf("result %+v, error %v after %v", result, err, time.Since(started))
				}
			})
		})
	}
}

func TestRun_waitsToJoinItsParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 50)
		tries := 0
		f.fail = func(key string) error {
			if key == testSync.Shard(0) {
				if tries++; tries < 4 {
					return errFull
				}
			}
			return nil
		}
		var reported []string
		in := input(o, 5)
		in.Slice = 3 * time.Second // over by then, which does not hold up a shard that is done
		in.Waiting = func(why string) { reported = append(reported, why) }
		result, err := run(t.Context(), in, f)
		if err != nil || result.Partial || result.Reports != 50 || o.total != 50 || tries != 4 {
			t.Fatalf("result %+v after %d calls and %d tries, error %v", result, o.total, tries, err)
		}
		wantWhole(t, f, 50)
		if diff := cmp.Diff([]string{errFull.Message, ""}, reported); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

func TestRun_keepsItsSliceUntilTheStoreTakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 250)
		refuses(f, 2*time.Second, 30*time.Second, errFull)
		in := input(o, 5)
		in.Slice = 5 * time.Second
		result, err := run(t.Context(), in, f)
		if err != nil || result.Stop != StopSlice || result.Reports != int64(o.total) || result.Repeated != 0 {
			t.Errorf("result %+v after %d calls, error %v", result, o.total, err)
		}
	})
}

func TestRun_takesAStoreThatHangsForOneThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 100)
		f.latency = time.Hour
		time.AfterFunc(parts.WriteTime+time.Second, func() { f.mu.Lock(); f.latency = 0; f.mu.Unlock() })
		var reported []string
		in := input(o, 5)
		in.Waiting = func(why string) { reported = append(reported, why) }
		result, err := run(t.Context(), in, f)
		if err != nil || result.Reports != 100 || o.total != 100 || len(reported) != 2 {
			t.Errorf("result %+v after %d calls, error %v; reported %q", result, o.total, err, reported)
		}
	})
}

// A cancel ends the waiting with one last try, whether requests are done, in flight, or all answered.
func TestRun_isCancelledWhileTheStoreRefuses(t *testing.T) {
	for _, reports := range []int{20, 250} {
		for _, back := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d reports, back %t", reports, back), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f, o := newFakeStore(), newOrg(100*time.Millisecond)
					plan(f, reports)
					until := time.Hour
					if back {
						until = 30 * time.Second
					}
					refuses(f, 0, until, errFull)
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(31*time.Second, cancel) // between two tries
					var reported []string
					in := input(o, 5)
					in.Waiting = func(why string) { reported = append(reported, why) }
					started := time.Now()
					result, err := run(ctx, in, f)
					if !errors.Is(err, context.Canceled) || result.Stop != StopCancelled {
						t.Errorf("result %+v, error %v", result, err)
					}
					if took := time.Since(started) - 31*time.Second; took > graceStore {
						t.Errorf("ended %v after the cancel", took)
					}
					if want := int64(o.total); back && result.Reports != want || !back && result.Reports != 0 {
						t.Errorf("%d reports are stored of %d", result.Reports, want)
					}
					if len(reported) != 2 || reported[1] != "" {
						t.Errorf("reported %q", reported)
					}
				})
			})
		}
	}
}

// A part that is torn while the run works is found when the parts are joined: it is never joined, and the next run
// asks for its reports again.
func TestRun_asksAgainForAPartThatIsTornBeforeItIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 100)
		var torn staging.PartName
		f.beforeW = func(key string) {
			if key != testSync.Shard(0) {
				return
			}
			parts := f.keys(testSync.PartPrefix(0))
			torn, _ = staging.ParsePart(parts[1])
			f.mu.Lock()
			f.torn[parts[1]] = true
			f.mu.Unlock()
		}
		// The parts are read before that hook, so the first try fails for another reason and the second meets the torn part.
		tries := 0
		f.fail = func(key string) error {
			if key == testSync.Shard(0) {
				if tries++; tries == 1 {
					return errFull
				}
			}
			return nil
		}
		started := time.Now()
		result, err := run(t.Context(), input(o, 5), f)
		if !errors.Is(err, staging.ErrTorn) || !fault.Is(err, fault.Transient) || !result.Partial || tries != 1 {
			t.Fatalf("result %+v, error %v after %d tries", result, err, tries)
		}
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("the run waited %v for a torn part", took)
		}
		f.beforeW = nil
		again := newOrg(0)
		in := input(again, 5)
		in.Attempt = 2
		if result, err = run(t.Context(), in, f); err != nil || result.Partial {
			t.Fatalf("result %+v, error %v", result, err)
		}
		wantWhole(t, f, 100)
		if again.total == 0 || again.total > 20 || again.calls[slices.Index(ids(100), torn.First)] != 1 {
			t.Errorf("%d reports were asked for again, want those from %s to %s", again.total, torn.First, torn.Last)
		}
	})
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = reportID(i)
	}
	return all
}
