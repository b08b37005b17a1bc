package chain

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"slices"

	"longhaul/internal/history/change"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// Changes is what differs between two syncs, folded from the logs between them, so that it may be read several times. Close must be
// called.
type Changes struct {
	chain   *Chain
	keys    []string     // of logs, and of runs of folded ones
	sync    staging.Sync // whose folder holds the runs
	scratch string       // id of the runs; empty while there are none
	reverse bool
}

// Between folds the logs between two syncs of a path. Where more logs lie between them than may be open at once, groups of them are
// folded into the bucket first.
func (c *Chain) Between(ctx context.Context, path []Link, reverse bool) (*Changes, error) {
	all := &Changes{chain: c, reverse: reverse}
	for _, link := range path {
		all.keys = append(all.keys, c.Key(link))
	}
	for level := 0; len(all.keys) > stream.FanIn; level++ {
		if all.scratch == "" {
			all.scratch, all.sync = rand.Text(), staging.Sync{Source: c.source, ID: path[len(path)-1].To}
			if newest := c.to[len(c.to)-1]; newest > all.sync.ID { // the folders of older syncs are gone
				all.sync.ID = newest
			}
		}
		var folded []string
		for group := range slices.Chunk(all.keys, stream.FanIn) {
			key := all.sync.SortRun(all.scratch, fmt.Sprintf("changes-%d-%d", level, len(folded)))
			if err := all.fold(ctx, key, group); err != nil {
				all.Close(ctx)
				return nil, err
			}
			folded = append(folded, key)
		}
		all.keys = folded
	}
	return all, nil
}

// fold writes the changes of a group of logs as one.
func (c *Changes) fold(ctx context.Context, key string, group []string) error {
	w, err := c.chain.store.CreateScratch(ctx, key)
	if err != nil {
		return err
	}
	defer w.Abort()
	var line []byte
	for one, err := range change.Fold(c.logs(ctx, group)...) {
		if err != nil {
			return err
		}
		if line, err = one.Append(line[:0]); err != nil {
			return err
		}
		if err := w.Append(line); err != nil {
			return err
		}
	}
	_, err = w.Commit()
	return err
}

func (c *Changes) logs(ctx context.Context, keys []string) (logs []iter.Seq2[[]byte, error]) {
	for _, key := range keys {
		logs = append(logs, c.chain.store.Lines(ctx, key))
	}
	return logs
}

// Each gives the changes by Id.
func (c *Changes) Each(ctx context.Context) iter.Seq2[change.Change, error] {
	return func(yield func(change.Change, error) bool) {
		for one, err := range change.Fold(c.logs(ctx, c.keys)...) {
			if c.reverse {
				one = one.Reverse()
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// Close removes the runs. Where the bucket refuses that, they stay until their sync is pruned.
func (c *Changes) Close(ctx context.Context) {
	if c.scratch != "" {
		_, _ = c.chain.store.DeleteAll(context.WithoutCancel(ctx), c.sync.SortRuns(c.scratch))
	}
}
