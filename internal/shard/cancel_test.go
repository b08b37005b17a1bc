package shard

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRun_storesWhatIsDoneWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
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
		f, o := newFakeStore(), newOrg(time.Hour)
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
