package shard

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// finish stores what the loop left and makes the result. When every report has its state the parts are joined; when
// the run ended early what has gathered becomes one more part.
func (r *runner) finish(stop error) (Result, error) {
	defer r.close()
	if stop == nil || r.ranOut() && r.led.settled == len(r.led.reports) {
		var object staging.Object
		stop = r.persist(func() error {
			return within(r.ctx, func(ctx context.Context) (err error) {
				object, err = r.compact(ctx)
				return err
			})
		})
		if stop == nil {
			return r.led.result(object), nil
		}
	}
	if err := r.persist(r.storeRest); err != nil {
		if errors.Is(stop, errSlice) {
			stop = nil // which is no error beside this one
		}
		stop = errors.Join(stop, fmt.Errorf("store what was done: %w", err))
	}
	return r.led.result(staging.Object{}), stop
}

// storeRest makes a part of what has gathered.
func (r *runner) storeRest() error {
	if len(r.store.pending) == 0 {
		return nil
	}
	done := r.store.write(r.writes, r.led, r.store.pending)
	if done.err != nil {
		return done.err
	}
	r.store.pending = nil
	r.stored(done)
	return nil
}

// compact joins the parts and what is still in memory into the object of the shard and removes the parts. If another
// process has made the object first, its object is as good.
func (r *runner) compact(ctx context.Context) (staging.Object, error) {
	object, err := r.store.vault.write(ctx, r.in.Sync.Shard(r.in.Shard), r.joined(ctx))
	switch {
	case errors.Is(err, staging.ErrExist) || errors.Is(err, staging.ErrNotExist):
		object, err = r.adopt(ctx, err)
	case errors.Is(err, staging.ErrTorn):
		err = &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: "a part of what was stored is damaged: the reports in it are asked for again",
		}
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
	clearParts(ctx, r.in, r.store.vault)
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
		for item, err := range best(stream.Merge(r.streams(ctx)...)) {
			if err != nil {
				yield(nil, err)
				return
			}
			index, planned := r.led.find(string(item.ID))
			if !planned {
				continue
			}
			if index != next {
				break
			}
			next++
			if !yield(item.Line, nil) {
				return
			}
		}
		if next < len(r.led.reports) {
			yield(nil, fmt.Errorf("the parts of the shard lack report %s", r.led.reports[next].id))
		}
	}
}

// best gives one item of each Id: of lines about the same report that of the lowest attempt, unless another beats it. What
// the merge gives is valid until the next, so the line that may be beaten is a copy.
func best(items iter.Seq2[stream.Item, error]) iter.Seq2[stream.Item, error] {
	return func(yield func(stream.Item, error) bool) {
		var held stream.Item
		for item, err := range items {
			same := bytes.Equal(item.ID, held.ID)
			keep := false
			if err == nil && same {
				keep, err = stands(held, item)
			}
			switch {
			case err != nil:
				yield(stream.Item{}, err)
				return
			case keep:
				continue
			case !same && len(held.ID) > 0 && !yield(held, nil):
				return
			}
			held = stream.Item{ID: append(held.ID[:0], item.ID...), Line: append(held.Line[:0], item.Line...), Stream: item.Stream}
		}
		if len(held.ID) > 0 {
			yield(held, nil)
		}
	}
}

// stands says whether the line that is held stands against another about the same report.
func stands(held, other stream.Item) (bool, error) {
	lower, err := description.DecodeHead(held.Line)
	if err != nil {
		return false, err
	}
	head, err := description.DecodeHead(other.Line)
	return !beats(head.State, lower.State), err
}

// byAttempt orders parts for every reader alike: where two tell of the same report, the lower attempt comes first.
func byAttempt(a, b part) int { return cmp.Compare(a.attempt, b.attempt) }

// streams gives the parts, the lowest attempt first, and then what was not flushed.
func (r *runner) streams(ctx context.Context) []stream.Stream {
	parts := slices.Clone(r.parts)
	slices.SortStableFunc(parts, byAttempt)
	streams := make([]stream.Stream, 0, len(parts)+1)
	for _, p := range parts {
		streams = append(streams, stream.Stream{First: p.first, Lines: r.store.vault.lines(ctx, p.key)})
	}
	rest := slices.Clone(r.store.pending)
	sortByID(rest)
	return append(streams, stream.Stream{Lines: linesOf(rest)})
}
