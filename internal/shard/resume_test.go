package shard

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// mostUnstored counts how many reports of a run were done and not stored at a time, at most.
func mostUnstored(in *Input) *atomic.Int64 {
	var stored, most atomic.Int64
	in.Stored = func(reports int) { stored.Store(int64(reports)) }
	in.Progress = func(done, _ int) { most.Store(max(most.Load(), int64(done)-stored.Load())) }
	return &most
}

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
			unstored := mostUnstored(&first)
			first.Window = reports // so that nothing but time keeps answers from piling up behind the slow one
			go func() { defer close(ended); _, _ = run(ctx, first, f) }()
			<-time.After(time.Duration(random.IntN(2600)) * time.Millisecond)

			found := f.snapshot()
			o.mu.Lock()
			before := maps.Clone(o.calls)
			o.mu.Unlock()
			hidden := slots + 2*int(unstored.Load())
			cancel()
			<-ended

			again := newOrg(latency)
			in := input(again, slots)
			in.Attempt = 2
			var stored []int
			in.Stored = func(reports int) { stored = append(stored, reports) }
			if _, err := run(t.Context(), in, found); err != nil {
				t.Fatal(err)
			}
			wantWhole(t, found, reports)
			if !slices.IsSorted(stored) || stored[0] != reports-len(again.calls) || stored[len(stored)-1] != reports {
				t.Errorf("seed %d: it tells that %v reports are stored; it asked for %d of %d", seed, stored, len(again.calls), reports)
			}
			if untold := len(before) - stored[0]; untold > hidden {
				t.Errorf("seed %d: %d calls are not told by what is stored, want at most %d", seed, untold, hidden)
			}
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
