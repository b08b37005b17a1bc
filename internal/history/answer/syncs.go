package answer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/history/chain"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// kept is what the bucket keeps of a source.
type kept struct {
	store  *staging.Store
	source string
}

// left is what a sync left in the bucket.
type left struct {
	id                 string
	record, end, start bool
}

// leftBy lists what the syncs of a source left, the newest first. It costs three lists and reads no object.
func (k kept) leftBy(ctx context.Context) ([]left, error) {
	all := map[string]left{}
	for _, one := range []struct {
		prefix string
		note   func(*left)
	}{
		{staging.RecordPrefix(k.source), func(l *left) { l.record = true }},
		{staging.EndsPrefix(k.source), func(l *left) { l.end = true }},
		{staging.StartsPrefix(k.source), func(l *left) { l.start = true }},
	} {
		for key, err := range k.store.List(ctx, one.prefix) {
			if err != nil {
				return nil, wrap("list the syncs", err)
			}
			id, ok := strings.CutSuffix(strings.TrimPrefix(key, one.prefix), ".json")
			if !ok || strings.Contains(id, "/") {
				continue
			}
			sync := all[id]
			sync.id = id
			one.note(&sync)
			all[id] = sync
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b left) int { return strings.Compare(b.id, a.id) }), nil
}

// recorded lists the syncs that have a record, the newest first.
func recorded(syncs []left) (ids []string) {
	for _, sync := range syncs {
		if sync.record {
			ids = append(ids, sync.id)
		}
	}
	return ids
}

func ids(syncs []left) (ids []string) {
	for _, sync := range syncs {
		ids = append(ids, sync.id)
	}
	return ids
}

// chain reads the change logs of the syncs that have a record.
func (k kept) chain(ctx context.Context, recorded []string) (*chain.Chain, error) {
	inOrder := slices.Sorted(slices.Values(recorded))
	return chain.Read(ctx, k.store, k.source, func(id string) bool {
		_, found := slices.BinarySearch(inOrder, id)
		return found
	})
}

// unrecorded are the syncs since the newest that has a record. They failed before their ends, were cancelled, or still run; what they read
// is known as far as the next sync with a record has not removed it.
type unrecorded struct {
	syncs   []left // those that began to read, the newest first
	account string // the newest that left an account; empty: none
}

// since finds the syncs that are newer than the newest record. accounts are those that are kept, the newest first.
func since(syncs []left, recorded, accounts []string) (u unrecorded) {
	newest := first(recorded)
	if account := first(accounts); account > newest {
		u.account = account
	}
	for _, one := range syncs {
		if one.id > newest && (one.start || one.id == u.account) { // without a start, its login failed
			u.syncs = append(u.syncs, one)
		}
	}
	return u
}

// first is the newest sync of a list; empty where there is none.
func first(syncs []string) string {
	if len(syncs) == 0 {
		return ""
	}
	return syncs[0]
}

// mostUnrecorded bounds the syncs without a record that are looked into.
const mostUnrecorded = 3

// look says how these syncs ended; where no account has a record, whether they listed it. Those before the one that left an account know
// no more than that.
func (u unrecorded) look(ctx context.Context, e *Engine, of subject.Subject, missed bool) (all []Unrecorded, err error) {
	for _, sync := range u.syncs {
		if len(all) == mostUnrecorded || sync.id < u.account {
			break
		}
		show, err := e.look(ctx, sync)
		if err != nil {
			return nil, err
		}
		one := Unrecorded{Sync: sync.id, Outcome: show.Sync.Outcome, Phase: show.Sync.Phase, Account: sync.id == u.account}
		if missed && !one.Account {
			if one.Listed, one.Name, err = e.kept().listed(ctx, sync.id, of); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// What Unrecorded.Listed says; empty where the listing of a sync is not whole.
const (
	ListedYes = "yes"
	ListedNo  = "no"
)

// listed says whether a sync that left no account listed a record, by its Id or its whole name, and under which name.
func (k kept) listed(ctx context.Context, sync string, of subject.Subject) (is, name string, err error) {
	is = ListedNo
	for _, one := range []struct {
		kind  item.Kind
		list  listing.Kind
		field string
	}{
		{item.Report, listing.Reports, "Name"},
		{item.Dashboard, listing.Dashboards, "Title"},
		{item.Component, listing.Components, "Name"},
		{item.Folder, listing.Folders, "Name"},
	} {
		if of.Kind != "" && of.Kind != one.kind {
			continue
		}
		for line, err := range listing.Read(ctx, k.store, staging.Sync{Source: k.source, ID: sync}, one.list) {
			var id []byte
			if err == nil {
				id, err = stream.LineID(line)
			}
			if err == nil && (of.ID == "" || of.ID == string(id)) {
				name, err = stream.TextMember(line, one.field)
			}
			switch {
			case err != nil && useless(k.store, err):
				is = ""
			case err != nil:
				return "", "", err
			case of.ID == string(id), of.ID == "" && strings.EqualFold(name, of.Name):
				return ListedYes, short(cmp.Or(name, string(id))), nil
			}
			if is == "" || of.ID != "" && of.ID < string(id) {
				break
			}
		}
	}
	return is, "", nil
}
