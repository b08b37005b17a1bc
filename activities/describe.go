package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/shard"
	"longhaul/internal/staging"
)

// DescribeParams names one shard and its share of the requests in flight.
type DescribeParams struct {
	Sync  Sync `json:"sync"`
	Shard int  `json:"shard"`
	Share int  `json:"share"`
	Last  bool `json:"last,omitempty"` // no shard follows: whoever ends from now on hands on its share
}

// DescribeResult counts what the shard's object in the bucket holds.
type DescribeResult struct {
	Reports int64  `json:"reports"`
	States  States `json:"states"`
	Calls   int64  `json:"calls"`
}

// Describe asks Salesforce for the columns of a shard's reports and keeps the answers in the bucket as they come. A
// later attempt asks only for what is missing there.
func (a *Activities) Describe(ctx context.Context, params DescribeParams) (DescribeResult, error) {
	counted, p := startPulse(ctx)
	done, err := a.describe(counted, params, p)
	p.end(ctx, err)
	return DescribeResult{Reports: done.Reports, States: statesOf(done.States), Calls: p.calls()}, toTemporal(ctx, err)
}

func (a *Activities) describe(ctx context.Context, params DescribeParams, p *pulse) (done shard.Result, err error) {
	source, staged, err := a.enter(ctx, params.Sync)
	if err != nil {
		return shard.Result{}, err
	}
	lease := a.Pool.Join(params.Sync.ID, params.Share, params.Last)
	defer func() {
		if err != nil {
			lease.Abandon(ctx) // another attempt will claim the share
			return
		}
		lease.Leave(ctx)
	}()

	running, cancel := untilWorkerStops(ctx)
	defer cancel()
	return shard.Run(running, shard.Input{
		Store: a.Store, Sync: staged, Shard: params.Shard, Attempt: int(activity.GetInfo(ctx).Attempt),
		Describer: source.Salesforce, Slots: lease,
		Progress: func(done, total int) { p.progress(int64(done), int64(total)) },
		Probe:    a.probe(staged, source.Salesforce),
	})
}

// probe describes a report that is known to answer, to tell a broken report from a broken Salesforce in a shard of broken
// reports only.
func (a *Activities) probe(staged staging.Sync, describer shard.Describer) func(context.Context) error {
	return func(ctx context.Context) error {
		id, ok, err := shard.Witness(ctx, a.Store, staged)
		switch {
		case err != nil:
			return err
		case !ok:
			return shard.ErrNoWitness
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
