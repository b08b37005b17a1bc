package listing

import (
	"context"
	"errors"
	"iter"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// Read gives the inventory of a kind as it stands: what was listed at first, and over it what was found and what changed
// since, sorted by Id, each Id once and in its newest form. Each line is valid until the next. A stream that the sync has
// written and that is not there any more is an error, as in staging.Gone.
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

// RunPrefixes lists where the runs of all listings of a sync lie. A sync that is over needs none of them.
func RunPrefixes(sync staging.Sync) (prefixes []string) {
	for _, kind := range Kinds {
		prefixes = append(prefixes, sync.InventoryRuns(string(kind)))
	}
	for _, kind := range LookedUpKinds {
		prefixes = append(prefixes, sync.InventoryRuns(staging.Found(string(kind))))
	}
	for round := range catchUpRounds {
		prefixes = append(prefixes, sync.InventoryRuns(roundName(staging.Relisted, Components, round)))
		for _, kind := range dated {
			prefixes = append(prefixes, sync.InventoryRuns(roundName(staging.CaughtUp, kind, round)))
		}
	}
	return prefixes
}

// overlaid names, in the results of LookUpMissing and CatchUp, the streams that the inventory is read from since.
type overlaid struct {
	Streams map[Kind][]string `json:"streams,omitempty"` // by kind, the newest first; a kind without any has its own stream
}

// of returns the names of the streams of a kind.
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

// overlays reads what lies over the inventory of a sync. Only what a result names counts: a stream that an abandoned attempt
// leaves changes nothing, however late it comes.
func overlays(ctx context.Context, store *staging.Store, sync staging.Sync) (o overlaid, err error) {
	for _, key := range []string{sync.CaughtUp(), sync.Missing()} { // the later result includes what the earlier one named
		err := store.ReadJSON(ctx, key, &o)
		if !errors.Is(err, staging.ErrNotExist) {
			return o, err
		}
	}
	return o, nil
}

// readStreams merges streams that lie over each other, the newest first.
func readStreams(ctx context.Context, store *staging.Store, sync staging.Sync, names []string) iter.Seq2[[]byte, error] {
	streams := make([]stream.Stream, 0, len(names))
	for _, name := range names {
		streams = append(streams, stream.Stream{Lines: staging.Kept(store.Lines(ctx, sync.Inventory(name)))})
	}
	if len(streams) == 1 {
		return streams[0].Lines
	}
	return stream.Lines(stream.Unique(stream.Merge(streams...)))
}
