package shard

import (
	"context"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// A process killed at any moment repeats no more than what was in flight and half a second's work, even when single
// reports are slow and hold up the order.
func TestRun_repeatsLittleAfterAKill(t *testing.T) {
	const reports, slots, latency = 250, 6, 60 * time.Millisecond
	const bound = slots + slots*int(500*time.Millisecond/latency)
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			f, o := newFakeStore(), newOrg(latency)
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
