package gather

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/report"
	"longhaul/internal/staging"
)

func TestGather_numbersAreThoseOfTheAccountAndTheRecord(t *testing.T) {
	t.Parallel()
	const n = 483
	o := newOrg(t, n)
	o.record()
	d := o.gather()
	states, reasons, messages := o.account()
	if diff := cmp.Diff(states, d.Record.States); diff != "" {
		t.Errorf("the record's states (-account +page):\n%s", diff)
	}
	counted := map[string]int64{}
	for _, gap := range gapsOf(t, d) {
		counted[gap.Reason]++
		if gap.Words != messages[gap.ID] || gap.Do == "" || !gap.Since.Equal(began(o.Sync.ID)) {
			t.Errorf("%+v, the account says %q", gap, messages[gap.ID])
		}
	}
	if diff := cmp.Diff(reasons, counted); diff != "" {
		t.Errorf("gaps (-account +page):\n%s", diff)
	}
	if diff := cmp.Diff(d.Record.Reasons, counted); diff != "" {
		t.Errorf("gaps (-record +page):\n%s", diff)
	}
	var sum report.Folder
	for i := range d.Folders {
		add(&sum, &d.Folders[i])
	}
	want := report.Folder{
		Reports:    n - states[description.StateGone] - states[description.StateFiltered],
		Columns:    states[description.StateDescribed] + states[description.StateReused],
		Gaps:       states[description.StateDenied] + states[description.StateFailed],
		Dashboards: d.Record.Kinds["dashboards"],
	}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Errorf("folders (-account +page):\n%s", diff)
	}
	last := d.Series.Points[len(d.Series.Points)-1]
	if last.Reports != states[description.StateDescribed] || last.Calls != d.Record.APICalls {
		t.Errorf("at the end %+v", last)
	}
	items := map[description.State]int64{}
	err := d.Items(func(one item.Item) bool {
		if one.Kind == item.Report {
			items[one.State]++
		}
		return true
	})
	if diff := cmp.Diff(states, items); diff != "" || err != nil {
		t.Errorf("items (-account +page):\n%s, %v", diff, err)
	}
}

func TestGather_foldsFolders(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 48)
	o.record()
	d := o.gather()
	rows := map[string]int64{}
	for _, f := range d.Folders {
		rows[fmt.Sprintf("%s|%s|%v", f.ID, f.Name, f.Private)] = f.Reports + 100*f.Dashboards
	}
	want := map[string]int64{}
	for i := range 48 {
		if s := stateOf(i); s == description.StateGone || s == description.StateFiltered {
			continue
		}
		want[[]string{id("00l", 3) + "|Sales|false", id("00l", 2) + "|Service|false", "||true", "||false", id("00l", 99) + "||false", "||true"}[i%6]]++
	}
	want[id("00l", 3)+"|Sales|false"] += 100
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for folder, want := range map[string]string{
		id("00l", 1): "EMEA", user: "private folder of " + user, id("00D", 1): "Public Reports",
		id("00l", 99): "folder " + id("00l", 99) + ", which the run-as user does not see",
		"":            "not known: Salesforce hides it from the run-as user",
	} {
		if got := d.FolderWords(folder); got != want {
			t.Errorf("folder %s is called %q, want %q", folder, got, want)
		}
	}
}

func TestTop_sumsUpTheRest(t *testing.T) {
	t.Parallel()
	tree := newTree()
	var reports int64
	for i := range 3 * report.MostFolders {
		for range i + 1 {
			tree.take(&item.Item{ID: id("00O", i), Kind: item.Report, Folder: id("00l", i), State: description.StateDescribed})
			reports++
		}
	}
	all := tree.top()
	last := all[len(all)-1]
	if len(all) != report.MostFolders || last.Rest != 2*report.MostFolders+1 || last.ID != "" || all[0].Reports != 3*report.MostFolders {
		t.Errorf("%d rows, the first %+v, the last %+v", len(all), all[0], last)
	}
	for _, row := range all {
		reports -= row.Reports
	}
	if reports != 0 {
		t.Errorf("%d reports are missing", reports)
	}
}

func TestGather_aSyncWithoutARecord(t *testing.T) {
	t.Parallel()
	o := stage(t)
	if _, err := (Source{Store: o.Store, Name: "acme"}).Gather(t.Context(), o.Sync.ID); err == nil || !strings.Contains(err.Error(), "left no end") {
		t.Errorf("got %v", err)
	}
	end := history.End{Outcome: "failed", At: start.Add(time.Minute), Message: "the secret is wrong", APICalls: 3}
	if err := o.Store.WriteJSON(t.Context(), o.Sync.End(), end); err != nil {
		t.Fatal(err)
	}
	d := o.gather()
	if d.End.Message != end.Message || d.Record != nil || d.Listed || !d.First || len(gapsOf(t, d)) > 0 || !d.Series.Begin.Equal(began(o.Sync.ID)) ||
		d.Series.Points[len(d.Series.Points)-1].Calls != 3 {
		t.Errorf("%+v", d)
	}
	if d.Series.Counted {
		t.Error("nobody knows what it described")
	}
	const before = "20261122T181610.000Z-ab12cd34"
	if err := o.Store.WriteJSON(t.Context(), staging.RecordKey("acme", before), history.Record{Uploaded: true, Finished: start}); err != nil {
		t.Fatal(err)
	}
	if d := o.gather(); d.First || d.Before == nil || d.Before.Sync != before || !d.Before.At.Equal(start) {
		t.Errorf("the sync that was delivered before is %+v", d.Before)
	}
	none := func(change.Change) bool { t.Error("a change"); return true }
	if err := d.Changes(none); err != nil {
		t.Error(err)
	}
}

// TestGather_findsTheDashboardsOfReportsThatAreNotThere by their components, where the record counts such reports.
func TestGather_findsTheDashboardsOfReportsThatAreNotThere(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 3)
	o.Put(o.Sync.Inventory("components"),
		fmt.Sprintf(`{"Id":%q,"Name":"There","DashboardId":%q,"CustomReportId":%q}`, id("01a", 1), id("01Z", 1), id("00O", 1)),
		fmt.Sprintf(`{"Id":%q,"Name":"Not there","DashboardId":%q,"CustomReportId":%q}`, id("01a", 2), id("01Z", 1), id("00O", 99)),
		fmt.Sprintf(`{"Id":%q,"Name":"A text","DashboardId":%q,"CustomReportId":null}`, id("01a", 3), id("01Z", 1)))
	if _, err := account.Write(t.Context(), account.Input{Store: o.Store, Sync: o.Sync}, account.Manifest{}); err != nil {
		t.Fatal(err)
	}
	o.record(func(r *history.Record) { r.Unseen = &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1} })
	want := []report.Unlisted{{Component: "Not there", Dashboard: id("01Z", 1), Name: "Board"}}
	if diff := cmp.Diff(want, o.gather().Unlisted); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
