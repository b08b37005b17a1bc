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

// mergeRuns writes the lines of all runs, by Id and each Id once. Where the server's order is ours, runs follow each
// other and two are open at most. Where it is not, they overlap, and groups of them are merged first until at most fanIn
// overlap anywhere.
func (e *enumeration) mergeRuns(ctx context.Context, w *staging.Writer) error {
	runs := slices.Clone(e.state.Runs)
	for level := 1; overlap(runs) > fanIn; level++ {
		var merged []run
		for group := range slices.Chunk(runs, fanIn) {
			r, err := e.mergeGroup(ctx, level, len(merged), group)
			if err != nil {
				return err
			}
			merged = append(merged, r)
		}
		runs = merged
	}
	return e.mergeInto(ctx, w, runs)
}

// mergeGroup writes one run from several that follow each other in time.
func (e *enumeration) mergeGroup(ctx context.Context, level, n int, group []run) (run, error) {
	merged := group[0]
	for _, r := range group {
		merged.First, merged.Last = min(merged.First, r.First), max(merged.Last, r.Last)
	}
	merged.Key = e.Sync.InventoryRun(string(e.Kind), fmt.Sprintf("merged-%d-%d", level, n), merged.First, merged.Last)
	w, err := e.Store.CreateScratch(ctx, merged.Key)
	if err != nil {
		return run{}, err
	}
	defer w.Abort()
	if err := e.mergeInto(ctx, w, group); err != nil {
		return run{}, err
	}
	_, err = w.Commit()
	return merged, err
}

// mergeInto merges runs; of the lines of one Id that of the latest run is taken, as the sorter takes the latest.
func (e *enumeration) mergeInto(ctx context.Context, w *staging.Writer, runs []run) error {
	streams := make([]Stream, 0, len(runs))
	for _, r := range slices.Backward(runs) {
		streams = append(streams, Stream{First: r.First, Lines: e.Store.Lines(ctx, r.Key)})
	}
	for item, err := range Unique(Merge(streams...)) {
		if err != nil {
			return err
		}
		if err := w.Append(item.Line); err != nil {
			return err
		}
		if w.Count()%beat == 0 {
			e.Progress(e.state.Seen)
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
