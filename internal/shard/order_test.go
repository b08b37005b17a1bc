package shard

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/staging"
)

func TestRun_keepsPartsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(0)
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
		f, o := newFakeStore(), newOrg(10*time.Millisecond)
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
