package activities

import (
	"cmp"
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/activities/relay"
	"longhaul/internal/description"
	"longhaul/internal/shard"
	"longhaul/internal/staging"
)

// DescribeParams names one shard and its share of the requests in flight.
type DescribeParams struct {
	Sync  Sync `json:"sync"`
	Shard int  `json:"shard"`
	Share int  `json:"share"`
	Last  bool `json:"last,omitempty"` // from now on a shard that ends leaves its share to those still running in its process

	Known     int64      `json:"known,omitempty"`      // reports that earlier runs of the shard have brought
	LastRound bool       `json:"last_round,omitempty"` // what fails now has failed; before, it is put off to the last round
	StartOpen bool       `json:"start_open,omitempty"` // the run before brought nothing, or ended for want of calls
	Throttled bool       `json:"throttled,omitempty"`  // the run before ended throttled
	Budget    CallBudget `json:"budget"`

	Slice time.Duration `json:"slice"` // after which it ends as it is, and another run goes on
}

// DescribeResult counts what the bucket holds of the shard: its object, or as long as it is partial, its parts.
type DescribeResult struct {
	Reports   int64  `json:"reports"` // that have their state, put off ones among them
	Deferred  int64  `json:"deferred,omitempty"`
	States    States `json:"states"` // without those put off
	Partial   bool   `json:"partial,omitempty"`
	Throttled bool   `json:"throttled,omitempty"` // Salesforce asked for fewer requests than the share, to the end
	Spending
}

// Describe asks Salesforce for the columns of a shard's reports and keeps the answers in the bucket as they come. A
// later attempt asks only for what is missing there.
func (a *Activities) Describe(ctx context.Context, params DescribeParams) (DescribeResult, error) {
	done := shard.Result{Partial: true} // as long as the shard has not been looked at
	brought := params.Known             // at least
	spent, err := spending(ctx, params.Budget, params.Share, func(ctx context.Context, p *pulse) (err error) {
		defer func() { // also of an attempt that cannot begin, as after a disconnect: what earlier ones brought is not lost
			brought = params.Known + p.reached()
			p.reports = max(done.Reports, brought)
		}()
		t, err := a.begin(ctx, p, params.Sync)
		if err != nil {
			return err
		}
		ctx, leave := a.relay.Enter(ctx, params.Sync.Source, activity.GetInfo(ctx).WorkflowExecution.RunID, params.Shard)
		defer leave()
		slots := a.Pool.Join(params.Sync.ID, params.Share, params.Last)
		defer func() {
			if err != nil || done.Partial {
				slots.Abandon(ctx) // another run will claim the share
				return
			}
			slots.Leave(ctx)
		}()
		running, cancel := untilWorkerStops(ctx)
		defer cancel()
		done, err = shard.Run(running, params.input(ctx, t, slots, a))
		return relay.IfReplaced(ctx, err)
	})
	if err == nil && done.Stop == shard.StopSlice {
		spent.Stop = StopSlice
	}
	if !done.Partial {
		brought = done.Reports
	}
	return DescribeResult{
		Reports: max(done.Reports, brought), Deferred: done.States[description.StateDeferred], States: statesOf(done.States),
		Partial: done.Partial || spent.Stop != "", Throttled: done.Throttled, Spending: spent,
	}, err
}

// input is what the shard runs with.
func (params DescribeParams) input(ctx context.Context, t attempt, share shard.Slots, a *Activities) shard.Input {
	info := activity.GetInfo(ctx)
	return shard.Input{
		Store: a.Store, Sync: t.staged, Shard: params.Shard, Attempt: int(info.Attempt), Since: info.ScheduledTime,
		StartOpen: params.StartOpen, Throttled: params.Throttled,
		Describer: t.source.Salesforce, Slots: share, Slice: cmp.Or(a.Slice, params.Slice), LastRound: params.LastRound,
		Progress: func(done, total int) { t.progress(max(int64(done)-params.Known, 0), int64(total)) },
		Stored:   func(reports int) { t.keeps(max(int64(reports)-params.Known, 0)) },
		Canary:   canary(a.Store, t.staged, t.source.Salesforce), Waiting: t.waits, Gate: a.gates.Of(t.source.Name),
	}
}

// canary describes a report that is known to answer, to tell a broken report from a broken Salesforce in a shard of broken
// reports only.
func canary(store *staging.Store, staged staging.Sync, describer shard.Describer) func(context.Context) error {
	return func(ctx context.Context) error {
		id, ok, err := shard.FindCanary(ctx, store, staged)
		switch {
		case err != nil:
			return err
		case !ok:
			return shard.ErrNoCanary
		}
		_, err = describer.DescribeReport(ctx, id)
		return err
	}
}

// untilWorkerStops ends the context when the worker is told to stop, so that a shard can flush what it has before the
// process goes.
func untilWorkerStops(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stopping := activity.GetWorkerStopChannel(ctx)
	go func() {
		select {
		case <-stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
