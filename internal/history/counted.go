package history

import (
	"context"
	"errors"
	"slices"

	"longhaul/internal/history/change"
	"longhaul/internal/staging"
)

// Counted is what the account of a sync counts for its record. It lies in the bucket until then: folders have names, which no history
// of Temporal holds.
type Counted struct {
	Changes    change.Counts    `json:"changes,omitempty"`
	Compared   string           `json:"compared,omitempty"`
	Reasons    map[string]int64 `json:"reasons,omitempty"`
	GapFolders []FolderGaps     `json:"gap_folders,omitempty"`
	Audits     map[string]Audit `json:"audits,omitempty"`
}

// Take puts into the record what the account of its sync counted. A record without it is better than none.
func (r *Record) Take(ctx context.Context, store *staging.Store, sync staging.Sync) error {
	var counted Counted
	if err := store.ReadJSON(ctx, sync.Counted(), &counted); err != nil {
		if store.Unreadable(err) {
			return nil
		}
		return err
	}
	r.Changes, r.Compared, r.Reasons, r.GapFolders, r.Audits = counted.Changes, counted.Compared, counted.Reasons, counted.GapFolders, counted.Audits
	return nil
}

// RecordedBefore reads the record of the sync that was recorded before another one: what that one is compared with. The error is as of
// LastRecord.
func RecordedBefore(ctx context.Context, store *staging.Store, sync staging.Sync) (Record, error) {
	id := ""
	for one, err := range syncsUnder(ctx, store, staging.RecordPrefix(sync.Source)) {
		if err != nil {
			return Record{}, err
		}
		if one < sync.ID {
			id = one
		}
	}
	return readRecord(ctx, store, sync.Source, id)
}

// DeliveredBefore returns the last sync before another one, or that one's newest records, of which every export was delivered; empty
// where none of the newest was.
func DeliveredBefore(ctx context.Context, store *staging.Store, sync staging.Sync) (string, error) {
	newest, err := newestRecords(ctx, store, sync.Source)
	if err != nil {
		return "", err
	}
	for _, id := range slices.Backward(newest) {
		if id >= sync.ID {
			continue
		}
		record, err := readRecord(ctx, store, sync.Source, id)
		switch {
		case errors.Is(err, ErrRecordUnreadable):
		case err != nil:
			return "", err
		case record.Uploaded:
			return id, nil
		}
	}
	return "", nil
}
