package history

import (
	"context"
	"iter"
	"slices"

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

// CountChanges counts what differs between two syncs of a source; ok is false where no logs lead from one to the other, or more than are
// read at once.
func CountChanges(ctx context.Context, store *staging.Store, source, from, to string) (counts change.Counts, ok bool, err error) {
	logs, _, err := changeLogs(ctx, store, source, func(string) bool { return true })
	if err != nil {
		return nil, false, err
	}
	var between []iter.Seq2[[]byte, error]
	for at := to; at != from; at = logs[at] {
		if logs[at] < from || len(between) == stream.FanIn { // of a break in the logs it is empty
			return nil, false, nil
		}
		between = append(between, store.Lines(ctx, staging.ChangesKey(source, at, logs[at])))
	}
	slices.Reverse(between)
	counts = change.Counts{}
	for one, err := range change.Fold(between...) {
		if err != nil {
			return nil, false, err
		}
		counts.Add(&one)
	}
	return counts, true, nil
}
