package shard

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"longhaul/internal/staging"
)

// finish stores what the loop left and makes the result. When every report has its state the parts are joined; when
// the run ended early what has gathered becomes one more part.
func (r *runner) finish(err error) (Result, error) {
	defer r.close()
	if err == nil {
		var object staging.Object
		if object, err = r.compact(r.ctx); err == nil {
			return r.led.result(object), nil
		}
		r.halt(err, 0)
	}
	if len(r.store.pending) > 0 {
		done := r.store.write(r.writes, r.led, r.store.pending)
		if done.err != nil {
			err = errors.Join(err, fmt.Errorf("store what was done: %w", done.err))
		} else {
			r.store.pending = nil
			r.stored(done)
		}
	}
	return r.led.result(staging.Object{}), err
}

// compact joins the parts and what is still in memory into the object of the shard and removes the parts. If another
// process has made the object first, its object is as good.
func (r *runner) compact(ctx context.Context) (staging.Object, error) {
	object, err := r.store.vault.write(ctx, r.in.Sync.Shard(r.in.Shard), r.joined(ctx))
	switch {
	case errors.Is(err, staging.ErrExist) || errors.Is(err, staging.ErrNotExist):
		object, err = r.adopt(ctx, err)
	case err == nil && object.Count != int64(len(r.led.reports)):
		err = fmt.Errorf("the joined shard holds %d reports of %d", object.Count, len(r.led.reports))
	case err == nil:
		for _, g := range r.store.pending {
			r.led.keep(g.index)
		}
		r.store.pending = nil
	}
	if err != nil {
		return staging.Object{}, err
	}
	if err := r.store.vault.removeAll(ctx, r.in.Sync.PartPrefix(r.in.Shard)); err != nil {
		return staging.Object{}, fmt.Errorf("remove the parts: %w", err)
	}
	return object, nil
}

// adopt takes the object that another process has made of the same shard.
func (r *runner) adopt(ctx context.Context, cause error) (staging.Object, error) {
	led := r.led.fresh()
	object, err := readShard(ctx, r.in, r.store.vault, led)
	if err != nil {
		return staging.Object{}, errors.Join(cause, err)
	}
	led.repeated = r.led.repeated + int64(len(r.store.pending))
	r.led, r.store.pending = led, nil
	return object, nil
}

// joined gives the line of every report of the plan, in order; an error when one is missing.
func (r *runner) joined(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		next := 0
		for l, err := range mergeParts(ctx, r.store.vault, r.parts, r.memory()) {
			if err != nil {
				yield(nil, err)
				return
			}
			if _, planned := r.led.find(l.id); !planned {
				continue
			}
			if next == len(r.led.reports) || l.id != r.led.reports[next].id {
				break
			}
			next++
			if !yield(l.line, nil) {
				return
			}
		}
		if next < len(r.led.reports) {
			yield(nil, fmt.Errorf("the parts of the shard lack report %s", r.led.reports[next].id))
		}
	}
}

// memory gives the lines that were not flushed, in order.
func (r *runner) memory() iter.Seq2[located, error] {
	batch := slices.Clone(r.store.pending)
	sortByID(batch)
	return func(yield func(located, error) bool) {
		for _, g := range batch {
			if !yield(located{id: r.led.reports[g.index].id, line: g.line}, nil) {
				return
			}
		}
	}
}
