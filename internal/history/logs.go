package history

import (
	"context"
	"crypto/rand"
	"iter"
	"slices"
	"strconv"

	"longhaul/internal/history/change"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// changeLogs are the change logs of a source that count: by the sync that a log leads to, the sync where it begins. Of two logs that lead
// to one sync the one that begins earlier counts: the other one was folded into it. others are the keys of all that do not count.
func changeLogs(
	ctx context.Context, store *staging.Store, source string, wanted func(to string) bool,
) (logs map[string]string, others []string, err error) {
	logs = map[string]string{}
	for key, err := range store.List(ctx, staging.ChangesPrefix(source)) {
		if err != nil {
			return nil, nil, err
		}
		to, from, ok := staging.ParseChanges(key)
		before, found := logs[to]
		switch {
		case !ok || from >= to: // of another program
		case !wanted(to) || found && before <= from:
			others = append(others, key)
		default:
			if found {
				others = append(others, staging.ChangesKey(source, to, before))
			}
			logs[to] = from
		}
	}
	return logs, others, nil
}

// CountChanges counts what differs between an earlier sync and sync; ok is false where no logs lead from one to the other.
func CountChanges(ctx context.Context, store *staging.Store, sync staging.Sync, from string) (counts change.Counts, ok bool, err error) {
	logs, _, err := changeLogs(ctx, store, sync.Source, func(string) bool { return true })
	if err != nil {
		return nil, false, err
	}
	var keys []string
	for at := sync.ID; at != from; at = logs[at] {
		if logs[at] < from { // of a break in the logs it is empty
			return nil, false, nil
		}
		keys = append(keys, staging.ChangesKey(sync.Source, at, logs[at]))
	}
	slices.Reverse(keys)
	scratch := rand.Text()
	if len(keys) > stream.FanIn { // more than may be open at once
		defer func() { _, _ = store.DeleteAll(context.WithoutCancel(ctx), sync.SortRuns(scratch)) }()
	}
	for n := 0; len(keys) > stream.FanIn; n++ {
		key := sync.SortRun(scratch, strconv.Itoa(n))
		if err := foldLogs(ctx, store, key, keys[:stream.FanIn]...); err != nil {
			return nil, false, err
		}
		keys = append([]string{key}, keys[stream.FanIn:]...)
	}
	counts = change.Counts{}
	for one, err := range change.Fold(readLogs(ctx, store, keys)...) {
		if err != nil {
			return nil, false, err
		}
		counts.Add(&one)
	}
	return counts, true, nil
}

// foldLogs writes one log of some that follow each other. A change that the last of them did not make says which sync made it: its log
// will be gone.
func foldLogs(ctx context.Context, store *staging.Store, into string, keys ...string) error {
	w, err := change.Create(ctx, store, into)
	if err != nil {
		return err
	}
	defer w.Abort()
	logs := readLogs(ctx, store, keys)
	for i, key := range keys[:max(len(keys)-1, 0)] {
		if to, _, ok := staging.ParseChanges(key); ok {
			logs[i] = change.MadeBy(to, logs[i])
		}
	}
	for one, err := range change.Fold(logs...) {
		if err == nil {
			err = w.Add(&one)
		}
		if err != nil {
			return err
		}
	}
	return w.Commit()
}

func readLogs(ctx context.Context, store *staging.Store, keys []string) (logs []iter.Seq2[[]byte, error]) {
	for _, key := range keys {
		logs = append(logs, store.Lines(ctx, key))
	}
	return logs
}
