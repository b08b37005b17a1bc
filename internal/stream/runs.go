package stream

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/staging"
)

// FanIn bounds how many runs are open at once: each needs the memory of a decompressor.
const FanIn = 16

// Run is one sorted part of a stream in the bucket; First and Last are its bounds in byte order.
type Run struct {
	Key   string `json:"key"`
	First string `json:"first"`
	Last  string `json:"last"`
}

// WriteRun writes the lines of a buffer as one run.
func WriteRun(ctx context.Context, store *staging.Store, key string, buffer *Buffer) (Run, error) {
	if err := writeRun(ctx, store, key, buffer.Each); err != nil {
		return Run{}, err
	}
	first, last := buffer.span()
	return Run{Key: key, First: first, Last: last}, nil
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

// RunMerger merges sorted runs in the bucket.
type RunMerger struct {
	Store *staging.Store
	Key   func(name, first, last string) string // of a run that is merged from others
	Tick  func()                                // is called after every Beat lines

	all bool // keeps every line of an Id
}

// Merge calls add with the lines of all runs by Id, and with each Id once unless all lines are kept. Where the server's
// order is ours, runs follow each other and two are open at most. Where it is not, they overlap: groups of them are merged
// first until at most FanIn overlap anywhere.
func (m *RunMerger) Merge(ctx context.Context, runs []Run, add func(line []byte) error) error {
	runs = slices.Clone(runs)
	for level := 1; overlap(runs) > FanIn; level++ {
		var merged []Run
		for group := range slices.Chunk(runs, FanIn) {
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
func (m *RunMerger) group(ctx context.Context, name string, group []Run) (Run, error) {
	merged := group[0]
	for _, r := range group {
		merged.First, merged.Last = min(merged.First, r.First), max(merged.Last, r.Last)
	}
	merged.Key = m.Key(name, merged.First, merged.Last)
	return merged, writeRun(ctx, m.Store, merged.Key, func(add func(line []byte) error) error { return m.into(ctx, group, add) })
}

// into merges runs. Of the lines of one Id the one of the latest run comes first, as in Buffer.Each.
func (m *RunMerger) into(ctx context.Context, runs []Run, add func(line []byte) error) error {
	streams := make([]Stream, 0, len(runs))
	for _, r := range slices.Backward(runs) {
		streams = append(streams, Stream{First: r.First, Lines: m.Store.Lines(ctx, r.Key)})
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
		if n++; n%Beat == 0 {
			m.Tick()
		}
	}
	return nil
}

// overlap returns the largest number of runs that hold any one Id in their span.
func overlap(runs []Run) int {
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
