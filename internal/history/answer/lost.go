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
	"longhaul/internal/stream"
)

// logs are the change logs of a source.
type logs struct {
	store *staging.Store
	chain *chain.Chain
	most  int // the newest so many are searched; 0: all
}

func (n *inquiry) logs() logs { return logs{store: n.Store, chain: n.chain} }

// seen is a change and the sync that made it.
type seen struct {
	change.Change
	at string
}

// wanted are the changes that a search looks for: those of some Ids, or those of records that had a name.
type wanted struct {
	ids  []string // sorted
	name string
}

// has looks at a line without reading it whole, as a log has hundreds and few are looked for. beyond says that no later line is wanted.
func (w wanted) has(line []byte) (is, beyond bool, err error) {
	if w.name == "" {
		id, err := stream.LineID(line)
		if err != nil {
			return false, false, err
		}
		_, is := slices.BinarySearch(w.ids, string(id))
		return is, len(w.ids) == 0 || string(id) > w.ids[len(w.ids)-1], nil
	}
	was, err := stream.Member(line, "was")
	if err != nil || was == nil {
		return false, false, err
	}
	name, err := stream.TextMember(was, change.Name)
	return strings.EqualFold(name, w.name), false, err
}

// search reads the change logs from the newest to the oldest, several at once, and gives the changes of each that are wanted, until visit
// wants no more. Logs that cannot be read are passed over.
func (l logs) search(ctx context.Context, what wanted, visit func(seen) (more bool)) error {
	links := l.chain.Back()
	if l.most > 0 {
		links = links[:min(len(links), l.most)]
	}
	for group := range slices.Chunk(links, atOnce) {
		found := make([][]seen, len(group))
		work, workCtx := errgroup.WithContext(ctx)
		for i, link := range group {
			work.Go(func() error {
				return fault.Caught(func() (err error) {
					found[i], err = l.searchLog(workCtx, link, what)
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

func (l logs) searchLog(ctx context.Context, link chain.Link, what wanted) (found []seen, err error) {
	for line, err := range l.store.Lines(ctx, l.chain.Key(link)) {
		if err != nil {
			return found, err
		}
		is, beyond, err := what.has(line)
		if err != nil || beyond || len(found) == mostOfLog {
			return found, err
		}
		if !is {
			continue
		}
		one, err := change.Decode(line)
		if err != nil {
			return found, err
		}
		found = append(found, seen{Change: one, at: cmp.Or(one.At, link.To)}) // of a folded log, the change knows its sync
	}
	return found, nil
}

// lost finds when records went that the newest account has not.
func (n *inquiry) lost(ctx context.Context, ids []string) (all []sighting, err error) {
	found, there, open := map[string]seen{}, map[string]bool{}, len(ids)
	err = n.logs().search(ctx, wanted{ids: slices.Sorted(slices.Values(ids))}, func(one seen) bool {
		before, known := found[one.ID]
		if !known && (there[one.ID] || !one.Gone && !goneState(stateIn(one.Now))) { // it was there after this, so no log says how it went
			if !there[one.ID] {
				there[one.ID] = true
				open--
			}
			return open > 0
		}
		// A report may have been found to be gone by one sync, and be in no listing of the next: the first of both counts.
		if known && (!goneState(stateIn(before.Was)) || !goneState(stateIn(one.Now))) {
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

// lostOrBeyond finds when records went: in the logs, or where the chain breaks.
func (n *inquiry) lostOrBeyond(ctx context.Context, ids []string) ([]sighting, error) {
	all, err := n.lost(ctx, ids)
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(all, func(s sighting) bool { return s.item.ID == id })
	})
	if len(rest) == 0 {
		return all, nil
	}
	further, err := n.beyond(ctx, func(one *item.Item) bool { return slices.Contains(rest, one.ID) })
	return append(all, further...), err
}

// lastSeen reads what the last sync kept that had a record; where its account is gone, what the log has of it.
func (n *inquiry) lastSeen(ctx context.Context, c seen) (sighting, error) {
	s := sighting{gone: c.at, sync: before(n.known, c.at)}
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
		ID: c.ID, Kind: c.Kind, Name: cmp.Or(c.Name, c.Was[change.Name]), Folder: c.Was[change.Folder], State: stateIn(c.Was),
		Reason: c.Was[change.Reason],
	}
	return s, nil
}

func stateIn(fields change.Fields) description.State { return description.State(fields[change.State]) }

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
				all = append(all, n.away(one, account, next))
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

// away is a record that an account has, and the sync after it no more. It may have been gone before.
func (n *inquiry) away(one item.Item, account, next string) sighting {
	if !goneState(one.State) {
		return sighting{item: one, sync: account, gone: next}
	}
	s := n.present(one)
	s.listed = false
	return s
}

// before is the sync before another one in a list with the newest first; empty where there is none.
func before(syncs []string, sync string) string {
	for _, id := range syncs {
		if id < sync {
			return id
		}
	}
	return ""
}

// after is the sync after another one in a list with the newest first; empty where there is none.
func after(syncs []string, sync string) string {
	if i := slices.Index(syncs, sync); i > 0 {
		return syncs[i-1]
	}
	return ""
}

func goneState(state description.State) bool { return state == description.StateGone }
