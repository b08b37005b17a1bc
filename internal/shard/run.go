package shard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/inventory"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// Describer asks Salesforce for the description of one report. It gives up soon after its context ends.
type Describer interface {
	DescribeReport(ctx context.Context, id string) (*salesforce.Description, error)
}

// Input is one run over one shard.
type Input struct {
	Store     *staging.Store
	Sync      staging.Sync
	Shard     int
	Attempt   int // part of the names of the parts; counts from 1
	Describer Describer
	Slots     Slots

	// Slice is how long the run may begin requests; 0 is without end. Those in flight get a short grace then, and what is
	// done by the end is the result, which is partial without an error if something is left.
	Slice time.Duration
	// LastRound says that nobody tries again what fails here: such a report ends as failed, and not as deferred.
	LastRound bool

	// FlushEvery is the least time between the beginnings of two flushes; 250 ms when zero.
	FlushEvery time.Duration
	// Window is how far beyond the oldest report in flight the run may reach; max(4 × slots, 32) when zero.
	Window int
	// Progress is told after every report that has its state. It is called from one goroutine and must not block.
	Progress func(done, total int)
	// Probe, which may be nil, proves that Salesforce describes reports when no report of this shard can: it describes
	// one of another shard that is known to answer. It gives ErrNoWitness when it knows none.
	Probe func(context.Context) error
}

// Result is what is stored of the shard when the run ends.
type Result struct {
	Reports  int64                     `json:"reports"`  // that have their state
	Repeated int64                     `json:"repeated"` // answers that were stored already
	States   map[inventory.State]int64 `json:"states"`
	Reasons  map[string]int64          `json:"reasons,omitempty"`
	Object   staging.Object            `json:"object"`            // the shard in one object; empty when partial
	Partial  bool                      `json:"partial,omitempty"` // the rest is left to another run
	Stop     Stop                      `json:"stop,omitempty"`    // why
}

// ErrNoWitness is for a Probe that knows no report to ask for.
var ErrNoWitness = errors.New("no report is known to be answered")

const (
	defaultFlushEvery = 250 * time.Millisecond
	minWindow         = 32
	// maxGathered bounds the memory of answers that wait for the store: above it no new request begins.
	maxGathered = 16 << 20
)

// Run describes the reports of a shard that are not stored yet and, when all have their state, joins the parts into one
// object. A shard that has its object already is answered from it. When the run ends early, which is an error unless
// its slice is over, the result says why and what is stored, and a later run goes on from there.
func Run(ctx context.Context, in Input) (Result, error) {
	if in.FlushEvery <= 0 {
		in.FlushEvery = defaultFlushEvery
	}
	if in.Slots == nil {
		in.Slots = Fixed(1)
	}
	return run(ctx, in, bucket{in.Store})
}

func run(ctx context.Context, in Input, v vault) (Result, error) {
	result, err := describe(ctx, in, v)
	if err == nil {
		return result, nil
	}
	result.Partial, result.Stop = true, stopOf(ctx, err)
	if result.Stop == StopSlice {
		return result, nil
	}
	return result, stopped(in.Shard, err)
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
	return r.finish(r.loop())
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
	var keys []string
	for key, err := range v.list(ctx, in.Sync.PartPrefix(in.Shard)) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	var parts []part
	for _, key := range keys {
		name, ok := staging.ParsePart(key)
		if !ok {
			continue
		}
		entries, err := readEntries(ctx, v, key)
		switch {
		case errors.Is(err, staging.ErrTorn):
			_ = v.remove(ctx, key)
			continue
		case errors.Is(err, staging.ErrNotExist): // a zombie of an older attempt has finished and removed it
			err = nil
		case err == nil && len(entries) > 0:
			led.store(entries)
			parts = append(parts, part{key: key, first: entries[0].id, attempt: name.Attempt})
		}
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}
