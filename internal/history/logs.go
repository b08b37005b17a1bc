package history

import (
	"context"

	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/staging"
)

// changeLogs are the change logs of a source that count: by the sync that a log leads to, the sync where it begins. Of two logs that lead
// to one sync the one that begins earlier counts: the other one was folded into it. others are the keys of all that do not count.
func changeLogs(
	ctx context.Context, store *staging.Store, source string, wanted func(to string) bool,
) (logs map[string]string, others []string, err error) {
	all, err := chain.Read(ctx, store, source, every)
	if err != nil {
		return nil, nil, err
	}
	logs = map[string]string{}
	for _, link := range all.Links() {
		if _, found := logs[link.To]; found || !wanted(link.To) {
			others = append(others, all.Key(link))
			continue
		}
		logs[link.To] = link.From
	}
	return logs, others, nil
}

// every says that logs of all syncs are read.
func every(string) bool { return true }

// CountChanges counts what differs between an earlier sync and sync; ok is false where no logs lead from one to the other.
func CountChanges(ctx context.Context, store *staging.Store, sync staging.Sync, from string) (counts change.Counts, ok bool, err error) {
	logs, err := chain.Read(ctx, store, sync.Source, every)
	if err != nil {
		return nil, false, err
	}
	path, ok := logs.Path(from, sync.ID)
	if !ok {
		return nil, false, nil
	}
	changes, err := logs.Between(ctx, path, false)
	if err != nil {
		return nil, false, err
	}
	defer changes.Close(ctx)
	counts = change.Counts{}
	for one, err := range changes.Each(ctx) {
		if err != nil {
			return nil, false, err
		}
		counts.Add(&one)
	}
	return counts, true, nil
}

// foldLogs writes one log of two that follow each other. A change that the later one did not make says which sync made it: its log will be
// gone.
func foldLogs(ctx context.Context, store *staging.Store, source string, from, by, to string) error {
	w, err := change.Create(ctx, store, staging.ChangesKey(source, to, from))
	if err != nil {
		return err
	}
	defer w.Abort()
	earlier, later := store.Lines(ctx, staging.ChangesKey(source, by, from)), store.Lines(ctx, staging.ChangesKey(source, to, by))
	for one, err := range change.Fold(change.MadeBy(by, earlier), later) {
		if err == nil {
			err = w.Add(&one)
		}
		if err != nil {
			return err
		}
	}
	return w.Commit()
}
