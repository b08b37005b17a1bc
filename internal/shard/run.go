package shard

import (
	"context"
	"errors"

	"longhaul/internal/fault"
	"longhaul/internal/shard/parts"
	"longhaul/internal/staging"
)

// Run describes the reports of a shard that are not stored yet and, when all have their state, joins the parts into one
// object. A shard that has its object already is answered from it. When the run ends early, which is an error unless
// its slice is over, the result says why and what is stored, and a later run goes on from there.
func Run(ctx context.Context, in Input) (Result, error) {
	return run(ctx, in, parts.In(in.Store))
}

func run(ctx context.Context, in Input, store parts.Store) (Result, error) {
	var result Result
	err := fault.Caught(func() (err error) {
		result, err = describe(ctx, in.withDefaults(), store)
		return err
	})
	if err == nil {
		return result, nil
	}
	result.Partial, result.Stop = true, stopOf(ctx, err)
	if result.Stop == StopSlice {
		return result, nil
	}
	return result, delayNext(stopError(in.Shard, err), in.Attempt)
}

func describe(ctx context.Context, in Input, store parts.Store) (_ Result, err error) {
	reports, err := readPlan(ctx, store, in.Sync.PlanShard(in.Shard))
	if err != nil {
		return Result{}, err
	}
	at, led := parts.Shard{Store: store, Sync: in.Sync, Number: in.Shard}, newLedger(reports)
	object, err := readObject(ctx, at, led)
	switch {
	case err == nil:
		in.tellStored(led)
		at.Clear(ctx)
		return led.result(object), nil
	case !errors.Is(err, staging.ErrNotExist):
		return Result{}, err
	}
	stored, entries, err := at.Read(ctx)
	led.add(entries)
	if err != nil {
		return led.result(staging.Object{}), err
	}
	in.tellStored(led)
	turn, err := in.enter(ctx, len(led.missing()))
	if err != nil {
		return led.result(staging.Object{}), err
	}
	defer func() { in.leave(turn, err) }()
	r := newRunner(ctx, in, at, led, stored)
	defer r.close()
	r.loop()
	result, err := r.results.finish(r.life)
	result.Throttled = r.out.limiter.Throttled(r.out.width())
	return result, err
}

// readObject reads the finished object of the shard. An object that is torn or that holds other reports than the plan is
// removed, and the error is ErrNotExist as if it had never been.
func readObject(ctx context.Context, at parts.Shard, led *ledger) (staging.Object, error) {
	key := at.Sync.Shard(at.Number)
	if exists, err := at.Store.Exists(ctx, key); err != nil {
		return staging.Object{}, err
	} else if !exists {
		return staging.Object{}, staging.ErrNotExist
	}
	entries, err := parts.ReadEntries(ctx, at.Store, key)
	switch {
	case err == nil && led.covers(entries):
		led.add(entries)
		return at.Store.Verify(ctx, key)
	case err != nil && !errors.Is(err, staging.ErrTorn):
		return staging.Object{}, err
	}
	if err := at.Store.Delete(ctx, key); err != nil {
		return staging.Object{}, err
	}
	return staging.Object{}, staging.ErrNotExist
}
