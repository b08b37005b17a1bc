package inventory

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"longhaul/internal/staging"
)

// overlaid is what Missing and CatchUp say, each in its result, of the streams that the inventory is read from since.
type overlaid struct {
	Streams map[Kind][]string `json:"streams,omitempty"` // by kind, the newest first; a kind's own stream where it is none
}

// of gives the names of the streams of a kind.
func (o overlaid) of(kind Kind) []string {
	if names := o.Streams[kind]; len(names) > 0 {
		return names
	}
	return []string{string(kind)}
}

// over lays a stream over those of a kind.
func (o *overlaid) over(kind Kind, name string) {
	o.set(kind, append([]string{name}, o.of(kind)...))
}

func (o *overlaid) set(kind Kind, names []string) {
	if o.Streams == nil {
		o.Streams = map[Kind][]string{}
	}
	o.Streams[kind] = names
}

// overlays reads what lies over the inventory of a sync. Only what a result names counts: a stream that an attempt left
// which was given up changes nothing, whenever it comes.
func overlays(ctx context.Context, store *staging.Store, sync staging.Sync) (o overlaid, err error) {
	for _, key := range []string{sync.CaughtUp(), sync.Missing()} { // the later one has taken over what the earlier said
		err := store.ReadJSON(ctx, key, &o)
		if !errors.Is(err, staging.ErrNotExist) {
			return o, err
		}
	}
	return o, nil
}

// Read gives the inventory of a kind as it stands: what was listed at first, and over it what was found and what changed
// since, sorted by Id, each Id once and as it is in the newest. Each line is valid until the next. A stream that the sync
// has written and that is not there any more is an error, as staging.Gone has it.
func Read(ctx context.Context, store *staging.Store, sync staging.Sync, kind Kind) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		o, err := overlays(ctx, store, sync)
		if err != nil {
			yield(nil, err)
			return
		}
		for line, err := range readStreams(ctx, store, sync, o.of(kind)) {
			if !yield(line, err) {
				return
			}
		}
	}
}

// readStreams merges streams that lie over each other, the newest first.
func readStreams(ctx context.Context, store *staging.Store, sync staging.Sync, names []string) iter.Seq2[[]byte, error] {
	streams := make([]Stream, 0, len(names))
	for _, name := range names {
		streams = append(streams, Stream{Lines: staging.Kept(store.Lines(ctx, sync.Inventory(name)))})
	}
	if len(streams) == 1 {
		return streams[0].Lines
	}
	return linesOf(Unique(Merge(streams...)))
}

// linesOf gives the lines of items.
func linesOf(items iter.Seq2[Item, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for item, err := range items {
			if !yield(item.Line, err) {
				return
			}
		}
	}
}

// beyond gives the lines whose Id none of the other streams has, each Id once.
func beyond(lines iter.Seq2[[]byte, error], others ...iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	streams := make([]Stream, 0, len(others)+1)
	for _, other := range others {
		streams = append(streams, Stream{Lines: other})
	}
	streams = append(streams, Stream{Lines: lines}) // of one Id the others come first
	return func(yield func([]byte, error) bool) {
		var last []byte
		for item, err := range Merge(streams...) {
			if err == nil {
				seen := bytes.Equal(item.ID, last)
				last = append(last[:0], item.ID...)
				if seen || item.Stream < len(others) {
					continue
				}
			}
			if !yield(item.Line, err) || err != nil {
				return
			}
		}
	}
}

// Counts counts the inventory of every kind as it stands.
func Counts(ctx context.Context, store *staging.Store, sync staging.Sync) (map[Kind]int64, error) {
	counts := make(map[Kind]int64, len(Kinds))
	for _, kind := range Kinds {
		counts[kind] = 0
		for _, err := range Read(ctx, store, sync, kind) {
			if err != nil {
				return nil, err
			}
			counts[kind]++
		}
	}
	return counts, nil
}
