package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// TestWhy_listsTheGapsOfAFolder page by page, of a user's private folder and of the reports in none too.
func TestWhy_listsTheGapsOfAFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := moment{
		idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}},
		idOf("00l", 2): {kind: item.Folder, fields: change.Fields{change.Name: "Service", change.Folder: idOf("00l", 1)}},
		idOf("00O", 1): report("healthy", 1), idOf("00O", 2): without(description.ReasonNoAccess, "denied"),
		idOf("00O", 3): without(description.ReasonServerError, "failed"), idOf("00O", 4): without(description.ReasonUnsupported, "joined"),
		idOf("00O", 5): without(description.ReasonNoAccess, "private"), idOf("00O", 6): without(description.ReasonNoAccess, "unfiled"),
		idOf("00O", 7): without(description.ReasonGone, "gone"),
		idOf("01Z", 1): {kind: item.Dashboard, fields: change.Fields{change.Name: "Board", change.Folder: idOf("00l", 1)}},
	}
	now[idOf("00O", 5)].fields[change.Folder] = idOf("005", 3)
	now[idOf("00O", 6)].fields[change.Folder] = idOf("00D", 1)
	w.sync(now)
	q, reports := Query{Of: "Sales", Limit: 1}, []string{}
	for pages := 0; pages == 0 || q.Cursor != ""; pages++ {
		got, err := w.engine.Why(t.Context(), q)
		if err != nil || len(got.Matches) != 1 || pages > 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		c := got.Matches[0].Contents
		if diff := cmp.Diff(map[string]int64{"no_access": 1, "server_error": 1}, c.Gaps); diff != "" || c.Reports != 4 || c.Dashboards != 1 {
			t.Errorf("%+v (-want +got):\n%s", c, diff)
		}
		for _, gap := range c.Listed {
			reports = append(reports, gap.Name+" "+gap.State+" "+gap.Code)
		}
		q.Cursor = got.Cursor
	}
	if diff := cmp.Diff([]string{"denied denied no_access", "failed failed server_error"}, reports); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for of, want := range map[string]string{idOf("005", 3): "private", idOf("00D", 1)[:15]: "unfiled", "public reports": "unfiled"} {
		got := w.why(of)
		if len(got.Matches) != 1 || got.Matches[0].Contents == nil || got.Matches[0].Contents.Listed[0].Name != want {
			t.Errorf("%s: %+v", of, got)
		}
	}
	if got := w.why(idOf("00l", 2)).Matches[0].Contents; got.Reports != 0 || len(got.Gaps) > 0 {
		t.Errorf("an empty folder: %+v", got)
	}
	if got := w.why(idOf("005", 4)); len(got.Matches) > 0 || got.Unknown == "" {
		t.Errorf("of a user without reports: %+v", got)
	}
	w.engine.Org = &org{}
	if _, err := w.engine.Why(t.Context(), Query{Of: idOf("005", 3), AskOrg: true}); err == nil || !strings.Contains(err.Error(), "ask without") {
		t.Errorf("%v", err)
	}
	for _, bad := range []Query{{Of: "Sales", Cursor: "x"}, {Of: "healthy", Cursor: idOf("00O", 1)}} {
		if _, err := w.engine.Why(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "is no cursor") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestWhy_fitsThePageWithTheGapsOfAFolder has more of them than a page holds, with long names.
func TestWhy_fitsThePageWithTheGapsOfAFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := moment{idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}}}
	const gaps = 300
	for n := range gaps {
		now[idOf("00O", n)] = without(description.ReasonNoAccess, strings.Repeat("long ", 60))
	}
	w.sync(now)
	q, listed, pages := Query{Of: "Sales", Limit: 1000}, 0, 0
	for more := true; more; more = q.Cursor != "" {
		got, err := w.engine.Why(t.Context(), q)
		if err != nil || bytesOf(got) > PageBytes {
			t.Fatalf("%d bytes, %v", bytesOf(got), err)
		}
		listed, pages, q.Cursor = listed+len(got.Matches[0].Contents.Listed), pages+1, got.Cursor
	}
	if listed != gaps || pages < 3 {
		t.Errorf("%d of %d gaps on %d pages", listed, gaps, pages)
	}
}

// TestWhy_asksForTheNameNow of a report that was renamed since, and of one that is listed and gone.
func TestWhy_asksForTheNameNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{idOf("00O", 1): report("old name", 1)})
	w.sync(moment{idOf("00O", 1): report("old name", 1), idOf("00O", 2): without(description.ReasonGone, "never there")})
	ask := func(of, name string, visible bool) Match {
		t.Helper()
		w.engine.Org = &org{found: Found{Visible: visible, Name: name, Calls: 1}}
		got, err := w.engine.Why(t.Context(), Query{Of: of, AskOrg: true})
		if err != nil {
			t.Fatal(err)
		}
		return got.Matches[0]
	}
	if m := ask("old name", "new name", true); !strings.Contains(m.InOrg, `It is called "new name" there now`) {
		t.Error(m.InOrg)
	}
	if m := ask("old name", "old name", true); strings.Contains(m.InOrg, "called") {
		t.Error(m.InOrg)
	}
	if m := ask("never there", "", false); !strings.Contains(m.Reason, "lists this report") || strings.Contains(m.Reason, "or hidden") ||
		strings.Contains(m.Reason, "the last one that had") {
		t.Error(m.Reason)
	}
}

// TestWhy_listsTheGapsOfTheOnlyFolderOfAName, and of several folders none.
func TestWhy_listsTheGapsOfTheOnlyFolderOfAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := moment{
		idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}},
		idOf("00O", 1): report("Sales", 1), idOf("00O", 2): without(description.ReasonNoAccess, "denied"),
	}
	w.sync(now)
	listed := func() (all int) {
		for _, m := range w.why("Sales").Matches {
			if m.Contents != nil {
				all += len(m.Contents.Listed)
			}
		}
		return all
	}
	if got := listed(); got != 1 {
		t.Errorf("beside a report of the name %d gaps are listed", got)
	}
	now[idOf("00l", 2)] = now[idOf("00l", 1)]
	w.sync(now)
	if got := listed(); got != 0 {
		t.Errorf("of two folders %d gaps are listed", got)
	}
}
