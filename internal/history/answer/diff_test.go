package answer

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// all reads a diff to its last page and puts the pages together.
func (w *world) all(q Query) (*Diff, int) {
	w.t.Helper()
	q.Question = AskDiff
	var whole *Diff
	for pages := 1; ; pages++ {
		got, err := w.engine.Diff(w.t.Context(), q)
		if err != nil {
			w.t.Fatal(err)
		}
		if size := bytesOf(got); size > PageBytes {
			w.t.Errorf("page %d has %d bytes", pages, size)
		}
		for _, id := range got.folderIDs() {
			if got.Names[id] == "" && w.moments[len(w.moments)-1][id] != nil {
				w.t.Errorf("page %d does not name the folder %s", pages, id)
			}
		}
		if whole == nil {
			whole = got
		} else {
			if got.Totals != nil || got.From != whole.From || got.To != whole.To {
				w.t.Errorf("page %d begins anew: %+v", pages, got)
			}
			whole.join(got)
		}
		if got.Cursor == "" {
			whole.Cursor = ""
			return whole, pages
		}
		if pages > 1000 {
			w.t.Fatal("the pages have no end")
		}
		q.Cursor = got.Cursor
	}
}

func (d *Diff) join(next *Diff) {
	for i, of := range []*RecordChanges{&d.Reports.RecordChanges, &d.Dashboards, &d.Components, &d.Folders} {
		more := []*RecordChanges{&next.Reports.RecordChanges, &next.Dashboards, &next.Components, &next.Folders}[i]
		of.Added, of.Gone = append(of.Added, more.Added...), append(of.Gone, more.Gone...)
		of.Renamed, of.Moved = append(of.Renamed, more.Renamed...), append(of.Moved, more.Moved...)
		of.RunningUser = append(of.RunningUser, more.RunningUser...)
	}
	d.Reports.Format = append(d.Reports.Format, next.Reports.Format...)
	d.Reports.Columns = append(d.Reports.Columns, next.Reports.Columns...)
	d.Reports.State = append(d.Reports.State, next.Reports.State...)
	d.Users.Added, d.Users.Gone = append(d.Users.Added, next.Users.Added...), append(d.Users.Gone, next.Users.Gone...)
}

// facts are all that a diff says, a line each, sorted.
func (d *Diff) facts() (facts []string) {
	say := func(kind item.Kind, what string, v any) {
		raw, _ := json.Marshal(v)
		facts = append(facts, fmt.Sprintf("%s %s %s", kind, what, raw))
	}
	for kind, of := range map[item.Kind]*RecordChanges{
		item.Report: &d.Reports.RecordChanges, item.Dashboard: &d.Dashboards, item.Component: &d.Components, item.Folder: &d.Folders,
	} {
		for _, one := range of.Added {
			say(kind, "added", one)
		}
		for _, one := range of.Gone {
			say(kind, "gone", one)
		}
		for _, one := range of.Renamed {
			say(kind, "renamed", []string{one.ID, one.Was, one.Now})
		}
		for _, one := range of.Moved {
			say(kind, "moved", []string{one.ID, one.Was, one.Now})
		}
		for _, one := range of.RunningUser {
			say(kind, "running user", []string{one.ID, one.Was, one.Now})
		}
	}
	for _, one := range d.Reports.Format {
		say(item.Report, "format", []string{one.ID, one.Was, one.Now})
	}
	for _, one := range d.Reports.Columns {
		say(item.Report, "columns", []any{one.ID, slices.Sorted(slices.Values(one.Gained)), slices.Sorted(slices.Values(one.Lost)), one.Changed})
	}
	for _, one := range d.Reports.State {
		say(item.Report, "state", []string{one.ID, one.Was, one.Before, one.Now, one.Reason})
	}
	for _, id := range d.Users.Added {
		say(item.User, "added", Named{ID: id})
	}
	for _, id := range d.Users.Gone {
		say(item.User, "gone", Named{ID: id})
	}
	slices.Sort(facts)
	return facts
}

// plainFacts are the same, from both moments.
func plainFacts(was, now moment) (facts []string) {
	say := func(kind item.Kind, what string, v any) {
		raw, _ := json.Marshal(v)
		facts = append(facts, fmt.Sprintf("%s %s %s", kind, what, raw))
	}
	for id, b := range now {
		if was[id] == nil {
			say(b.kind, "added", Named{ID: id, Name: b.fields[change.Name], Folder: b.fields[change.Folder]})
		}
	}
	for id, a := range was {
		b := now[id]
		if b == nil {
			say(a.kind, "gone", Named{ID: id, Name: a.fields[change.Name], Folder: a.fields[change.Folder]})
			continue
		}
		for what, field := range map[string]string{
			"renamed": change.Name, "moved": change.Folder, "format": change.Format, "running user": change.RunningUser,
		} {
			if a.fields[field] != b.fields[field] {
				say(a.kind, what, []string{id, a.fields[field], b.fields[field]})
			}
		}
		if a.fields[change.State] != b.fields[change.State] || a.fields[change.Reason] != b.fields[change.Reason] {
			before, after := a.fields[change.Reason], b.fields[change.Reason]
			say(a.kind, "state", []string{id, a.fields[change.State], before, b.fields[change.State], after})
		}
		if stays := a.fields[change.State] == b.fields[change.State]; stays || len(a.columns) > 0 && len(b.columns) == 0 {
			var gained, lost []string
			var changed []ColumnChanged
			both := maps.Clone(a.columns)
			if both == nil {
				both = map[string]change.Column{}
			}
			maps.Copy(both, b.columns)
			for _, name := range slices.Sorted(maps.Keys(both)) {
				x, had := a.columns[name]
				y, has := b.columns[name]
				switch {
				case had && !has:
					lost = append(lost, name)
				case has && !had:
					gained = append(gained, name)
				case x != y:
					changed = append(changed, ColumnChanged{Column: name, Was: x, Now: y})
				}
			}
			if len(gained)+len(lost)+len(changed) > 0 {
				say(a.kind, "columns", []any{id, gained, lost, changed})
			}
		}
	}
	slices.Sort(facts)
	return facts
}

func TestDiff_of200PairsEqualsAPlainComparison(t *testing.T) {
	t.Parallel()
	w := grown(t, 1, 60, 12)
	random := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		a, b := random.IntN(60), random.IntN(60)
		got, _ := w.all(Query{From: w.syncs[a], To: w.syncs[b]})
		if diff := cmp.Diff(plainFacts(w.moments[a], w.moments[b]), got.facts(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%d to %d (-want +got):\n%s", a, b, diff)
		}
		counts := change.Counts{}
		for _, c := range compare(w.moments[a], w.moments[b]) {
			counts.Add(&c)
		}
		if diff := cmp.Diff(counts, got.Totals); diff != "" {
			t.Fatalf("totals of %d to %d (-want +got):\n%s", a, b, diff)
		}
	}
	if keys := streamtest.Keys(t, w.store, staging.SyncsPrefix(source)); len(keys) > 0 {
		t.Errorf("left behind: %v", keys)
	}
}

// Every entry is on one page, in the order of what people care about.
func TestDiff_pagesAreCompleteAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	was, now := moment{}, moment{}
	for i := range 900 {
		id := idOf("00O", i)
		was[id] = report(strings.Repeat("report ", 5), i%50)
		was[id].columns = map[string]change.Column{"a": {Label: "A"}, "b": {Label: "B"}}
		switch after := was[id].clone(); i % 5 {
		case 0:
			delete(after.columns, "b")
			now[id] = after
		case 1: // gone
		case 2:
			if now[id] = after; i < 100 { // few, so that the first page has room for more than what is lost
				after.fields[change.State], after.fields[change.Reason], after.columns = "denied", "no_access", nil
			} else {
				after.fields[change.Name] = "renamed alone"
			}
		case 3:
			after.fields[change.Folder], after.fields[change.Name] = idOf("00l", 60+i%50), "other"
			now[id] = after
		case 4:
			now[id] = after
			now[idOf("00O", 1000+i)] = after
		}
	}
	for i := range 120 {
		now[idOf("00l", i)] = &thing{kind: item.Folder, fields: change.Fields{change.Name: fmt.Sprintf("Folder %d", i)}}
		was[idOf("00l", i)] = now[idOf("00l", i)]
	}
	w.sync(was)
	w.sync(now)
	got, pages := w.all(Query{})
	if diff := cmp.Diff(plainFacts(was, now), got.facts()); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if pages < 4 {
		t.Errorf("%d pages", pages)
	}
	first, err := w.engine.Diff(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Reports.Columns) != 200 || len(first.Reports.Gone) == 0 || len(first.Reports.Added) > 0 || len(first.Reports.Moved) > 0 {
		t.Errorf("the first page has %d with columns, %d gone, %d added, %d moved", len(first.Reports.Columns), len(first.Reports.Gone), len(first.Reports.Added), len(first.Reports.Moved))
	}
	reports := first.Totals[item.Report]
	if reports.Lost != 200 || reports.LostColumns != 220 || reports.Columns+reports.State > 0 || reports.Gone != 180 {
		t.Errorf("totals %+v", first.Totals)
	}
}

// A report with more columns than a page has room for is on one page all the same, with what is left out counted.
func TestDiff_anEntryFitsOnAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wide := report(strings.Repeat("\x01", 90000), 1)
	wide.columns = map[string]change.Column{}
	for i := range 5000 {
		wide.columns[fmt.Sprintf("COLUMN_%d", i)] = change.Column{Label: "x"}
	}
	narrow := wide.clone()
	narrow.columns = map[string]change.Column{"y": {}}
	w.sync(moment{idOf("00O", 1): wide, idOf("00O", 2): wide})
	w.sync(moment{idOf("00O", 1): narrow, idOf("00O", 2): narrow})
	got, _ := w.all(Query{})
	if n := len(got.Reports.Columns); n != 2 {
		t.Fatalf("%d reports", n)
	}
	for _, one := range got.Reports.Columns {
		if len(one.Lost) == 0 || len(one.Lost)+one.More != 5001 {
			t.Errorf("%d lost, %d more", len(one.Lost), one.More)
		}
	}
}
