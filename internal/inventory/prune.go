package inventory

import (
	"context"
	"fmt"

	"longhaul/internal/staging"
)

// Prune removes what no later sync needs, once sync has its record: its plan, its shards and the runs of what it sorted,
// and all that earlier syncs kept but their records. Its inventory stays as it stands: the next sync looks up what is
// missing of it. Without that record it removes nothing.
func Prune(ctx context.Context, store *staging.Store, sync staging.Sync) error {
	recorded, err := store.Exists(ctx, staging.RecordKey(sync.Source, sync.ID))
	if err != nil || !recorded {
		return wrapPrune(err)
	}
	described, err := store.Exists(ctx, sync.Described())
	if err != nil || !described { // without it, what earlier syncs know is still the best there is
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
	prefixes := []string{sync.DescribePrefix(), sync.PlanPrefix(), sync.SortPrefix()}
	for _, kind := range Kinds {
		prefixes = append(prefixes, sync.InventoryRuns(string(kind)))
	}
	for _, kind := range Missable {
		prefixes = append(prefixes, sync.InventoryRuns(staging.Found(string(kind))))
	}
	for round := range catchUpRounds {
		prefixes = append(prefixes, sync.InventoryRuns(roundName(staging.Again, Components, round)))
		for _, kind := range dated {
			prefixes = append(prefixes, sync.InventoryRuns(roundName(staging.CaughtUp, kind, round)))
		}
	}
	for _, prefix := range prefixes {
		if _, err := store.DeleteAll(ctx, prefix); err != nil {
			return wrapPrune(err)
		}
	}
	return nil
}

func wrapPrune(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("prune: %w", err)
}
