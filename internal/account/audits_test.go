package account

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
)

// reportOf is a description of report n of a type, made on a day.
func reportOf(t *testing.T, n, day int, of, modified string, state description.State, label string) string {
	t.Helper()
	d := description.Description{ID: id("00O", n), State: state, Modified: modified, At: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)}
	d.Audited = day == 2 && modified == "x" // its date stands still
	if state.HasColumns() {
		d.Type = of
		d.ReportMetadata = fmt.Appendf(nil, `{"reportType":{"type":%q},"detailColumns":["A"]}`, of)
		d.ReportExtendedMetadata = fmt.Appendf(nil, `{"detailColumnInfo":{"A":{"label":%q,"dataType":"string"}}}`, label)
	} else {
		d.Reason = map[description.State]description.Reason{
			description.StateObsolete: description.ReasonObsolete, description.StateDenied: description.ReasonNoAccess,
		}[state]
	}
	line, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func TestWrite_countsWhatWasDescribedAgainThoughItsDateStoodStill(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	last := staging.Sync{Source: "acme", ID: "20261122T163337Z-ab12cd34"}
	for _, sync := range []staging.Sync{last, f.Sync} {
		f.Put(sync.Inventory("reports"), report(0), report(1), report(2), report(3), report(4), report(5), report(6))
		for _, kind := range []listing.Kind{listing.Folders, listing.Dashboards, listing.Components, listing.Users} {
			f.Put(sync.Inventory(string(kind)))
		}
	}
	const described, reused = description.StateDescribed, description.StateReused
	f.Put(last.Described(),
		reportOf(t, 0, 1, "T", "x", described, "a"), reportOf(t, 1, 1, "T", "x", reused, "a"), reportOf(t, 2, 1, "T", "x", described, "a"),
		reportOf(t, 3, 1, "U", "x", described, "a"), reportOf(t, 4, 1, "U", "x", described, "a"), reportOf(t, 5, 1, "U", "x", described, "a"),
		reportOf(t, 6, 1, "", "x", description.StateDenied, ""))
	f.in.Sync = last
	if _, err := Write(t.Context(), f.in, Manifest{Identity: orgtest.Me}); err != nil {
		t.Fatal(err)
	}
	before := history.Record{
		Sync: last.ID, Source: "acme", Identity: orgtest.Me, Audits: map[string]history.Audit{"T": {Audited: 5, Drifted: 1}, "V": {Audited: 7}},
	}
	if err := f.Store.WriteJSON(t.Context(), staging.RecordKey("acme", last.ID), before); err != nil {
		t.Fatal(err)
	}
	f.Put(f.Sync.Described(),
		reportOf(t, 0, 2, "T", "x", described, "b"),                // drifted
		reportOf(t, 1, 2, "T", "x", described, "a"),                // the same
		reportOf(t, 2, 1, "T", "x", reused, "a"),                   // not described again
		reportOf(t, 3, 2, "U", "y", described, "b"),                // changed
		reportOf(t, 4, 2, "U", "x", description.StateObsolete, ""), // its type has lost what it shows
		reportOf(t, 5, 2, "U", "x", description.StateDenied, ""),   // a right was lost
		reportOf(t, 6, 2, "U", "x", described, "a"))                // tried again
	f.in.Sync = f.Sync
	if _, err := Write(t.Context(), f.in, Manifest{Identity: orgtest.Me}); err != nil {
		t.Fatal(err)
	}
	var record history.Record
	if err := record.Take(t.Context(), f.Store, f.Sync); err != nil {
		t.Fatal(err)
	}
	want := map[string]history.Audit{"T": {Audited: 7, Drifted: 2}, "U": {Audited: 1, Drifted: 1}, "V": {Audited: 7}}
	if diff := cmp.Diff(want, record.Audits); diff != "" {
		t.Errorf("audits (-want +got):\n%s", diff)
	}
	changes := change.Counts{item.Report: {Lost: 2, LostColumns: 2, Columns: 2, State: 1}} // 4 and 5 are lost
	if diff := cmp.Diff(changes, record.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestAudits_decideWhichTypesAreDescribedAgain has a small type that has drifted, and one that was described again as a whole.
func TestAudits_decideWhichTypesAreDescribedAgain(t *testing.T) {
	t.Parallel()
	counted := audits{}
	for n, state := range []description.State{description.StateDescribed, description.StateReused, description.StateDescribed, description.StateDenied} {
		head := description.Description{State: state, Type: "Small", Audited: n < 2, At: time.Unix(2, 0)}
		counted.see(&head)
		counted.count(&side{head: description.Description{Type: "Small"}, has: true}, &side{head: head, has: true}, true)
	}
	counted.add("", audited{audits: 3, drifted: 3, reports: 3})
	if want := (audits{"Small": {2, 2, 3}}); !maps.Equal(want, counted) {
		t.Errorf("counted %+v", counted)
	}
	got := counted.after(map[string]history.Audit{"Renewed": {Audited: 300, Drifted: 300, Renew: true}, "Other": {Audited: 3}})
	if diff := cmp.Diff(map[string]history.Audit{"Small": {Audited: 2, Drifted: 2, Renew: true}, "Other": {Audited: 3}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrite_namesTheFoldersWithMostGaps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var reports, described []string
	for n := range 60 { // the folder of the first is hidden, the last lie in a private one
		folder := fmt.Sprintf(`"OwnerId":%q,`, id("00l", n%5))
		state := description.StateDenied
		switch {
		case n == 0:
			folder = ""
		case n >= 50:
			folder = fmt.Sprintf(`"OwnerId":%q,`, id("005", 1))
		case n%5 == 4:
			state = description.StateObsolete
		}
		reports = append(reports, fmt.Sprintf(`{"Id":%q,%s"Name":"x"}`, id("00O", n), folder))
		described = append(described, reportOf(t, n, 1, "", "x", state, ""))
	}
	f.inventory(listing.Reports, reports...)
	f.Put(f.Sync.Described(), described...)
	folder := func(n int, name string) string { return fmt.Sprintf(`{"Id":%q,"Name":%q}`, id("00l", n), name) }
	f.inventory(listing.Folders, folder(0, "Zero"), folder(2, "Two"), folder(7, "Empty"))
	for _, kind := range []listing.Kind{listing.Dashboards, listing.Components, listing.Users} {
		f.inventory(kind)
	}
	if _, err := Write(t.Context(), f.in, Manifest{}); err != nil {
		t.Fatal(err)
	}
	var record history.Record
	if err := record.Take(t.Context(), f.Store, f.Sync); err != nil {
		t.Fatal(err)
	}
	why := func(n int64) map[string]int64 { return map[string]int64{"no_access": n} }
	want := []history.FolderGaps{
		{Folder: id("005", 1), Gaps: 10, Reasons: why(10)},
		{Folder: id("00l", 1), Gaps: 10, Reasons: why(10)},
		{Folder: id("00l", 2), Name: "Two", Gaps: 10, Reasons: why(10)},
		{Folder: id("00l", 3), Gaps: 10, Reasons: why(10)},
		{Folder: id("00l", 0), Name: "Zero", Gaps: 9, Reasons: why(9)},
	}
	if diff := cmp.Diff(want, record.GapFolders); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}
