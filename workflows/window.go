package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// maxEvents is the length of a history at which the sync continues as new; the server's suggestion counts too.
const maxEvents = 3000

// window runs the shards of a sync, as many at once as the source allows. Each place of the window has its share of the
// requests in flight, so the org sees the same load from one worker or from fifty.
type window struct {
	sync    *sync
	shares  []int // by place
	free    []int // places
	running int
	failed  error // the first
}

// describe runs the window to the last shard, or leaves it drained for the next run of the chain.
func (s *sync) describe(ctx workflow.Context) error {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	w := &window{sync: s, shares: shares(s.state.Auth.MaxInFlight, min(s.state.Auth.MaxShards, s.state.Plan.Shards))}
	for place := range w.shares {
		w.free = append(w.free, place)
	}
	selector := workflow.NewSelector(ctx)
	for {
		for w.open(ctx) {
			w.start(ctx, selector)
		}
		if w.running == 0 {
			break
		}
		selector.Select(ctx)
		if w.failed != nil {
			cancel() // the others flush what they have and end
		}
	}
	switch {
	case w.failed != nil:
		return w.failed
	case ctx.Err() != nil:
		return ctx.Err()
	case s.state.NextShard < s.state.Plan.Shards:
		return s.continueAsNew(ctx)
	}
	return nil
}

// open says whether another shard may start now.
func (w *window) open(ctx workflow.Context) bool {
	return w.failed == nil && ctx.Err() == nil && len(w.free) > 0 &&
		w.sync.state.NextShard < w.sync.state.Plan.Shards && !historyFull(ctx)
}

func (w *window) start(ctx workflow.Context, selector workflow.Selector) {
	state := w.sync.state
	place := w.free[0]
	w.free = w.free[1:]
	number := state.NextShard
	state.NextShard++
	w.running++
	params := activities.DescribeParams{
		Sync: state.Sync, Shard: number, Share: w.shares[place], Last: number == state.Plan.Shards-1,
	}
	summary := fmt.Sprintf("describe shard %d of %d", number+1, state.Plan.Shards)
	future := workflow.ExecuteActivity(with(ctx, forDescribe, summary), acts.Describe, params)
	selector.AddFuture(future, func(f workflow.Future) {
		w.running--
		w.free = append(w.free, place)
		var done activities.DescribeResult
		if err := f.Get(ctx, &done); err != nil {
			if w.failed == nil {
				w.failed = err
			}
			return
		}
		state.add(done)
		w.sync.touch(ctx)
	})
}

func historyFull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= maxEvents || info.GetContinueAsNewSuggested()
}

// shares divides inFlight over n places; what remains of the division goes to the first ones. Every place gets one.
func shares(inFlight, n int) []int {
	parts := make([]int, n)
	for i := range parts {
		parts[i] = max(1, inFlight/n)
		if i < inFlight%n {
			parts[i] = inFlight/n + 1
		}
	}
	return parts
}
