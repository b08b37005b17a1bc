package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/staging"
)

// ErrRecordUnreadable says that the newest record of a source is there and of no use.
var ErrRecordUnreadable = errors.New("the record of the last sync cannot be read from the bucket")

// WarningRecordUnreadable is the warning of a sync that looks up nothing for that reason.
const WarningRecordUnreadable = "the record of the last sync cannot be read from the bucket, so what that one knew and this one did " +
	"not list is not looked up"

// LastRecord reads the newest record of a source; errors.Is(err, staging.ErrNotExist) when it has none, and
// errors.Is(err, ErrRecordUnreadable) when it is damaged or not to be read, which no further try would mend. Its sync is known
// even then.
func LastRecord(ctx context.Context, store *staging.Store, source string) (Record, error) {
	sync, err := LastRecorded(ctx, store, source)
	switch {
	case err != nil:
		return Record{}, err
	case sync == "":
		return Record{}, staging.ErrNotExist
	}
	var record Record
	err = store.ReadJSON(ctx, staging.RecordKey(source, sync), &record)
	switch {
	case err == nil:
		record.Sync = sync // what sorts is the key
		return record, nil
	case store.Unreadable(err) && !errors.Is(err, staging.ErrNotExist):
		err = fmt.Errorf("%w: %w", ErrRecordUnreadable, err)
	}
	return Record{Sync: sync}, err
}

// LastRecorded gives the newest sync of a source that has a record, empty when none has.
func LastRecorded(ctx context.Context, store *staging.Store, source string) (sync string, err error) {
	for key, err := range store.List(ctx, staging.RecordPrefix(source)) {
		if err != nil {
			return "", err
		}
		sync = syncOf(key, source)
	}
	return sync, nil
}

// syncOf gives the sync whose record lies under a key.
func syncOf(key, source string) string {
	return strings.TrimSuffix(strings.TrimPrefix(key, staging.RecordPrefix(source)), ".json")
}

// Unrecorded lists the syncs of a source in the bucket that have no record, the newest first, and gives the newest sync
// that has one, empty when none has.
func Unrecorded(ctx context.Context, store *staging.Store, source string) (ids []string, recorded string, err error) {
	ended := map[string]bool{}
	for key, err := range store.List(ctx, staging.RecordPrefix(source)) {
		if err != nil {
			return nil, "", err
		}
		recorded = syncOf(key, source)
		ended[recorded] = true
	}
	for id, err := range store.Folders(ctx, staging.SyncsPrefix(source)) {
		if err != nil {
			return nil, "", err
		}
		if !ended[id] {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids, recorded, nil
}

// baselineRecords bounds how many records are read in search of a baseline.
const baselineRecords = 200

// LastBaseline reads the newest record that the guard may compare with: one of the newest 200, or one that such a record
// names; found is false when there is none. A record that cannot be read is passed over.
func LastBaseline(ctx context.Context, store *staging.Store, source string) (last Record, found bool, err error) {
	newest, err := newestRecords(ctx, store, source)
	if err != nil {
		return Record{}, false, err
	}
	for _, key := range slices.Backward(newest) {
		record, found, err := baselineUnder(ctx, store, key)
		if err != nil || found {
			return record, found, err
		}
		if record.BaselineSync == "" {
			continue
		}
		record, found, err = baselineUnder(ctx, store, staging.RecordKey(source, record.BaselineSync))
		if err != nil || found {
			return record, found, err
		}
	}
	return Record{}, false, nil
}

// NewestRecord reads the newest record of a source, whether its sync delivered or not; found is false when there is none.
// One that cannot be read is passed over, for the one before says more than none.
func NewestRecord(ctx context.Context, store *staging.Store, source string) (last Record, found bool, err error) {
	newest, err := newestRecords(ctx, store, source)
	if err != nil {
		return Record{}, false, err
	}
	for _, key := range slices.Backward(newest) {
		var record Record
		err := store.ReadJSON(ctx, key, &record)
		switch {
		case err == nil:
			return record, true, nil
		case !store.Unreadable(err):
			return Record{}, false, err
		}
	}
	return Record{}, false, nil
}

// newestRecords lists the keys of the newest records of a source, the oldest of them first.
func newestRecords(ctx context.Context, store *staging.Store, source string) ([]string, error) {
	var newest []string
	for key, err := range store.List(ctx, staging.RecordPrefix(source)) {
		if err != nil {
			return nil, err
		}
		if len(newest) == baselineRecords {
			newest = append(newest[:0], newest[1:]...)
		}
		newest = append(newest, key)
	}
	return newest, nil
}

// baselineUnder reads the record under a key and says whether it is a baseline; one that cannot be read is none.
func baselineUnder(ctx context.Context, store *staging.Store, key string) (record Record, is bool, err error) {
	err = store.ReadJSON(ctx, key, &record)
	switch {
	case err != nil && store.Unreadable(err):
		return Record{}, false, nil
	case err != nil:
		return Record{}, false, err
	}
	return record, record.baseline(), nil
}

// BaselineOf gives the id of the newest baseline of a source, empty when there is none. A sync that is none itself keeps
// it in its record, so that the baseline stays in reach however many such syncs follow.
func BaselineOf(ctx context.Context, store *staging.Store, source string) (sync string, err error) {
	last, _, err := LastBaseline(ctx, store, source)
	return last.Sync, err
}
