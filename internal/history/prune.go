package history

import (
	"context"
	"fmt"

	"longhaul/internal/listing"
	"longhaul/internal/staging"
)

// Prune removes what no later sync needs, once sync has its record: its plan, its shards and the runs of what it sorted,
// everything that earlier syncs kept in their folders, and of what they left for those who look back what is not to be kept. Its
// inventory stays: the next sync looks up what it misses of it. Without the record Prune removes nothing.
func Prune(ctx context.Context, store *staging.Store, sync staging.Sync, keep Keep) error {
	recorded, err := store.Exists(ctx, staging.RecordKey(sync.Source, sync.ID))
	if err != nil || !recorded {
		return wrapPrune(err)
	}
	described, err := store.Exists(ctx, sync.Described())
	if err != nil || !described { // without it, nothing better is known than what earlier syncs know
		return wrapPrune(err)
	}
	for id, err := range store.Folders(ctx, staging.SyncsPrefix(sync.Source)) {
		if err != nil {
			return wrapPrune(err)
		}
		if id >= sync.ID {
			break
		}
		if _, err := store.DeleteAll(ctx, staging.Sync{Source: sync.Source, ID: id}.Prefix()); err != nil {
			return wrapPrune(err)
		}
	}
	prefixes := append([]string{sync.DescribePrefix(), sync.PlanPrefix(), sync.SortPrefix()}, listing.RunPrefixes(sync)...)
	for _, prefix := range prefixes {
		if _, err := store.DeleteAll(ctx, prefix); err != nil {
			return wrapPrune(err)
		}
	}
	old, err := newRetention(ctx, store, sync, keep)
	if err != nil {
		return wrapPrune(err)
	}
	return wrapPrune(old.run(ctx))
}

func wrapPrune(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("prune: %w", err)
}
