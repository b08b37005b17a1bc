package answer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// inquiry is one question about a record.
type inquiry struct {
	*Engine
	recorded []string // syncs that have a record, newest first
	known    []string // the same, and before them the newest sync since that left an account though it has no record
	accounts []string // of those, the ones whose accounts are kept, newest first
	later    unrecorded
	account  string // the newest that can be read; empty: none
	chain    *chain.Chain
	records  map[string]*history.Record // read so far; nil where one cannot be read
}

// accountsTried bounds how many accounts are tried until one can be read.
const accountsTried = 3

// Why says what is known of a record.
func (e *Engine) Why(ctx context.Context, q Query) (*Why, error) {
	of, err := subject.Parse(q.Of)
	if err != nil {
		return nil, err
	}
	w := &Why{Source: e.Source, Of: short(strings.TrimSpace(q.Of)), Matches: []Match{}}
	n, err := e.inquire(ctx)
	if err != nil {
		return nil, err
	}
	var sightings []sighting
	switch {
	case len(n.known) == 0:
		w.Unknown = "No sync of this source has come to its end yet, so nothing is known of what it has: start one, and ask again."
	case of.ID != "":
		sightings, err = n.byID(ctx, of.ID)
	default:
		sightings, w.More, err = n.byName(ctx, of.Name)
	}
	if err != nil {
		return nil, wrap("look for the record", err)
	}
	if w.Matches, err = n.matches(ctx, sightings); err != nil {
		return nil, wrap("look for the record", err)
	}
	if len(w.Matches) == 0 {
		w.Matches = holder(of, n.account, func() string {
			if r, err := n.record(ctx, first(n.recorded)); err == nil && r != nil {
				return r.Identity.OrgID
			}
			return ""
		})
	}
	if err = e.kept().fill(ctx, n.account, w, q); err != nil {
		return nil, wrap("look into the folder", err)
	}
	if len(w.Matches) == 0 && w.Unknown == "" {
		w.Unknown = n.unknown(ctx, of)
	}
	if w.Unrecorded, err = n.later.look(ctx, e, of, len(w.Matches) == 0); err != nil {
		return nil, wrap("look for the record", err)
	}
	if q.AskOrg {
		if err := n.ask(ctx, w, of); err != nil {
			return nil, err
		}
	}
	w.bound()
	return w, nil
}

// bound drops the last matches until the answer fits a page.
func (w *Why) bound() {
	for len(w.Matches) > 1 && bytesOf(w) > PageBytes {
		w.Matches = w.Matches[:len(w.Matches)-1]
		w.More++
	}
}

// inquire reads what is kept.
func (e *Engine) inquire(ctx context.Context) (*inquiry, error) {
	syncs, err := e.kept().leftBy(ctx)
	if err != nil {
		return nil, err
	}
	n := &inquiry{Engine: e, recorded: recorded(syncs), records: map[string]*history.Record{}}
	all, err := e.kept().allAccounts(ctx)
	if err != nil {
		return nil, err
	}
	n.later = since(syncs, n.recorded, all)
	if n.known = n.recorded; n.later.account != "" {
		n.known = slices.Insert(slices.Clone(n.recorded), 0, n.later.account)
	}
	n.accounts = slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(n.known, id) })
	n.chain, err = e.kept().chain(ctx, n.known)
	return n, err
}

// record reads the record of a sync once; nil where it cannot be read.
func (n *inquiry) record(ctx context.Context, sync string) (*history.Record, error) {
	if r, seen := n.records[sync]; seen || sync == "" {
		return r, nil
	}
	r, err := read[history.Record](ctx, n.Store, staging.RecordKey(n.Source, sync))
	n.records[sync] = r
	return r, err
}

// sighting is a record as the last sync that had it kept it.
type sighting struct {
	item   item.Item
	sync   string // that had it last
	gone   string // the first sync that had it no more; empty: the newest sync has it
	listed bool   // the newest sync lists it all the same, and it answered that it is not there
	former string // the name by which it was asked for, where it has another one now
}

// useless says whether an object can never be read.
func useless(store *staging.Store, err error) bool {
	return store.Unreadable(err) || errors.Is(err, stream.ErrMalformed)
}

// newest reads the newest account that can be read.
func (n *inquiry) newest(_ context.Context, pass func(account string) error) error {
	for _, account := range n.accounts[:min(len(n.accounts), accountsTried)] {
		err := pass(account)
		if err == nil {
			n.account = account
			return nil
		}
		if !useless(n.Store, err) {
			return err
		}
	}
	return nil // the logs still know what is gone
}

// byID looks for a record in the newest account, then in the logs, then in the accounts where the chain breaks.
func (n *inquiry) byID(ctx context.Context, id string) ([]sighting, error) {
	var found map[string]item.Item
	err := n.newest(ctx, func(account string) (err error) {
		found, err = n.kept().lookUp(ctx, account, []string{id})
		return err
	})
	if err != nil {
		return nil, err
	}
	if one, there := found[id]; there {
		return []sighting{n.present(one)}, nil
	}
	return n.lostOrBeyond(ctx, []string{id})
}

// present is a record that the newest account has. Some of its lines are of records that the sync found to be gone.
func (n *inquiry) present(one item.Item) sighting {
	if !goneState(one.State) {
		return sighting{item: one, sync: n.account}
	}
	s := sighting{item: one, gone: cmp.Or(one.Since, n.account), listed: one.Reason == string(description.ReasonGone)}
	s.sync = s.gone
	if one.FirstSeen < s.gone { // else no sync had it while it was there
		s.sync = cmp.Or(before(n.known, s.gone), s.gone)
	}
	return s
}

// byName looks for the records of a name: those of exactly that name, or else of that name in another case, those that are gone too; where
// none has it now, those that had it. more counts the ones beyond MostMatches.
func (n *inquiry) byName(ctx context.Context, name string) (found []sighting, more int64, err error) {
	var exact, like collector
	err = n.newest(ctx, func(account string) error {
		exact, like = collector{}, collector{}
		for line, err := range n.kept().items(ctx, account, "") {
			if err != nil {
				return err
			}
			is, err := stream.TextMember(line, "name")
			if err != nil || !strings.EqualFold(is, name) {
				if err != nil {
					return err
				}
				continue
			}
			one, err := item.Decode(line)
			if err != nil {
				return err
			}
			if is == name {
				exact.add(one)
			}
			like.add(one)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	best := exact
	if len(best.items) == 0 {
		best = like
	}
	if len(best.items) == 0 {
		return n.formerly(ctx, n.logs(), name, true)
	}
	for _, one := range best.items {
		found = append(found, n.present(one))
	}
	// Others of the name may be gone: a component is called as the report that it showed.
	past, _, err := n.formerly(ctx, n.logs().recent(), name, len(exact.items) == 0)
	for _, one := range past {
		if one.gone != "" && !slices.ContainsFunc(found, func(s sighting) bool { return s.item.ID == one.item.ID }) {
			found = append(found, one)
		}
	}
	whole := len(found)
	found = found[:min(whole, MostMatches)]
	return found, best.more + int64(whole-len(found)), err
}

// collector keeps the first records and counts the others.
type collector struct {
	items []item.Item
	more  int64
}

func (c *collector) add(one item.Item) {
	if len(c.items) == MostMatches {
		c.more++
		return
	}
	c.items = append(c.items, one)
}
