package parts

import (
	"bytes"
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

// Join writes the object of the shard from the parts and the pending lines: one line of each report of the plan, whose
// Ids are given in order. It gives staging.ErrExist when another process has made the object first, and
// staging.ErrNotExist when that process has removed the parts.
func (w *Writer) Join(ctx context.Context, ids []string) (staging.Object, error) {
	object, err := w.shard.Store.WriteLines(ctx, w.shard.Sync.Shard(w.shard.Number), joined(w.streams(ctx), ids))
	switch {
	case errors.Is(err, staging.ErrExist), errors.Is(err, staging.ErrNotExist):
	case errors.Is(err, staging.ErrTorn):
		err = &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: "a part of what was stored is damaged: the reports in it are described again",
		}
	case err == nil && object.Count != int64(len(ids)):
		err = fmt.Errorf("the joined shard holds %d reports of %d", object.Count, len(ids))
	}
	return object, err
}

// TakePending gives the pending lines, which the object of the shard holds now.
func (w *Writer) TakePending() []Line {
	lines := w.pending
	w.pending = nil
	return lines
}

// joined gives the line of every report of the plan, in order; an error when one is missing.
func joined(streams []stream.Stream, ids []string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		next := 0
		for item, err := range best(stream.Merge(streams...)) {
			if err != nil {
				yield(nil, err)
				return
			}
			place, planned := slices.BinarySearch(ids, string(item.ID))
			if !planned {
				continue
			}
			if place != next {
				break
			}
			next++
			if !yield(item.Line, nil) {
				return
			}
		}
		if next < len(ids) {
			yield(nil, fmt.Errorf("the parts of the shard lack report %s", ids[next]))
		}
	}
}

// streams gives the parts, the lowest attempt first, and then the pending lines.
func (w *Writer) streams(ctx context.Context) []stream.Stream {
	parts := slices.Clone(w.parts)
	slices.SortStableFunc(parts, byAttempt)
	streams := make([]stream.Stream, 0, len(parts)+1)
	for _, p := range parts {
		streams = append(streams, stream.Stream{First: p.first, Lines: w.shard.Store.Lines(ctx, p.key)})
	}
	rest := slices.Clone(w.pending)
	sortByID(rest)
	return append(streams, stream.Stream{Lines: linesOf(rest)})
}

// best gives one item of each Id: of lines about the same report the one of the lowest attempt, unless another beats it.
// The items of a merge are valid until the next one, so the line that may be beaten is a copy.
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

// stands says whether the held line stands against another one about the same report.
func stands(held, other stream.Item) (bool, error) {
	lower, err := description.DecodeHead(held.Line)
	if err != nil {
		return false, err
	}
	head, err := description.DecodeHead(other.Line)
	return !Beats(head.State, lower.State), err
}
