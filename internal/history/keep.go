package history

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// Keep says how much of its past a source keeps for those who look back. Records stay for ever.
type Keep struct {
	Accounts int // and pages, of the newest syncs; DefaultAccounts when 0
	Days     int // of change logs, starts, ends and what people were told; DefaultDays when 0
}

// What is kept where the settings do not say.
const (
	DefaultAccounts = 90
	DefaultDays     = 400
)

// retention is the removal of what is kept no longer, once a sync is recorded.
type retention struct {
	store    *staging.Store
	sync     staging.Sync
	accounts int
	oldest   string // an id before those of the syncs whose logs, starts and ends are kept
	recorded map[string]bool
}

func newRetention(ctx context.Context, store *staging.Store, sync staging.Sync, keep Keep) (*retention, error) {
	r := &retention{store: store, sync: sync, accounts: cmp.Or(keep.Accounts, DefaultAccounts), recorded: map[string]bool{}}
	if began, _, ok := staging.ParseSyncID(sync.ID); ok {
		r.oldest = staging.SyncID(began.AddDate(0, 0, -cmp.Or(keep.Days, DefaultDays)), "")
	}
	for id, err := range syncsUnder(ctx, store, staging.RecordPrefix(sync.Source)) {
		if err != nil {
			return nil, err
		}
		r.recorded[id] = true
	}
	return r, nil
}

// run removes what is kept no longer.
func (r *retention) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.removeAccounts, r.removePages, r.removeLogs, r.removeMarks, r.removeTold} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// orphaned says whether a sync is over and left no record, so that nothing is compared with it.
func (r *retention) orphaned(id string) bool { return !r.recorded[id] && id < r.sync.ID }

func (r *retention) removeAccounts(ctx context.Context) error {
	prefix := staging.AccountsPrefix(r.sync.Source)
	var kept, removed []string
	for key, err := range r.store.List(ctx, prefix) {
		if err != nil {
			return err
		}
		if r.orphaned(strings.TrimSuffix(strings.TrimPrefix(key, prefix), staging.StreamSuffix)) {
			removed = append(removed, key)
		} else {
			kept = append(kept, key)
		}
	}
	return r.remove(ctx, append(removed, kept[:max(len(kept)-r.accounts, 0)]...)...)
}

// removePages keeps the pages of as many syncs as it keeps accounts, those of syncs without a record too: people may have a link to one.
func (r *retention) removePages(ctx context.Context) error {
	prefix := staging.PagePrefix(r.sync.Source)
	keys := map[string][]string{}
	for key, err := range r.store.List(ctx, prefix) {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(key, prefix)
		id := strings.TrimSuffix(strings.TrimSuffix(name, staging.PageSuffix), staging.GapsSuffix)
		keys[id] = append(keys[id], key)
	}
	ids := slices.Sorted(maps.Keys(keys))
	for _, id := range ids[:max(len(ids)-r.accounts, 0)] {
		if err := r.remove(ctx, keys[id]...); err != nil {
			return err
		}
	}
	return nil
}

// removeLogs folds each log that is kept no longer into the ones that follow it, so that what changed since the sync where it begins can
// still be told. Two follow one where two syncs were recorded in another order than they began. A folded log is there before those that it
// is made of go, and counts before them.
func (r *retention) removeLogs(ctx context.Context) error {
	logs, others, err := changeLogs(ctx, r.store, r.sync.Source, func(to string) bool { return !r.orphaned(to) })
	if err != nil {
		return err
	}
	if err := r.remove(ctx, others...); err != nil {
		return err
	}
	next := map[string][]string{} // by the sync where logs begin, those that they lead to
	var old []string              // the syncs that logs which are kept no longer lead to
	for to, from := range logs {
		next[from] = append(next[from], to)
		if to < r.oldest {
			old = append(old, to)
		}
	}
	slices.Sort(old)
	for _, to := range old {
		from := logs[to]
		gone := []string{r.log(to, from)}
		for _, follows := range next[to] {
			folded, err := r.fold(ctx, from, to, follows)
			if err != nil {
				return err
			}
			if folded {
				gone = append(gone, r.log(follows, to))
				logs[follows] = from
			}
		}
		if err := r.remove(ctx, gone...); err != nil {
			return err
		}
	}
	return nil
}

func (r *retention) log(to, from string) string { return staging.ChangesKey(r.sync.Source, to, from) }

// fold writes one log of two that follow each other; done is false where one of them cannot be read.
func (r *retention) fold(ctx context.Context, from, by, to string) (done bool, err error) {
	err = foldLogs(ctx, r.store, r.sync.Source, from, by, to)
	if err != nil && (r.store.Unreadable(err) || errors.Is(err, stream.ErrMalformed)) {
		return false, nil
	}
	return err == nil, err
}

// removeMarks removes the starts and the ends of old syncs.
func (r *retention) removeMarks(ctx context.Context) error {
	var old []string
	for _, prefix := range []string{staging.StartsPrefix(r.sync.Source), staging.EndsPrefix(r.sync.Source)} {
		for key, err := range r.store.List(ctx, prefix) {
			if err != nil {
				return err
			}
			if strings.TrimPrefix(key, prefix) < r.oldest {
				old = append(old, key)
			}
		}
	}
	return r.remove(ctx, old...)
}

func (r *retention) remove(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := r.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
