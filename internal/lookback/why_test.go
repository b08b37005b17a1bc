package lookback

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// planted is one question and what is known of the record by the files of the syncs.
type planted struct {
	name, of, id string
	state, code  string // that was planted
}

// garden finds records to plant something in: each once, reports that are described in a folder, and whatever else is named.
type garden struct {
	newest *truth
	taken  map[string]bool
}

func (w *garden) pick(t *testing.T, kind string, fits func(id string, r *record) bool) string {
	t.Helper()
	for _, id := range slices.Sorted(maps.Keys(w.newest.records)) {
		r := w.newest.records[id]
		if r.kind == kind && !w.taken[id] && !w.taken[r.folder] && (fits == nil || fits(id, r)) {
			w.taken[id] = true
			return id
		}
	}
	t.Fatalf("there is no %s left to plant something in", kind)
	return ""
}

func (w *garden) report(t *testing.T) string {
	t.Helper()
	return w.pick(t, "report", func(_ string, r *record) bool { return r.state == "described" && strings.HasPrefix(r.folder, "00l") })
}

// folder picks a folder that holds described reports and no other folder; none of what is in it is picked afterwards.
func (w *garden) folder(t *testing.T) (id, report string) {
	t.Helper()
	parents := map[string]bool{}
	for _, r := range w.newest.records {
		if r.kind == "folder" {
			parents[r.folder] = true
		}
	}
	id = w.pick(t, "folder", func(id string, _ *record) bool {
		if parents[id] {
			return false
		}
		report = ""
		for other, r := range w.newest.records {
			if r.folder == id && w.taken[other] {
				return false
			}
			if r.folder == id && r.kind == "report" && r.state == "described" && (report == "" || other < report) {
				report = other
			}
		}
		return report != ""
	})
	return id, report
}

func ids(all ...string) server.Picks { return server.Picks{IDs: all} }

// plantCases changes what is asked for afterwards, and syncs between.
func (p *plant) plantCases(t *testing.T, syncs []*truth) ([]*truth, []planted) {
	t.Helper()
	mode := "full" // at first: so far, reports may be refused of which no date tells
	next := func(after time.Duration) {
		p.pass(t, after)
		syncs = append(syncs, p.keepAside(t, p.sync(t, map[string]any{"mode": mode}), syncs[len(syncs)-1]))
		mode = "auto"
		syncs[len(syncs)-1].deliver = true
	}
	next(12 * time.Hour)
	w := &garden{newest: syncs[len(syncs)-1], taken: map[string]bool{}}
	name := func(id string) string { return w.newest.records[id].name }
	hidden, inHidden := w.folder(t)
	shown, inShown := w.folder(t)
	renamed, moved, private, denied, allowed, obsolete := w.report(t), w.report(t), w.report(t), w.report(t), w.report(t), w.report(t)
	deleted, back, joined, wide, gained := w.report(t), w.report(t), w.report(t), w.report(t), w.report(t)
	brief := w.report(t) // one sync has not
	board := w.pick(t, "dashboard", func(_ string, r *record) bool { return strings.HasPrefix(r.folder, "00l") })
	lost := w.pick(t, "dashboard", func(_ string, r *record) bool { return strings.HasPrefix(r.folder, "00l") })
	before := maps.Clone(w.newest.records)
	p.churn(t, server.Churn{
		Rename: ids(renamed), Move: ids(moved), Private: ids(private), Delete: ids(deleted, back, brief), Join: ids(joined), Widen: ids(wide),
		Gain: ids(gained), Deny: ids(denied, allowed), Obsolete: ids(obsolete), Create: 1,
	})
	p.churn(t, server.Churn{Rename: ids(denied, allowed, obsolete)}) // no date would tell of the refusal
	p.churn(t, server.Churn{Object: "Folder", Close: ids(hidden, shown)})
	p.churn(t, server.Churn{Object: "Dashboard", RunAs: ids(board), Delete: ids(lost)})
	next(12 * time.Hour)
	p.churn(t, server.Churn{Restore: ids(brief)})
	component := ""
	for id, r := range before {
		if _, there := syncs[len(syncs)-1].records[id]; r.kind == "component" && !there && (component == "" || id < component) {
			component = id
		}
	}
	next(12 * time.Hour)
	p.churn(t, server.Churn{Restore: ids(back), Allow: ids(allowed)})
	p.churn(t, server.Churn{Object: "Folder", Open: ids(shown)})
	for range 3 {
		next(26 * time.Hour)
	}
	w.newest = syncs[len(syncs)-1]
	created := w.pick(t, "report", func(id string, _ *record) bool { _, had := before[id]; return !had && id != back && id != inShown })
	const host = "https://acme.my.salesforce.com/"
	return syncs, []planted{
		{"renamed, by its Id", renamed[:15], renamed, "described", ""},
		{"renamed, by the name before", before[renamed].name, renamed, "described", ""},
		{"renamed, by its name", name(renamed), renamed, "described", ""},
		{"moved, by a link of Lightning", host + "lightning/r/Report/" + moved + "/view?queryScope=userFolders", moved, "described", ""},
		{"moved to a private folder", private, private, "gone", "gone"},
		{"denied, by a link of Classic", host + denied[:15], denied, "denied", "no_access"},
		{"denied and allowed again", allowed, allowed, "described", ""},
		{"obsolete", obsolete, obsolete, "obsolete", "obsolete"},
		{"deleted", deleted, deleted, "gone", "gone"},
		{"deleted, by its name", before[deleted].name, deleted, "gone", "gone"},
		{"vanished and back", back, back, "described", ""},
		{"vanished from one sync", brief, brief, "described", ""},
		{"joined", joined, joined, "unsupported", "unsupported"},
		{"too many columns", wide, wide, "unsupported", "too_many_columns"},
		{"a column more", gained, gained, "described", ""},
		{"folder hidden", hidden, hidden, "gone", "gone"},
		{"in a hidden folder", inHidden, inHidden, "gone", "gone"},
		{"folder hidden and given back", shown, shown, "listed", ""},
		{"in a folder that was given back", inShown, inShown, "described", ""},
		{"created", created, created, "described", ""},
		{"runs as another user", board, board, "listed", ""},
		{"dashboard deleted", lost, lost, "gone", "gone"},
		{"component of a deleted dashboard", component, component, "gone", "gone"},
		{"private since ever", p.secluded(t), "", "", ""},
		{"never listed", "00OHs0aaaaaaaaaMAA", "", "", ""},
		{"never listed, by a name", "There is no such name", "", "", ""},
		{"of another org", "https://other.my.salesforce.com/lightning/r/Report/00OHs0bbbbbbbbbMAA/view", "", "", ""},
	}
}

// secluded is a report in a private folder of another user that no sync has listed.
func (p *plant) secluded(t *testing.T) string {
	t.Helper()
	for i := range p.org.Count("Report") {
		if p.org.Private("Report", i) {
			return p.org.ID("Report", i)
		}
	}
	t.Fatal("the org has no private reports")
	return ""
}

// requireWhy asks for each planted case.
func (p past) requireWhy(t *testing.T, cases []planted) {
	t.Helper()
	for _, one := range cases {
		engine := p.engine()
		engine.Host = "acme.my.salesforce.com"
		w, err := engine.Why(t.Context(), answer.Query{Question: answer.AskWhy, Of: one.of})
		if err != nil {
			t.Errorf("%s: %v", one.name, err)
			continue
		}
		if one.id == "" {
			if len(w.Matches) > 0 || w.Unknown == "" || strings.Contains(w.Unknown, "link is of other") != (one.name == "of another org") {
				t.Errorf("%s: %+v", one.name, w)
			}
			continue
		}
		at := slices.IndexFunc(w.Matches, func(m answer.Match) bool { return m.ID == one.id })
		if at < 0 || len(w.Matches) > 1 && one.of == one.id {
			t.Errorf("%s: the answer is %+v", one.name, w)
			continue
		}
		m := &w.Matches[at]
		if state := strings.Replace(m.State, "reused", "described", 1); state != one.state || m.Code != one.code {
			t.Errorf("%s: it is %s (%s), want %s (%s)", one.name, m.State, m.Code, one.state, one.code)
		}
		if (m.Reason == "") != (one.code == "") || (m.Fix == "") != (one.code == "") {
			t.Errorf("%s: the reason %q, the fix %q", one.name, m.Reason, m.Fix)
		}
		requireKnown(t, one.name, p.syncs, m)
	}
}

// requireKnown compares a match with the files of all syncs.
func requireKnown(t *testing.T, name string, syncs []*truth, m *answer.Match) {
	t.Helper()
	last := len(syncs) - 1
	for !syncs[last].records[m.ID].exists() {
		last--
	}
	r, since := syncs[last].records[m.ID], last
	for since > 0 {
		if old := syncs[since-1].records[m.ID]; !old.exists() || old.state != r.state || old.reason != r.reason {
			break
		}
		since--
	}
	if last < len(syncs)-1 {
		since = last + 1
	}
	began, _, _ := staging.ParseSyncID(syncs[since].sync)
	if !m.Since.Equal(began) || m.LastSync != syncs[last].sync {
		t.Errorf("%s: since %s, last in %s; want %s, %s", name, m.Since, m.LastSync, syncs[since].sync, syncs[last].sync)
	}
	if m.Name != r.name || m.CreatedBy != r.createdBy || m.ModifiedBy != r.modifiedBy {
		t.Errorf("%s: it is %q by %s and %s, want %+v", name, m.Name, m.CreatedBy, m.ModifiedBy, r)
	}
	requirePresence(t, name, syncs[:last+1], m)
	if folder := syncs[len(syncs)-1].records[r.folder]; r.kind != "component" && folder != nil && folder.kind == "folder" && m.Folder != folder.name {
		t.Errorf("%s: it lies in %q, want %q", name, m.Folder, folder.name)
	}
	for last >= 0 && (!syncs[last].result.Uploaded || !syncs[last].records[m.ID].exists()) {
		last--
	}
	if last < 0 {
		return
	}
	file := ""
	for _, one := range syncs[last].result.Files["castor"] {
		if strings.HasSuffix(one.Name, map[string]string{
			"report": "-reports.json", "dashboard": "-dashboards.json", "folder": "-folders.json", "component": "-dashboard_components.json",
		}[r.kind]) {
			file = one.Name
		}
	}
	if m.File["castor"] != file || m.DeliveredAt["castor"].IsZero() {
		t.Errorf("%s: delivered at %s in %q, want %q", name, m.DeliveredAt["castor"], m.File["castor"], file)
	}
}

// requirePresence compares since when a match has been there, and its last absence before that, with the files of the syncs up to the last
// one that had it.
func requirePresence(t *testing.T, name string, syncs []*truth, m *answer.Match) {
	t.Helper()
	there := func(n int) bool { return syncs[n].records[m.ID].exists() }
	began := func(n int) time.Time {
		at, _, _ := staging.ParseSyncID(syncs[n].sync)
		return at
	}
	back := len(syncs) - 1
	for back > 0 && there(back-1) {
		back--
	}
	before := back - 1
	for before >= 0 && !there(before) {
		before--
	}
	var away *answer.Away
	if before >= 0 {
		away = &answer.Away{LastSync: syncs[before].sync, Gone: began(before + 1), Back: began(back)}
	}
	if diff := cmp.Diff(away, m.Away); diff != "" || !m.FirstSeen.Equal(began(back)) {
		t.Errorf("%s: there since %s, want %s; away (-want +got):\n%s", name, m.FirstSeen, began(back), diff)
	}
}
