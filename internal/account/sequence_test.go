package account

import (
	"iter"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// remember carries forward what the account should know, from one sync to the next.
func (p *past) remember(sync staging.Sync, found map[string]thing) {
	before, deliveredLast := map[string]thing{}, ""
	if last := len(p.syncs) - 1; last >= 0 {
		before = p.found[last]
		var record history.Record
		if err := p.store.ReadJSON(p.tb.Context(), staging.RecordKey("acme", p.syncs[last].ID), &record); err != nil {
			p.tb.Fatal(err)
		}
		if record.Uploaded {
			deliveredLast = record.Sync
		}
	}
	carry := func(one, old *thing) {
		one.first, one.since, one.delivered = old.first, sync.ID, maps.Clone(old.delivered)
		if old.state == one.state && (one.kind != item.Component || reasonOf(found, one) == reasonOf(before, old)) {
			one.since = old.since
		}
		if deliveredLast != "" && old.state != description.StateGone {
			one.delivered = map[string]string{"castor": deliveredLast}
		}
	}
	for key, one := range found {
		one.first, one.since, one.delivered = sync.ID, sync.ID, nil
		if old, known := before[key]; known {
			carry(&one, &old)
		}
		found[key] = one
	}
	for key, old := range before {
		if _, here := found[key]; here || old.state == description.StateGone || old.kind == item.User {
			continue
		}
		one := old
		one.vanished, one.state = true, description.StateGone
		carry(&one, &old)
		found[key] = one
	}
	p.syncs, p.found = append(p.syncs, sync), append(p.found, found)
}

// reasonOf is why a component leads nowhere.
func reasonOf(found map[string]thing, one *thing) string {
	report, listed := found[strings.Trim(one.report, `"`)]
	dashboard, shown := found[id("01Z", 1)]
	switch {
	case one.kind != item.Component:
		return ""
	case !shown || dashboard.vanished:
		return ReasonDashboardNotListed
	case one.report == "null":
		return ReasonNoReport
	case !listed || report.state == description.StateGone:
		return ReasonReportNotListed
	}
	return ""
}

// truth compares two syncs by what they found, without any log.
func (p *past) truth(from, to int) map[string]change.Change {
	all := map[string]change.Change{}
	keys := maps.Clone(p.found[from])
	maps.Copy(keys, p.found[to])
	for key, one := range keys {
		c := change.Change{ID: key, Kind: one.kind}
		was, now := p.side(from, key), p.side(to, key)
		c.Added, c.Gone = was == nil && now != nil, was != nil && now == nil
		c.Was, c.Now = was.fields(), now.fields()
		if was != nil && now != nil {
			for name := range c.Was {
				if c.Was[name] == c.Now[name] {
					delete(c.Was, name)
					delete(c.Now, name)
				}
			}
		}
		columns := map[string]change.ColumnChange{}
		for name := range map[string]bool{"Name": true, "Amount": true, `Odd "one"`: true} {
			both := change.ColumnChange{was.column(name), now.column(name)}
			if cmp.Diff(both[0], both[1]) != "" {
				columns[name] = both
			}
		}
		if len(columns) > 0 {
			c.Columns = columns
		}
		if !c.None() {
			all[key] = c
		}
	}
	return all
}

func (p *past) side(number int, key string) *thing {
	one, found := p.found[number][key]
	if !found || one.state == description.StateGone {
		return nil
	}
	return &one
}

func (one *thing) column(name string) *change.Column {
	if one == nil {
		return nil
	}
	if c, has := one.columns[name]; has {
		return &c
	}
	return nil
}

func (one *thing) fields() change.Fields {
	if one == nil || one.kind == item.User {
		return nil
	}
	fields := change.Fields{change.Name: one.name, change.Folder: one.folder}
	switch one.kind {
	case item.Report:
		fields[change.Format], fields[change.State], fields[change.Reason] = one.extra, string(one.state), string(one.reason)
	case item.Dashboard:
		fields[change.RunningUser] = one.extra
	case item.Component, item.Folder, item.User:
	}
	return fields
}

// folded reads change logs and puts them together.
func (p *past) folded(from, to int) map[string]change.Change {
	p.tb.Helper()
	var logs []iter.Seq2[[]byte, error]
	for n := from + 1; n <= to; n++ {
		logs = append(logs, p.store.Lines(p.tb.Context(), staging.ChangesKey("acme", p.syncs[n].ID, p.syncs[n-1].ID)))
	}
	all := map[string]change.Change{}
	for one, err := range change.Fold(logs...) {
		if err != nil {
			p.tb.Fatal(err)
		}
		if _, twice := all[one.ID]; twice || one.Kind != item.User && one.Name == "" && one.Was[change.Name]+one.Now[change.Name] != "" {
			p.tb.Errorf("twice, or without its name: %+v", one)
		}
		one.Name = ""
		all[one.ID] = one
	}
	return all
}

// withoutEmpty makes no difference between a field that is empty and one that is absent.
var withoutEmpty = cmp.Transformer("full", func(fields change.Fields) map[string]string {
	full := map[string]string{}
	for name, value := range fields {
		if value != "" {
			full[name] = value
		}
	}
	return full
})

func TestWrite_leavesWhatChanged(t *testing.T) {
	t.Parallel()
	const syncs = 9
	for seed := range uint64(6) {
		p := newPast(t, seed)
		delivered := -1
		for n := range syncs {
			record := p.next(n%2 == 0, n == 2 || n == 6)
			if n == 0 {
				if record.Compared != "" || len(streamtest.Keys(t, p.store, staging.ChangesPrefix("acme"))) > 0 {
					t.Errorf("a first sync was compared with %q", record.Compared)
				}
				continue
			}
			from := n - 1
			if n%2 == 0 && delivered >= 0 {
				from = delivered
			}
			counts := change.Counts{}
			for _, one := range p.truth(from, n) {
				counts.Add(&one)
			}
			if diff := cmp.Diff(counts, record.Changes); diff != "" || record.Compared != p.syncs[from].ID {
				t.Errorf("sync %d is compared with %s (-want +got):\n%s", n, record.Compared, diff)
			}
			if n == 2 || n == 6 {
				delivered = n
			}
		}
		for from := range syncs {
			for to := from + 1; to < syncs; to++ {
				if diff := cmp.Diff(p.truth(from, to), p.folded(from, to), withoutEmpty); diff != "" {
					t.Fatalf("seed %d: from %d to %d (-want +got):\n%s", seed, from, to, diff)
				}
			}
		}
	}
}

func TestWrite_carriesForwardWhatEarlierSyncsKnew(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		p := newPast(t, 10+seed)
		for n := range 8 {
			p.next(true, n%3 != 2)
			got, want := map[string]item.Item{}, map[string]item.Item{}
			last := ""
			for line, err := range p.store.Lines(t.Context(), staging.AccountKey("acme", p.syncs[n].ID)) {
				if err != nil {
					t.Fatal(err)
				}
				i, err := item.Decode(line)
				if err != nil || i.ID <= last {
					t.Fatalf("%s after %s: %v", line, last, err)
				}
				i.CreatedBy, i.ModifiedBy = strings.TrimPrefix(i.CreatedBy, id("005", 1)), strings.TrimPrefix(i.ModifiedBy, id("005", 2))
				i.Described = "" // of what has no columns it is that of before
				if got[i.ID], last = i, i.ID; i.State == description.StateReused {
					i.State = description.StateDescribed
					got[i.ID] = i
				}
			}
			for key, one := range p.found[n] {
				if one.kind == item.User {
					continue
				}
				want[key] = one.item(key, p.found[n])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, sync %d (-want +got):\n%s", seed, n, diff)
			}
		}
	}
}

// item is the line that the account should have.
func (one *thing) item(key string, found map[string]thing) item.Item {
	i := item.Item{
		ID: key, Kind: one.kind, Name: one.name, Folder: one.folder, State: one.state, Reason: string(one.reason),
		FirstSeen: one.first, Since: one.since, Delivered: one.delivered,
	}
	switch one.kind {
	case item.Report:
		i.Format = one.extra
	case item.Dashboard:
		i.RunningUser = one.extra
	case item.Component:
		i.Dashboard, i.Reason = id("01Z", 1), reasonOf(found, one)
	case item.Folder, item.User:
	}
	if one.vanished {
		i.Reason = ReasonVanished
	}
	return i
}
