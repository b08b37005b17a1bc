package planning

import (
	"context"

	"longhaul/internal/staging"
)

// defaultShardSize is the most reports of a shard where the input does not say another number.
const defaultShardSize = 250

// shardCount returns into how many shards reports are dealt: as few as keep each at size or below, rounded up to a multiple
// of maxShards so that no wave of shards is half empty, and never one without a report.
func shardCount(reports int64, maxShards, size int) int {
	wave, most := int64(max(maxShards, 1)), int64(max(size, 1))
	n := (reports + most - 1) / most
	n = (n + wave - 1) / wave * wave
	return int(min(n, reports))
}

// shardSize returns how many reports shard n of count gets: sizes differ by one at most, and the first shards are larger.
func shardSize(reports int64, count, n int) int64 {
	size := reports / int64(count)
	if int64(n) < reports%int64(count) {
		size++
	}
	return size
}

// dealing is what is dealt into how many shards, and where they lie.
type dealing struct {
	todo    string // the stream of all reports to describe
	reports int64  // lines of it
	shards  int
	key     func(n int) string // of shard n, counted from 0
	tick    func()             // called after each shard
}

// deal fills one shard after the other with neighbouring Ids.
func deal(ctx context.Context, store *staging.Store, what dealing) error {
	if what.shards == 0 {
		return nil
	}
	d := dealer{dealing: what, ctx: ctx, store: store}
	defer d.abort()
	for line, err := range store.Lines(ctx, what.todo) {
		if err != nil {
			return err
		}
		if err := d.add(line); err != nil {
			return err
		}
	}
	return nil
}

// dealer is a deal in progress.
type dealer struct {
	dealing
	ctx   context.Context
	store *staging.Store
	w     *staging.Writer
	shard int
	left  int64 // reports that the open shard still takes
}

func (d *dealer) add(line []byte) (err error) {
	if d.w == nil {
		if d.w, err = d.store.Create(d.ctx, d.key(d.shard)); err != nil {
			return err
		}
		d.left = shardSize(d.reports, d.shards, d.shard)
	}
	if err := d.w.Append(line); err != nil {
		return err
	}
	if d.left--; d.left > 0 {
		return nil
	}
	_, err = d.w.Commit()
	d.w = nil
	d.shard++
	d.tick()
	return err
}

func (d *dealer) abort() {
	if d.w != nil {
		d.w.Abort()
	}
}
