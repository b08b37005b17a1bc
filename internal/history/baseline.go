package history

import (
	"context"
	"slices"

	"longhaul/internal/staging"
)

// recordsRead bounds how many records are read in search of one.
const recordsRead = 200

// LastBaseline reads the newest record that the guard may compare with: one of the newest 200, or one that such a record
// names; found is false when there is none. It skips records that cannot be read.
func LastBaseline(ctx context.Context, store *staging.Store, source string) (last Record, found bool, err error) {
	newest, err := newestRecords(ctx, store, source)
	if err != nil {
		return Record{}, false, err
	}
	for _, id := range slices.Backward(newest) {
		record, found, err := baselineOfSync(ctx, store, source, id)
		if err != nil || found {
			return record, found, err
		}
		if record.BaselineSync == "" {
			continue
		}
		record, found, err = baselineOfSync(ctx, store, source, record.BaselineSync)
		if err != nil || found {
			return record, found, err
		}
	}
	return Record{}, false, nil
}

// baselineOfSync reads the record of a sync and reports whether it is a baseline; one that cannot be read is none.
func baselineOfSync(ctx context.Context, store *staging.Store, source, id string) (record Record, is bool, err error) {
	err = store.ReadJSON(ctx, staging.RecordKey(source, id), &record)
	switch {
	case err != nil && store.Unreadable(err):
		return Record{}, false, nil
	case err != nil:
		return Record{}, false, err
	}
	return record, record.Baseline, nil
}

// BaselineOf returns the id of the newest baseline of a source; empty when there is none. A sync that is none itself keeps
// it in its record, so that the baseline stays in reach however many such syncs follow.
func BaselineOf(ctx context.Context, store *staging.Store, source string) (sync string, err error) {
	last, _, err := LastBaseline(ctx, store, source)
	return last.Sync, err
}
