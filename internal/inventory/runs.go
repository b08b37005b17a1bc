package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/staging"
)

// fanIn bounds how many runs are open at once: each costs the memory of a decompressor.
const fanIn = 16

// runMerger merges sorted runs that lie in the bucket.
type runMerger struct {
	store *staging.Store
	key   func(name, first, last string) string // of a run that is merged from others
	all   bool                                  // lines of one Id are all kept
	tick  func()                                // a sign of life after every beat lines
}

// merge gives the lines of all runs by Id, and each Id once unless all are kept. Where the server's order is ours, runs
// follow each other and two are open at most. Where it is not, they overlap, and groups of them are merged first until at
// most fanIn overlap anywhere.
func (m *runMerger) merge(ctx context.Context, runs []run, add func(line []byte) error) error {
	runs = slices.Clone(runs)
	for level := 1; overlap(runs) > fanIn; level++ {
		var merged []run
		for group := range slices.Chunk(runs, fanIn) {
			r, err := m.group(ctx, fmt.Sprintf("merged-%d-%d", level, len(merged)), group)
			if err != nil {
				return err
			}
			merged = append(merged, r)
		}
		runs = merged
	}
	return m.into(ctx, runs, add)
}

// group writes one run from several that follow each other in time.
func (m *runMerger) group(ctx context.Context, name string, group []run) (run, error) {
	merged := group[0]
	for _, r := range group {
		merged.First, merged.Last = min(merged.First, r.First), max(merged.Last, r.Last)
	}
	merged.Key = m.key(name, merged.First, merged.Last)
	return merged, writeRun(ctx, m.store, merged.Key, func(add func(line []byte) error) error { return m.into(ctx, group, add) })
}

// writeRun writes the lines that each gives as one run.
func writeRun(ctx context.Context, store *staging.Store, key string, each func(add func(line []byte) error) error) error {
	w, err := store.CreateScratch(ctx, key)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := each(w.Append); err != nil {
		return err
	}
	_, err = w.Commit()
	return err
}

// into merges runs; of the lines of one Id that of the latest run is taken or comes first, as the sorter has it.
func (m *runMerger) into(ctx context.Context, runs []run, add func(line []byte) error) error {
	streams := make([]Stream, 0, len(runs))
	for _, r := range slices.Backward(runs) {
		streams = append(streams, Stream{First: r.First, Lines: m.store.Lines(ctx, r.Key)})
	}
	items, n := Merge(streams...), 0
	if !m.all {
		items = Unique(items)
	}
	for item, err := range items {
		if err != nil {
			return err
		}
		if err := add(item.Line); err != nil {
			return err
		}
		if n++; n%beat == 0 {
			m.tick()
		}
	}
	return nil
}

// beat is after how many lines of a long pass progress is told: a sign of life for whoever waits.
const beat = 4096

// overlap is the most runs that hold any one Id in their span.
func overlap(runs []run) int {
	type bound struct {
		id   string
		step int
	}
	bounds := make([]bound, 0, 2*len(runs))
	for _, r := range runs {
		bounds = append(bounds, bound{r.First, +1}, bound{r.Last, -1})
	}
	slices.SortFunc(bounds, func(a, b bound) int {
		if c := strings.Compare(a.id, b.id); c != 0 {
			return c
		}
		return b.step - a.step // a run holds its bounds
	})
	most, open := 0, 0
	for _, b := range bounds {
		open += b.step
		most = max(most, open)
	}
	return most
}
