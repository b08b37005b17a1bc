package answer

import (
	"cmp"
	"context"
	"strings"

	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

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
