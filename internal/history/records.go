package history

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/staging"
)

// ErrRecordUnreadable says that the newest record of a source exists and cannot be used.
var ErrRecordUnreadable = errors.New("the record of the last sync cannot be read from the bucket")

// LastRecord reads the newest record of a source. The error is staging.ErrNotExist when it has none, and
// ErrRecordUnreadable when the record is damaged or cannot be read, which no further try would change; the record names its
// sync even then.
func LastRecord(ctx context.Context, store *staging.Store, source string) (Record, error) {
	sync, err := LastRecorded(ctx, store, source)
	if err != nil {
		return Record{}, err
	}
	return readRecord(ctx, store, source, sync)
}

// readRecord reads the record of a sync, with the errors of LastRecord.
func readRecord(ctx context.Context, store *staging.Store, source, sync string) (record Record, err error) {
	if sync == "" {
		return Record{}, staging.ErrNotExist
	}
	err = store.ReadJSON(ctx, staging.RecordKey(source, sync), &record)
	switch {
	case err == nil:
		record.Sync = sync // records are sorted by their keys
		return record, nil
	case store.Unreadable(err) && !errors.Is(err, staging.ErrNotExist):
		err = fmt.Errorf("%w: %w", ErrRecordUnreadable, err)
	}
	return Record{Sync: sync}, err
}

// LastRecorded returns the newest sync of a source that has a record; empty when none has.
func LastRecorded(ctx context.Context, store *staging.Store, source string) (sync string, err error) {
	for id, err := range syncsUnder(ctx, store, staging.RecordPrefix(source)) {
		if err != nil {
			return "", err
		}
		sync = id
	}
	return sync, nil
}

// LastOver returns the newest sync of a source that is over, with a record or without one; empty when none is.
func LastOver(ctx context.Context, store *staging.Store, source string) (sync string, err error) {
	for _, prefix := range []string{staging.RecordPrefix(source), staging.EndsPrefix(source)} {
		for id, err := range syncsUnder(ctx, store, prefix) {
			if err != nil {
				return "", err
			}
			sync = max(sync, id)
		}
	}
	return sync, nil
}

// syncsUnder gives the syncs that have an object under a prefix, such as that of the records: the oldest first.
func syncsUnder(ctx context.Context, store *staging.Store, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key, err := range store.List(ctx, prefix) {
			if !yield(strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json"), err) {
				return
			}
		}
	}
}

// Unrecorded lists the syncs of a source that have no record and began after the newest that has one, or still keep objects in the
// bucket: the newest first. It returns the newest sync that has a record too; empty when none has.
func Unrecorded(ctx context.Context, store *staging.Store, source string) (ids []string, recorded string, err error) {
	ended := map[string]bool{}
	for id, err := range syncsUnder(ctx, store, staging.RecordPrefix(source)) {
		if err != nil {
			return nil, "", err
		}
		recorded = id
		ended[id] = true
	}
	for id, err := range store.Folders(ctx, staging.SyncsPrefix(source)) {
		if err != nil {
			return nil, "", err
		}
		if !ended[id] {
			ids = append(ids, id)
		}
	}
	for _, prefix := range []string{staging.StartsPrefix(source), staging.EndsPrefix(source)} {
		for id, err := range syncsUnder(ctx, store, prefix) {
			if err != nil {
				return nil, "", err
			}
			if id > recorded {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.Reverse(ids)
	return ids, recorded, nil
}

// NewestRecord reads the newest record of a source, whether its sync delivered or not; found is false when there is none.
// It skips records that cannot be read, as the one before says more than none.
func NewestRecord(ctx context.Context, store *staging.Store, source string) (last Record, found bool, err error) {
	newest, err := newestRecords(ctx, store, source)
	if err != nil {
		return Record{}, false, err
	}
	for _, id := range slices.Backward(newest) {
		var record Record
		err := store.ReadJSON(ctx, staging.RecordKey(source, id), &record)
		switch {
		case err == nil:
			return record, true, nil
		case !store.Unreadable(err):
			return Record{}, false, err
		}
	}
	return Record{}, false, nil
}

// newestRecords lists the syncs with the newest records of a source, the oldest of them first.
func newestRecords(ctx context.Context, store *staging.Store, source string) ([]string, error) {
	var newest []string
	for id, err := range syncsUnder(ctx, store, staging.RecordPrefix(source)) {
		if err != nil {
			return nil, err
		}
		if len(newest) == recordsRead {
			newest = append(newest[:0], newest[1:]...)
		}
		newest = append(newest, id)
	}
	return newest, nil
}
