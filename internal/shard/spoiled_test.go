package shard

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
)

func TestRun_goesOnWhenTheStoreFailsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(50*time.Millisecond)
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
	for name, prepare := range map[string]func(*fakeStore){
		"torn": func(f *fakeStore) {
			f.put(testSync.Shard(0), storedLine(0, ""), storedLine(1, ""), storedLine(2, ""))
			f.torn[testSync.Shard(0)] = true
		},
		"of another plan": func(f *fakeStore) { f.put(testSync.Shard(0), storedLine(0, ""), storedLine(1, ""), storedLine(9, "")) },
		"no JSON":         func(f *fakeStore) { f.put(testSync.Shard(0), []byte(`{"Id":`), storedLine(1, ""), storedLine(9, "")) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(0)
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
		f, o := newFakeStore(), newOrg(10*time.Millisecond)
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
			if err != nil || result.States[description.StateDescribed] != 200 || o.total != 198 {
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
	result, err := run(t.Context(), input(newOrg(0), 4), newFakeStore())
	if !fault.Is(err, fault.Invalid) || !result.Partial || !strings.Contains(err.Error(), "cancel the sync and start it again") {
		t.Errorf("result %+v, error %v", result, err)
	}
}
