package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/notify/words"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// mostCandidates bounds the reports among which those are looked for that a message names: some lie in private folders.
const mostCandidates = 50

// loss counts columns between two syncs.
type loss struct {
	words.Lost
	gone, come int64 // columns of all reports, of those that are gone or new too
	worst      []candidate
}

type candidate struct {
	id, name string
	columns  int64
}

// lostBetween counts what changed between two syncs, and the columns that reports lost which are still there.
func (d *Desk) lostBetween(ctx context.Context, source, from, to string) (words.Lost, change.Counts, error) {
	totals, count := change.Counts{}, loss{}
	logs, err := chain.Read(ctx, d.Store, source, func(string) bool { return true })
	if err != nil {
		return words.Lost{}, nil, err
	}
	path, ok := logs.Path(from, to)
	if !ok || len(path) == 0 {
		return words.Lost{}, totals, nil
	}
	changes, err := logs.Between(ctx, path, false)
	if err != nil {
		return words.Lost{}, nil, err
	}
	defer changes.Close(ctx)
	for one, err := range changes.Each(ctx) {
		if err != nil {
			return words.Lost{}, nil, err
		}
		totals.Add(&one)
		count.take(&one)
	}
	count.Columns, count.Reports = totals[item.Report].LostColumns, totals[item.Report].Lost
	if count.Columns == 0 {
		return words.Lost{}, totals, nil
	}
	now, err := d.columns(ctx, staging.Sync{Source: source, ID: to})
	if err != nil && !d.Store.Unreadable(err) {
		return words.Lost{}, nil, err
	}
	if err == nil {
		count.Of = max(now+count.gone-count.come, 0)
	}
	count.Named, err = d.named(ctx, source, to, count.worst)
	if err != nil && !d.Store.Unreadable(err) {
		return words.Lost{}, nil, err
	}
	return count.Lost, totals, nil
}

// take counts one change.
func (l *loss) take(c *change.Change) {
	if c.Kind != item.Report {
		return
	}
	for _, both := range c.Columns {
		switch {
		case both[0] != nil && both[1] == nil:
			l.gone++
		case both[0] == nil && both[1] != nil:
			l.come++
		}
	}
	lost := c.LostColumns()
	if lost == 0 {
		return
	}
	if len(l.worst) == mostCandidates && l.worst[mostCandidates-1].columns >= lost {
		return
	}
	one := candidate{id: c.ID, name: c.Name, columns: lost}
	at, _ := slices.BinarySearchFunc(l.worst, one, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.columns, a.columns), cmp.Compare(a.id, b.id))
	})
	l.worst = slices.Insert(l.worst, at, one)
	l.worst = l.worst[:min(len(l.worst), mostCandidates)]
}

// columns counts the columns of all reports of a sync.
func (d *Desk) columns(ctx context.Context, sync staging.Sync) (n int64, err error) {
	for line, err := range d.Store.Lines(ctx, sync.Described()) {
		if err != nil {
			return 0, err
		}
		one, err := description.Decode(line)
		if err != nil {
			return 0, err
		}
		if one.State.HasColumns() {
			n += columnsIn(one.ReportExtendedMetadata)
		}
	}
	return n, nil
}

// columnsIn counts the columns in the extended metadata of a report; none where they cannot be read.
func columnsIn(metadata []byte) (n int64) {
	if !isObject(metadata) {
		return 0
	}
	_ = stream.Members(metadata, "", func(member, info []byte, _ int) (bool, error) {
		if string(member) != "detailColumnInfo" || !isObject(info) {
			return true, nil
		}
		n = 0
		_ = stream.Members(info, "", func([]byte, []byte, int) (bool, error) { n++; return true, nil })
		return true, nil
	})
	return n
}

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }

// named are the reports that lost most, without those that lie in somebody's private folder, or of which nobody knows where they lie.
func (d *Desk) named(ctx context.Context, source, sync string, worst []candidate) (named []words.Report, err error) {
	public := map[string]bool{}
	left := len(worst)
	for line, err := range d.Store.Lines(ctx, staging.AccountKey(source, sync)) {
		if err != nil {
			return nil, err
		}
		one, err := item.Decode(line)
		if err != nil {
			return nil, err
		}
		if one.Kind != item.Report || !slices.ContainsFunc(worst, func(c candidate) bool { return c.id == one.ID }) {
			continue
		}
		public[one.ID] = !strings.HasPrefix(one.Folder, subject.UserPrefix)
		if left--; left == 0 {
			break
		}
	}
	for _, one := range worst {
		if public[one.id] && one.name != "" && len(named) < words.MostNamed {
			named = append(named, words.Report{Name: one.name, Columns: one.columns})
		}
	}
	return named, nil
}
