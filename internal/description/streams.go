package description

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/staging"
)

// Read gives the descriptions of a sync once they are merged, one a report.
func Read(ctx context.Context, store *staging.Store, sync staging.Sync) iter.Seq2[[]byte, error] {
	return staging.Kept(store.Lines(ctx, sync.Described()))
}

// Reused gives the descriptions that the plan took over from earlier syncs; nothing when there is no such stream.
func Reused(ctx context.Context, store *staging.Store, sync staging.Sync) (iter.Seq2[[]byte, error], error) {
	exists, err := store.Exists(ctx, sync.Reused())
	if err != nil || exists {
		return store.Lines(ctx, sync.Reused()), err
	}
	return func(func([]byte, error) bool) {}, nil
}

// ShardLines gives the results of shards, count of them from first on, one after another. The plan deals neighbouring
// Ids, so those of one round are sorted. A shard without a result is an error, and a torn one a *TornShardError.
func ShardLines(ctx context.Context, store *staging.Store, sync staging.Sync, first, count int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for n := range count {
			for line, err := range store.Lines(ctx, sync.Shard(first+n)) {
				switch {
				case errors.Is(err, staging.ErrNotExist):
					err = fmt.Errorf("shard %d of %d has not been described; the account does not add up", first+n, first+count)
				case errors.Is(err, staging.ErrTorn):
					err = &TornShardError{Shard: first + n, Err: err}
				}
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
	}
}
