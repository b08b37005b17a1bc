package shard

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// Run describes the reports of a shard that are not stored yet and, when all have their state, joins the parts into one
// object. A shard that has its object already is answered from it. When the run ends early, which is an error unless
// its slice is over, the result says why and what is stored, and a later run goes on from there.
func Run(ctx context.Context, in Input) (Result, error) {
	return run(ctx, in, bucket{in.Store})
}

func run(ctx context.Context, in Input, v vault) (Result, error) {
	var result Result
	err := fault.Caught(func() (err error) {
		result, err = describe(ctx, in.withDefaults(), v)
		return err
	})
	if err == nil {
		return result, nil
	}
	result.Partial, result.Stop = true, stopOf(ctx, err)
	if result.Stop == StopSlice {
		return result, nil
	}
	return result, postpone(stopped(in.Shard, err), in.Attempt)
}

func describe(ctx context.Context, in Input, v vault) (Result, error) {
	reports, err := readPlan(ctx, v, in.Sync.PlanShard(in.Shard))
	if err != nil {
		return Result{}, err
	}
	led := newLedger(reports)
	object, err := readShard(ctx, in, v, led)
	switch {
	case err == nil:
		clearParts(ctx, in, v)
		return led.result(object), nil
	case !errors.Is(err, staging.ErrNotExist):
		return Result{}, err
	}
	parts, err := readParts(ctx, in, v, led)
	if err != nil {
		return led.result(staging.Object{}), err
	}
	r := newRunner(ctx, in, v, led, parts)
	defer r.abandon()
	result, err := r.finish(r.loop())
	result.Pressed = r.pressed()
	return result, err
}

// readPlan reads the reports of a shard, which the plan gives in the order of their ids.
func readPlan(ctx context.Context, v vault, key string) ([]report, error) {
	var reports []report
	for line, err := range staging.Kept(v.lines(ctx, key)) {
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		r, err := parsePlanned(line)
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		if n := len(reports); n > 0 && reports[n-1].id >= r.id {
			return nil, fmt.Errorf("read the plan: report %s comes after %s", r.id, reports[n-1].id)
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// readShard reads the finished object of the shard. An object that is torn or that holds other reports than the plan is
// removed, and the error is ErrNotExist as if it had never been.
func readShard(ctx context.Context, in Input, v vault, led *ledger) (staging.Object, error) {
	key := in.Sync.Shard(in.Shard)
	if exists, err := v.exists(ctx, key); err != nil {
		return staging.Object{}, err
	} else if !exists {
		return staging.Object{}, staging.ErrNotExist
	}
	entries, err := readEntries(ctx, v, key)
	switch {
	case err == nil && led.covers(entries):
		led.store(entries)
		return v.sum(ctx, key)
	case err != nil && !errors.Is(err, staging.ErrTorn):
		return staging.Object{}, err
	}
	if err := v.remove(ctx, key); err != nil {
		return staging.Object{}, err
	}
	return staging.Object{}, staging.ErrNotExist
}

// clearParts removes the parts of a shard that has its object. Whether that works makes no difference to the shard: a
// bucket may refuse deletes, and what is left goes when the sync is pruned.
func clearParts(ctx context.Context, in Input, v vault) {
	_ = v.removeAll(ctx, in.Sync.PartPrefix(in.Shard))
}

// readParts reads which reports earlier attempts have stored. Torn parts are removed, or left unread where the bucket
// refuses that: new ones get other names.
func readParts(ctx context.Context, in Input, v vault, led *ledger) ([]part, error) {
	var found []part
	for key, err := range v.list(ctx, in.Sync.PartPrefix(in.Shard)) {
		if err != nil {
			return nil, err
		}
		if name, ok := staging.ParsePart(key); ok {
			found = append(found, part{key: key, attempt: name.Attempt})
		}
	}
	slices.SortStableFunc(found, byAttempt)
	var parts []part
	for _, p := range found {
		entries, err := readEntries(ctx, v, p.key)
		switch {
		case errors.Is(err, staging.ErrTorn):
			_ = v.remove(ctx, p.key)
			continue
		case errors.Is(err, staging.ErrNotExist): // a zombie of an older attempt has finished and removed it
			err = nil
		case err == nil && len(entries) > 0:
			led.store(entries)
			p.first = entries[0].id
			parts = append(parts, p)
		}
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}
