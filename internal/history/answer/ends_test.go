package answer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// steps is a source with one more report at each sync.
func steps(t *testing.T, n int) *world {
	t.Helper()
	w := newWorld(t)
	for i := range n {
		now := moment{}
		for j := range i + 1 {
			now[idOf("00O", j)] = report(fmt.Sprintf("report %d", j), 1)
		}
		w.sync(now)
	}
	return w
}

func (w *world) drop(to, from int) {
	w.t.Helper()
	if err := w.store.Delete(w.t.Context(), staging.ChangesKey(source, w.syncs[to], w.syncs[from])); err != nil {
		w.t.Fatal(err)
	}
}

func TestDiff_defaultsToWhatTheRecordWasComparedWith(t *testing.T) {
	t.Parallel()
	w := steps(t, 4)
	w.sync(w.last(), func(r *history.Record) { r.Compared = w.syncs[1] })
	for _, row := range []struct {
		q        Query
		from, to int
		added    int
	}{
		{Query{}, 1, 4, 2},
		{Query{To: "previous"}, 2, 3, 1},
		{Query{From: w.syncs[0]}, 0, 4, 3},
		{Query{From: "2026-09-01", To: "2026-09-02"}, 1, 3, 2},
		{Query{From: w.syncs[3], To: w.syncs[3]}, 3, 3, 0},
	} {
		got, err := w.engine.Diff(t.Context(), row.q)
		if err != nil || got.From != w.syncs[row.from] || got.To != w.syncs[row.to] || len(got.Reports.Added) != row.added {
			t.Errorf("%+v: %+v, %v", row.q, got, err)
		}
	}
	back, err := w.engine.Diff(t.Context(), Query{From: w.syncs[3], To: w.syncs[0]})
	if err != nil || len(back.Reports.Gone) != 3 || len(back.Reports.Added) != 0 || back.Totals[item.Report].Gone != 3 {
		t.Errorf("backwards: %+v, %v", back, err)
	}
}

func TestDiff_saysWhichPairsItCanServe(t *testing.T) {
	t.Parallel()
	w := steps(t, 7)
	w.drop(3, 2) // the chain breaks between 2 and 3
	failed := w.skip(nil, &history.End{Outcome: "failed"})
	for _, row := range []struct {
		q    Query
		says []string
	}{
		{Query{From: w.syncs[1], To: w.syncs[4]}, []string{
			"cannot be compared", "any two of the 4 syncs from " + w.syncs[3] + " to " + w.syncs[6],
			"any two of the 3 syncs from " + w.syncs[0] + " to " + w.syncs[2],
		}},
		{Query{To: failed}, []string{failed + " ended as failed and left no record"}},
		{Query{From: failed}, []string{failed + " ended as failed and left no record"}},
		{Query{To: w.syncs[0]}, []string{"had none before it", w.syncs[6]}},
		{Query{Kind: "accounts"}, []string{"reports, dashboards"}},
		{Query{Folder: "nowhere"}, []string{`no folder is called "nowhere"`}},
		{Query{Cursor: "x"}, []string{"no cursor"}},
	} {
		_, err := w.engine.Diff(t.Context(), row.q)
		for _, text := range row.says {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%+v gives %v, without %q", row.q, err, text)
			}
		}
	}
	if got, _ := w.all(Query{From: w.syncs[3], To: w.syncs[6]}); len(got.Reports.Added) != 3 {
		t.Errorf("after the break: %+v", got.Reports)
	}
	none := newWorld(t)
	none.sync(moment{})
	if _, err := none.engine.Diff(t.Context(), Query{}); err == nil || !strings.Contains(err.Error(), "none before it") {
		t.Errorf("of one sync: %v", err)
	}
}

// The oldest log is folded into the next one: at any point of that, what can be compared still can.
func TestDiff_whileLogsAreFolded(t *testing.T) {
	t.Parallel()
	w := steps(t, 5)
	w.log(w.syncs[2], w.syncs[0], compare(w.moments[0], w.moments[2]))
	check := func(when string, from, to int, want error) {
		t.Helper()
		got, err := w.engine.Diff(t.Context(), Query{From: w.syncs[from], To: w.syncs[to]})
		if (err == nil) != (want == nil) || err == nil && len(got.Reports.Added) != to-from {
			t.Errorf("%s, %d to %d: %v", when, from, to, err)
		}
	}
	for _, from := range []int{0, 1, 2} {
		check("written", from, 4, nil)
	}
	w.drop(1, 0)
	check("half", 0, 4, nil)
	check("half", 1, 4, nil)
	w.drop(2, 1)
	check("folded", 0, 4, nil)
	check("folded", 2, 4, nil)
	check("folded", 1, 4, fmt.Errorf("gone"))
	logs, err := w.engine.kept().chain(t.Context(), w.syncs)
	if err != nil {
		t.Fatal(err)
	}
	if path, _ := logs.Path(w.syncs[0], w.syncs[4]); len(path) != 3 {
		t.Errorf("%d logs", len(path))
	}
}

func TestDiff_ofOneKindAndOneFolder(t *testing.T) {
	t.Parallel()
	sales, service, private := idOf("00l", 1), idOf("00l", 2), idOf("005", 9)
	was := moment{
		sales: {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}}, service: {kind: item.Folder, fields: change.Fields{change.Name: "Service"}},
		idOf("00O", 1): report("a", 1), idOf("00O", 2): report("b", 1), idOf("00O", 3): report("c", 2), idOf("00O", 4): report("d", 2),
		idOf("00O", 5): report("e", 2), idOf("00O", 6): report("f", 1), idOf("00O", 7): report("g", 1),
		idOf("01Z", 1): {kind: item.Dashboard, fields: change.Fields{change.Name: "Board", change.Folder: sales}},
		idOf("01a", 1): {kind: item.Component, fields: change.Fields{change.Name: "Chart"}},
	}
	was[idOf("00O", 7)].fields[change.Folder] = private
	now := moment{
		sales: {kind: item.Folder, fields: change.Fields{change.Name: "Sales EMEA"}}, service: was[service],
		idOf("00O", 1): report("a2", 1), idOf("00O", 2): report("b", 2), idOf("00O", 3): report("c2", 2), idOf("00O", 4): was[idOf("00O", 4)],
		idOf("00O", 6): was[idOf("00O", 6)], idOf("00O", 7): was[idOf("00O", 7)].clone(), idOf("00O", 8): report("h", 1),
		idOf("01Z", 1): {kind: item.Dashboard, fields: change.Fields{change.Name: "Board 2", change.Folder: sales}},
	}
	now[idOf("00O", 7)].fields[change.Name] = "g2"
	later := moment{sales: now[sales], idOf("00O", 1): report("a2", 2), idOf("00O", 3): report("c2", 1)} // after both
	w := newWorld(t)
	w.sync(was)
	w.sync(now)
	w.sync(later)
	for _, accounts := range []string{"all", "the newest"} {
		if accounts != "all" { // where records were is known from the newest account and what changed since
			for _, sync := range w.syncs[:2] {
				if err := w.store.Delete(t.Context(), staging.AccountKey(source, sync)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, row := range []struct {
			kind, folder string
			want         string
		}{
			{"reports", "", "added h, gone e, moved b, renamed a2 c2 g2"},
			{"dashboard", "", "renamed Board 2"},
			{"", "Sales", "added h, moved b, renamed Board 2 Sales EMEA a2"},
			{"", "sales emea", "added h, moved b, renamed Board 2 Sales EMEA a2"},
			{"", sales[:15], "added h, moved b, renamed Board 2 Sales EMEA a2"},
			{"reports", "Service", "gone e, moved b, renamed c2"},
			{"", private, "renamed g2"},
			{"folders", "", "renamed Sales EMEA"},
			{"components", "", "gone Chart"},
			{"users", "", ""},
		} {
			for _, back := range []bool{false, true} {
				q := Query{From: w.syncs[0], To: w.syncs[1], Kind: row.kind, Folder: row.folder}
				if back {
					q.From, q.To = q.To, q.From
				}
				got, _ := w.all(q)
				if diff := cmp.Diff(row.want, got.words(back)); diff != "" {
					t.Errorf("accounts %s, kind %q, folder %q, back %v (-want +got):\n%s", accounts, row.kind, row.folder, back, diff)
				}
			}
		}
	}
}

// words are what a diff says in short; of a diff backwards those of the other direction.
func (d *Diff) words(back bool) string {
	lists := map[string][]string{}
	for _, of := range []*RecordChanges{&d.Reports.RecordChanges, &d.Dashboards, &d.Components, &d.Folders} {
		added, gone := of.Added, of.Gone
		if back {
			added, gone = gone, added
		}
		for what, list := range map[string][]Named{"added": added, "gone": gone} {
			for _, one := range list {
				lists[what] = append(lists[what], one.Name)
			}
		}
		for _, one := range of.Renamed {
			name := one.Now
			if back {
				name = one.Was
			}
			lists["renamed"] = append(lists["renamed"], name)
		}
		for _, one := range of.Moved {
			lists["moved"] = append(lists["moved"], one.Name)
		}
	}
	var parts []string
	for _, what := range []string{"added", "gone", "moved", "renamed"} {
		if list := lists[what]; len(list) > 0 {
			slices.Sort(list)
			parts = append(parts, what+" "+strings.Join(list, " "))
		}
	}
	return strings.Join(parts, ", ")
}
