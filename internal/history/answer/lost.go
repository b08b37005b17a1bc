package answer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// logs are the change logs of a source.
type logs struct {
	store *staging.Store
	chain *chain.Chain
}

func (n *inquiry) logs() logs { return logs{store: n.Store, chain: n.chain} }

// seen is a change and the sync that made it.
type seen struct {
	change.Change
	at string
}

// search reads the change logs from the newest to the oldest, several at once, and gives the changes of each that match, until visit wants
// no more. Logs that cannot be read are passed over.
func (l logs) search(ctx context.Context, match func(*change.Change) bool, visit func(seen) (more bool)) error {
	for group := range slices.Chunk(l.chain.Back(), atOnce) {
		found := make([][]seen, len(group))
		work, workCtx := errgroup.WithContext(ctx)
		for i, link := range group {
			work.Go(func() error {
				return fault.Caught(func() (err error) {
					found[i], err = l.searchLog(workCtx, link, match)
					if err != nil && useless(l.store, err) {
						err = nil
					}
					return err
				})
			})
		}
		if err := work.Wait(); err != nil {
			return err
		}
		for _, one := range slices.Concat(found...) {
			if !visit(one) {
				return nil
			}
		}
	}
	return nil
}

// mostOfLog bounds the changes that are kept of one log.
const mostOfLog = 100

func (l logs) searchLog(ctx context.Context, link chain.Link, match func(*change.Change) bool) (found []seen, err error) {
	for one, err := range change.Fold(l.store.Lines(ctx, l.chain.Key(link))) {
		if err != nil {
			return found, err
		}
		if match(&one) {
			found = append(found, seen{Change: one, at: cmp.Or(one.At, link.To)}) // of a folded log, the change knows its sync
		}
		if len(found) == mostOfLog {
			break
		}
	}
	return found, nil
}

// lost finds when records went that the newest account has not.
func (n *inquiry) lost(ctx context.Context, ids []string) (all []sighting, err error) {
	found, open := map[string]seen{}, len(ids)
	match := func(c *change.Change) bool {
		return slices.Contains(ids, c.ID) && (c.Gone || goneState(stateIn(c.Now)))
	}
	err = n.logs().search(ctx, match, func(one seen) bool {
		// A report may have been found to be gone by one sync, and be in no listing of the next: the first of both counts.
		if known, there := found[one.ID]; there && !goneState(stateIn(known.Was)) {
			return true
		}
		found[one.ID] = one
		if !goneState(stateIn(one.Was)) {
			open--
		}
		return open > 0
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		one, err := n.lastSeen(ctx, found[id])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// lastSeen reads what the last sync kept that had a record; where its account is gone, what the log has of it.
func (n *inquiry) lastSeen(ctx context.Context, c seen) (sighting, error) {
	s := sighting{gone: c.at, sync: n.before(c.at)}
	if slices.Contains(n.accounts, s.sync) {
		found, err := n.kept().lookUp(ctx, s.sync, []string{c.ID})
		if err != nil && !useless(n.Store, err) {
			return s, err
		}
		if one, there := found[c.ID]; there {
			s.item = one
			return s, nil
		}
	}
	s.item = item.Item{
		ID: c.ID, Kind: c.Kind, Name: cmp.Or(c.Was[change.Name], c.Name), Folder: c.Was[change.Folder], State: stateIn(c.Was),
		Reason: c.Was[change.Reason],
	}
	return s, nil
}

func stateIn(fields change.Fields) description.State { return description.State(fields[change.State]) }

// formerly finds the records that had a name and have it no more: they were renamed, or are gone.
func (n *inquiry) formerly(ctx context.Context, name string) (all []sighting, more int64, err error) {
	exact, like, beyond := map[string]bool{}, map[string]bool{}, map[string]bool{}
	had := func(c *change.Change) bool { return strings.EqualFold(c.Was[change.Name], name) }
	err = n.logs().search(ctx, had, func(one seen) bool {
		ids := like
		if one.Was[change.Name] == name {
			ids = exact
		}
		if len(ids) < MostMatches || ids[one.ID] {
			ids[one.ID] = true
		} else {
			beyond[one.ID] = true
		}
		return len(beyond) < mostOfLog
	})
	if err != nil {
		return nil, 0, err
	}
	ids := slices.Sorted(maps.Keys(exact))
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(like))
	}
	if len(ids) == 0 {
		all, err = n.beyond(ctx, func(one *item.Item) bool { return strings.EqualFold(one.Name, name) })
		return all, 0, err
	}
	var found map[string]item.Item
	err = n.newest(ctx, func(account string) (err error) {
		found, err = n.kept().lookUp(ctx, account, ids)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, n.present(found[id]))
	}
	absent := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, there := found[id]; return there })
	lost, err := n.lost(ctx, absent)
	all = append(all, lost...)
	for i := range all {
		if !strings.EqualFold(all[i].item.Name, name) {
			all[i].former = name
		}
	}
	return all, int64(len(beyond)), err
}

// mostBreaks bounds the accounts that are read where the chain of changes breaks.
const mostBreaks = 5

// beyond looks where the chain of changes breaks, in the last account before each break: such a sync was compared with none, so no log
// says what went with it.
func (n *inquiry) beyond(ctx context.Context, match func(*item.Item) bool) (all []sighting, err error) {
	ends := map[string]bool{} // the first syncs of unbroken parts, which have none before them in the chain
	for _, link := range n.chain.Back() {
		ends[link.To] = true
	}
	read := 0
	for i, account := range n.accounts {
		next := after(n.known, account)
		if i == 0 || next == "" || ends[next] {
			continue // what went after this account is in the logs
		}
		if read++; read > mostBreaks {
			break
		}
		for one, err := range decoded(n.kept().items(ctx, account, "")) {
			if err != nil && useless(n.Store, err) {
				break
			} else if err != nil {
				return nil, err
			}
			if match(&one) {
				all = append(all, sighting{item: one, sync: account, gone: next})
			}
			if len(all) == MostMatches {
				return all, nil
			}
		}
		if len(all) > 0 {
			return all, nil
		}
	}
	return all, nil
}

// after is the sync after another one in a list with the newest first; empty where there is none.
func after(syncs []string, sync string) string {
	if i := slices.Index(syncs, sync); i > 0 {
		return syncs[i-1]
	}
	return ""
}

func goneState(state description.State) bool { return state == description.StateGone }
