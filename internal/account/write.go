package account

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// writeAccount writes account.jsonl, the account's stream and the log of what changed since the sync before. Where what that sync left
// cannot be read, it goes on without.
func writeAccount(ctx context.Context, in Input, identity description.Identity) (tally, []warning.Warning, error) {
	past, warnings, err := findBefore(ctx, in, identity)
	for err == nil {
		var counted tally
		if counted, err = writeAgainst(ctx, in, past); err == nil {
			return counted, warnings, nil
		}
		left, lost, known := past.without(err)
		if !known {
			break
		}
		past, warnings, err = left, append(warnings, lost), nil
	}
	return tally{}, nil, err
}

// writeAgainst writes the account with what is known of the sync before.
func writeAgainst(ctx context.Context, in Input, past before) (tally, error) {
	w := &walk{Input: in, past: past, progress: in.counter(), audits: audits{}, tally: tally{
		items:   Items{listing.Reports: {}, listing.Dashboards: {}, listing.Components: {}},
		counted: map[listing.Kind]int64{}, vanished: map[listing.Kind]int64{}, gaps: map[string]int64{},
	}}
	for _, kind := range listing.LookedUpKinds {
		w.vanished[kind] = 0
	}
	for _, kind := range listing.Kinds {
		w.counted[kind] = 0
	}
	w.folders = &gaps{byFolder: stream.NewSorter(in.Store, in.Sync)}
	defer w.folders.byFolder.Close(ctx)
	w.parts = newComponents(in)
	defer w.parts.close(ctx)
	if err := w.parts.sort(ctx, in, w.progress); err != nil {
		return tally{}, err
	}
	if err := w.write(ctx); err != nil {
		return tally{}, err
	}
	w.unlisted, w.hidden = w.parts.byReport.unlisted, w.parts.hidden
	return w.tally, w.count(ctx)
}

// write opens what is written, and commits it once all was read.
func (w *walk) write(ctx context.Context) (err error) {
	if w.file, err = w.Store.CreateFile(ctx, w.Sync.Account()); err != nil {
		return err
	}
	defer w.file.Abort()
	if w.out, err = w.Store.Create(ctx, staging.AccountKey(w.Sync.Source, w.Sync.ID)); err != nil {
		return err
	}
	defer w.out.Abort()
	if w.past.details {
		if w.log, err = change.Create(ctx, w.Store, staging.ChangesKey(w.Sync.Source, w.Sync.ID, w.past.sync.ID)); err != nil {
			return err
		}
		defer w.log.Abort()
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	if _, err := w.file.Commit(); err != nil {
		return err
	}
	if w.log != nil { // before the account, which says that a sync left all that it leaves
		if err := w.log.Commit(); err != nil {
			return err
		}
	}
	_, err = w.out.Commit()
	return err
}

// count counts what the record says of the changes, the gaps and the audits.
func (w *walk) count(ctx context.Context) (err error) {
	if w.record.GapFolders, err = w.folders.largest(ctx, w.inventory(ctx, listing.Folders)); err != nil {
		return err
	}
	w.record.Audits = w.audits.after(w.past.audits)
	if w.log != nil {
		w.record.Changes, w.record.Compared, err = compared(ctx, w.Input, w.past.sync, w.log.Counts)
	}
	return err
}

// compared counts the changes of a sync that delivers from the last one that was delivered, where the logs between are kept, and those of
// every other one from the sync before, whose counts are known.
func compared(ctx context.Context, in Input, last staging.Sync, counts change.Counts) (change.Counts, string, error) {
	var start history.Start
	err := in.Store.ReadJSON(ctx, in.Sync.Start(), &start)
	if err != nil && !in.Store.Unreadable(err) {
		return nil, "", err
	}
	if !start.Deliver {
		return counts, last.ID, nil
	}
	from, err := history.DeliveredBefore(ctx, in.Store, in.Sync)
	if err != nil || from == "" || from == last.ID {
		return counts, last.ID, err
	}
	folded, known, err := history.CountChanges(ctx, in.Store, in.Sync, from)
	switch {
	case err == nil && known:
		return folded, from, nil
	case err == nil || in.Store.Unreadable(err) || errors.Is(err, stream.ErrMalformed):
		return counts, last.ID, nil
	}
	return nil, "", fmt.Errorf("count what changed since the last delivery: %w", err)
}
