package answer

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// between is two syncs that are compared. from may be the later one.
type between struct {
	from, to string
	org      string // Id
	kept     bool   // the later sync delivered nothing to a catalog
	chain    *chain.Chain
	changes  *chain.Changes
	accounts []string // syncs whose accounts are kept, newest first
}

// diffTries bounds how often a diff begins again because logs were folded while it read them.
const diffTries = 3

// Diff says what differs between two syncs, one page.
func (e *Engine) Diff(ctx context.Context, q Query) (*Diff, error) {
	for try := 1; ; try++ {
		d, err := e.diff(ctx, q)
		if err == nil || try == diffTries || !errors.Is(err, staging.ErrNotExist) || ctx.Err() != nil {
			return d, err
		}
	}
}

func (e *Engine) diff(ctx context.Context, q Query) (*Diff, error) {
	kind, err := kindOf(q.Kind)
	if err != nil {
		return nil, err
	}
	two, after, err := e.between(ctx, q)
	if err != nil {
		return nil, err
	}
	defer two.changes.Close(ctx)
	var folder *inFolder
	if strings.TrimSpace(q.Folder) != "" {
		if folder, err = e.inFolder(ctx, two, q.Folder); err != nil {
			return nil, err
		}
		defer folder.close(ctx)
	}
	d := &Diff{Source: e.Source, From: two.from, To: two.to}
	page, totals := newPage(after, q.Limit), change.Counts{}
	for c, err := range two.changes.Each(ctx) {
		if err != nil {
			return nil, wrap("read what changed", err)
		}
		if kind != "" && c.Kind != kind {
			continue
		}
		if folder != nil {
			has, err := folder.has(&c)
			if err != nil {
				return nil, wrap("read the folders", err)
			}
			if !has {
				continue
			}
		}
		totals.Add(&c)
		page.add(&c)
	}
	if q.Cursor == "" {
		d.Totals, d.Undelivered = totals, two.kept && two.from < two.to
	}
	last := page.fill(d)
	if page.more {
		d.Cursor = diffCursor{from: two.from, to: two.to, at: last}.String()
	}
	d.Names, err = e.names(ctx, two, slices.Sorted(maps.Keys(page.folders)))
	return d, wrap("read the names of folders", err)
}

// kindOf reads the kind of a query, in the singular or the plural; empty for all.
func kindOf(text string) (item.Kind, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, kind := range []item.Kind{"", item.Report, item.Dashboard, item.Component, item.Folder, item.User} {
		if text == string(kind) || text == string(kind)+"s" && kind != "" {
			return kind, nil
		}
	}
	return "", fault.Invalidf("%.20q is no kind: say reports, dashboards, components, folders or users", text)
}

// between finds the two syncs and what lies between them.
func (e *Engine) between(ctx context.Context, q Query) (d *between, after position, err error) {
	syncs, err := e.kept().leftBy(ctx)
	if err != nil {
		return nil, after, err
	}
	known := recorded(syncs)
	d = &between{}
	if q.Cursor != "" {
		cursor, err := parseDiffCursor(q.Cursor)
		if err != nil {
			return nil, after, err
		}
		d.from, d.to, after = cursor.from, cursor.to, cursor.at
	} else if err := e.ends(ctx, d, q, syncs); err != nil {
		return nil, after, err
	}
	for _, id := range []string{d.from, d.to} {
		if !slices.Contains(known, id) {
			return nil, after, fault.Invalidf("source %s has no record of the sync %.60q", e.Source, id)
		}
	}
	if d.accounts, err = e.kept().accounts(ctx, known); err != nil {
		return nil, after, err
	}
	if d.chain, err = e.kept().chain(ctx, known); err != nil {
		return nil, after, err
	}
	path, ok := d.chain.Path(min(d.from, d.to), max(d.from, d.to))
	if !ok {
		return nil, after, fault.Invalidf("%s and %s cannot be compared, as the change logs between them are not kept or do not reach from one to the "+
			"other: a first sync, one of another org and one whose predecessor could not be read begin anew; %s", d.from, d.to, d.chain.Words())
	}
	if record, err := read[history.Record](ctx, e.Store, staging.RecordKey(e.Source, max(d.from, d.to))); err != nil {
		return nil, after, wrap("read the record", err)
	} else if record != nil {
		d.org, d.kept = record.Identity.OrgID, !record.Uploaded
	}
	d.changes, err = d.chain.Between(ctx, path, d.from > d.to)
	return d, after, wrap("read what changed", err)
}

// ends finds the syncs that a question names. A sync without a record has nothing to compare.
func (e *Engine) ends(ctx context.Context, d *between, q Query, syncs []left) (err error) {
	known := recorded(syncs)
	name := func(text string) (string, error) {
		id, err := e.resolve(text, known, "sync with a record")
		if err != nil {
			if of, any := e.resolve(text, ids(syncs), "sync"); any == nil {
				return "", e.unrecorded(ctx, of)
			}
		}
		return id, err
	}
	if d.to, err = name(q.To); err != nil {
		return err
	}
	if strings.TrimSpace(q.From) != "" {
		d.from, err = name(q.From)
		return err
	}
	record, err := read[history.Record](ctx, e.Store, staging.RecordKey(e.Source, d.to))
	switch {
	case err != nil:
		return wrap("read the record", err)
	case record != nil && record.Compared != "":
		d.from = record.Compared
		return nil
	case record == nil: // it cannot be read, but its changes can
		if i := slices.Index(known, d.to); i+1 < len(known) {
			d.from = known[i+1]
			return nil
		}
	}
	return fault.Invalidf("the sync %s had none before it to be compared with: name the one to compare; %s", d.to, listed(known))
}

// unrecorded says why a sync cannot be compared.
func (e *Engine) unrecorded(ctx context.Context, id string) error {
	became := "left no record"
	if end, err := read[history.End](ctx, e.Store, staging.Sync{Source: e.Source, ID: id}.End()); err == nil && end != nil {
		became = strings.ReplaceAll("ended as "+end.Outcome, "_", " ") + " and left no record"
	}
	return fault.Invalidf("the sync %s %s, so what it changed is not kept: compare the syncs before and after it", id, became)
}

// account is the sync whose account says where records were at the later of both syncs, and the logs from there to it.
func (d *between) account() (sync string, path []chain.Link, ok bool) {
	later := max(d.from, d.to)
	for _, sync := range slices.Backward(d.accounts) {
		if sync < later {
			continue
		}
		if path, ok := d.chain.Path(later, sync); ok {
			return sync, path, true
		}
	}
	return "", nil, false
}

// nearest lists the syncs whose accounts know the names of folders best: that of the later of both, and the newest.
func (d *between) nearest() (syncs []string) {
	if sync, _, ok := d.account(); ok {
		syncs = append(syncs, sync)
	}
	if len(d.accounts) > 0 {
		syncs = append(syncs, d.accounts[0])
	}
	return slices.Compact(syncs)
}
