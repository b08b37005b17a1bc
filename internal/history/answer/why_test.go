package answer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

func report(name string, folder int) *thing {
	return &thing{kind: item.Report, fields: change.Fields{change.Name: name, change.Folder: idOf("00l", folder), change.State: "described"}}
}

func without(reason description.Reason, name string) *thing {
	t := report(name, 1)
	t.fields[change.State], t.fields[change.Reason] = string(stateOf(reason)), string(reason)
	return t
}

const lightning = "https://acme.lightning.force.com/lightning/r/Report/"

var fileNames = map[item.Kind]string{
	item.Report: "1-reports.json", item.Dashboard: "1-dashboards.json", item.Component: "1-dashboard_components.json", item.Folder: "1-folders.json",
}

// planted is a source of six syncs with records of every fate.
func planted(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	deliver := func(r *history.Record) {
		r.Exports = map[string]history.Delivery{"castor": {Delivered: true, Receipts: []history.Receipt{{At: r.Started.Add(2 * time.Hour)}}}}
	}
	now := moment{
		idOf("00O", 1): report("healthy", 1), idOf("00O", 2): without(description.ReasonNoAccess, "denied"),
		idOf("00O", 3): without(description.ReasonTooManyColumns, "wide"), idOf("00O", 4): without(description.ReasonUnsupported, "joined"),
		idOf("00O", 5): without(description.ReasonObsolete, "obsolete"), idOf("00O", 6): report("deleted", 2), idOf("00O", 7): report("old name", 1),
		idOf("00O", 8): report("moved", 1), idOf("00O", 9): report("back", 1), idOf("00O", 10): report("lost on the way", 1),
		idOf("00O", 11): report("Twin", 1), idOf("00O", 12): report("twin", 1), idOf("00O", 13): report("Twin", 2),
		idOf("00O", 14): report("in private", 1), idOf("00O", 15): report("unfiled", 1), idOf("00O", 16): report("renamed and gone", 1),
		idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}},
		idOf("00l", 2): {kind: item.Folder, fields: change.Fields{change.Name: "Service"}},
		idOf("01Z", 1): {kind: item.Dashboard, fields: change.Fields{change.Name: "Board", change.Folder: idOf("00l", 1)}},
		idOf("01a", 1): {kind: item.Component, fields: change.Fields{change.Name: "Chart", "dashboard": idOf("01Z", 1)}},
	}
	now[idOf("00O", 14)].fields[change.Folder] = idOf("005", 3)
	now[idOf("00O", 15)].fields[change.Folder] = idOf("00D", 1)
	step := func(edit func(moment)) {
		now = maps.Clone(now)
		edit(now)
		w.sync(now, deliver)
	}
	step(func(moment) {})
	step(func(m moment) {
		delete(m, idOf("00O", 9))
		delete(m, idOf("00O", 10))
		m[idOf("00O", 16)] = report("another name", 1)
	})
	step(func(m moment) {
		delete(m, idOf("00O", 6))
		delete(m, idOf("00O", 16))
		m[idOf("00O", 7)] = report("new name", 1)
		m[idOf("00O", 8)] = report("moved", 2)
	})
	step(func(m moment) { m[idOf("00O", 9)] = report("back", 1); m[idOf("00O", 2)] = report("denied", 1) })
	step(func(m moment) { m[idOf("00O", 2)] = without(description.ReasonNoAccess, "denied") })
	step(func(moment) {})
	return w
}

func (w *world) why(of string) *Why {
	w.t.Helper()
	got, err := w.engine.Why(w.t.Context(), Query{Of: of})
	if err != nil {
		w.t.Fatalf("%s: %v", of, err)
	}
	return got
}

func TestWhy_saysWhatBecameOfARecord(t *testing.T) {
	t.Parallel()
	w := planted(t)
	for _, row := range []struct {
		of, state, folder, since, last string // since and last by the number of the sync
		reason, fix                    string // part of the sentence
	}{
		{of: idOf("00O", 1), state: "described", folder: "Sales", since: "0", last: "5"},
		{of: idOf("00O", 1)[:15], state: "described", folder: "Sales", since: "0", last: "5"},
		{of: lightning + idOf("00O", 1) + "/view?queryScope=userFolders", state: "described", folder: "Sales", since: "0", last: "5"},
		{of: "https://acme.my.salesforce.com/" + idOf("01Z", 1)[:15], state: "listed", folder: "Sales", since: "0", last: "5"},
		{of: idOf("01a", 1), state: "listed", folder: "Sales", since: "0", last: "5"},
		{of: idOf("00l", 2), state: "listed", since: "0", last: "5"},
		{of: "healthy", state: "described", folder: "Sales", since: "0", last: "5"},
		{of: "HEALTHY", state: "described", folder: "Sales", since: "0", last: "5"},
		{of: "denied", state: "denied", folder: "Sales", since: "4", last: "5", reason: "lacks access", fix: "permission set"},
		{of: "wide", state: "unsupported", folder: "Sales", since: "0", last: "5", reason: "more columns than", fix: "fewer than 100"},
		{of: "joined", state: "unsupported", folder: "Sales", since: "0", last: "5", reason: "joined reports", fix: "without columns"},
		{of: "obsolete", state: "obsolete", folder: "Sales", since: "0", last: "5", reason: "obsolete", fix: "in Setup"},
		{of: "deleted", state: "gone", folder: "Service", since: "2", last: "1", reason: "The sync of 2026-09-01 18:00:00 UTC was", fix: "recycle bin"},
		{of: idOf("00O", 6), state: "gone", folder: "Service", since: "2", last: "1", reason: "deleted, or hidden", fix: "Manage All Private"},
		{of: idOf("00O", 10), state: "gone", folder: "Sales", since: "1", last: "0", reason: "2026-09-01 06:00"},
		{of: "old name", state: "described", folder: "Sales", since: "0", last: "5"},
		{of: "renamed and gone", state: "gone", folder: "Sales", since: "2", last: "1", reason: "the last one"},
		{of: "moved", state: "described", folder: "Service", since: "0", last: "5"},
		{of: idOf("00O", 9), state: "described", folder: "Sales", since: "3", last: "5"},
		{of: "in private", state: "described", folder: "private folder of " + idOf("005", 3), since: "0", last: "5"},
		{of: "unfiled", state: "described", folder: "Public Reports", since: "0", last: "5"},
	} {
		got := w.why(row.of)
		if len(got.Matches) != 1 || got.Unknown != "" {
			t.Errorf("%s: %d matches, %s", row.of, len(got.Matches), got.Unknown)
			continue
		}
		m := got.Matches[0]
		number := func(at time.Time) string { return fmt.Sprint(int(at.Sub(w.start) / (12 * time.Hour))) }
		is := []string{m.State, m.Folder, number(m.Since), number(began(m.LastSync))}
		if diff := cmp.Diff([]string{row.state, row.folder, row.since, row.last}, is); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.of, diff)
		}
		if !strings.Contains(m.Reason, row.reason) || !strings.Contains(m.Fix, row.fix) || row.reason == "" && m.Reason+m.Fix != "" {
			t.Errorf("%s: %s / %s", row.of, m.Reason, m.Fix)
		}
		if want := began(m.LastSync).Add(2 * time.Hour); !m.DeliveredAt["castor"].Equal(want) {
			t.Errorf("%s: delivered at %v, want %v", row.of, m.DeliveredAt, want)
		}
		if want := fileNames[m.Kind]; m.File["castor"] != want {
			t.Errorf("%s: in %v, want %s", row.of, m.File, want)
		}
	}
	if m := w.why("old name").Matches[0]; m.Name != "new name" || m.FormerName != "old name" {
		t.Errorf("renamed: %+v", m)
	}
	if m := w.why(idOf("01a", 1)).Matches[0]; m.Dashboard != "Board" {
		t.Errorf("the component: %+v", m)
	}
}

func TestWhy_severalRecordsOfAName(t *testing.T) {
	t.Parallel()
	w := planted(t)
	for of, want := range map[string]int{"Twin": 2, "twin": 1, "TWIN": 3} {
		if got := w.why(of); len(got.Matches) != want || got.More != 0 {
			t.Errorf("%s: %d matches, %d more", of, len(got.Matches), got.More)
		}
	}
	now := moment{}
	for i := range 50 {
		now[idOf("00O", 100+i)] = report(strings.Repeat("many", 100), 1)
	}
	w.sync(now)
	got := w.why(strings.Repeat("many", 100))
	if len(got.Matches) != MostMatches || got.More != 30 || bytesOf(got) > PageBytes {
		t.Errorf("%d matches, %d more, %d bytes", len(got.Matches), got.More, bytesOf(got))
	}
}

func TestWhy_ofWhatNoSyncHas(t *testing.T) {
	t.Parallel()
	w := planted(t)
	w.engine.Host = "acme.my.salesforce.com"
	foreign := "https://other.lightning.force.com/lightning/r/Report/" + idOf("00O", 99) + "/view"
	for of, says := range map[string][]string{
		idOf("00O", 99): {
			"No sync that is kept has this report", "since 2026-09-01", "another user's private folder", "scope.private: false",
			"not shared with the run-as user (" + idOf("005", 1), "another org", "ask_org",
		},
		idOf("01Z", 99):   {"this dashboard", "View Dashboards in Public Folders"},
		idOf("00l", 99):   {"this folder", "not be shared with"},
		"0015g00000AbCdE": {"As an Id it is none of a report"},
		"no such name":    {"this record", "try its Id"},
		foreign:           {"The link is of other.lightning.force.com", "reads acme.my.salesforce.com"},
	} {
		got := w.why(of)
		for _, text := range says {
			if len(got.Matches) > 0 || !strings.Contains(got.Unknown, text) {
				t.Errorf("%s: %d matches, without %q:\n%s", of, len(got.Matches), text, got.Unknown)
			}
		}
	}
	if got := w.why(idOf("00l", 99)); strings.Contains(got.Unknown, "private folder") {
		t.Errorf("a folder: %s", got.Unknown)
	}
	if same := w.why(strings.Replace(foreign, "other", "acme", 1)); strings.Contains(same.Unknown, "The link is of") {
		t.Errorf("the same org: %s", same.Unknown)
	}
	w.sync(w.last(), func(r *history.Record) {
		r.Private = true
		r.Permissions = map[string]bool{"RunReports": true, "ViewPublicReports": true, "ViewPublicDashboards": true, "ManagePvtRptsAndDashbds": true}
	})
	if got := w.why(idOf("00O", 99)); strings.Contains(got.Unknown, "lie in a folder") || strings.Contains(got.Unknown, "scope.private") {
		t.Errorf("of a user who sees all: %s", got.Unknown)
	}
	if got := newWorld(t).why("x"); !strings.Contains(got.Unknown, "No sync of this source") {
		t.Errorf("before the first sync: %s", got.Unknown)
	}
}

type org struct {
	found Found
	err   error
	asked []string
}

func (o *org) LookUp(_ context.Context, kind item.Kind, id string) (Found, error) {
	o.asked = append(o.asked, string(kind)+" "+id)
	return o.found, o.err
}

func TestWhy_asksTheOrgOnce(t *testing.T) {
	t.Parallel()
	w := planted(t)
	when := time.Date(2026, 9, 2, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		of, asked, says string
		found           Found
	}{
		{"deleted", "report " + idOf("00O", 6), "deleted on 2026-09-02 12:00:00 UTC: it lies in the recycle bin, from which it can be restored until about 2026-09-17", Found{Deleted: true, DeletedAt: when, Calls: 1}},
		{"deleted", "report " + idOf("00O", 6), "it is deleted since more than about 15 days, or hidden from the run-as user", Found{Calls: 1}},
		{"deleted", "report " + idOf("00O", 6), "sees it now: the next sync has it", Found{Visible: true, Calls: 1}},
		{idOf("00O", 99)[:15], "report " + idOf("00O", 99), "sees it now", Found{Visible: true, Name: "hidden until now", Calls: 1}},
		{"healthy", "report " + idOf("00O", 1), "exists, and the run-as user sees it.", Found{Visible: true, Calls: 1}},
	} {
		o := &org{found: row.found}
		w.engine.Org = o
		got, err := w.engine.Why(t.Context(), Query{Of: row.of, AskOrg: true})
		if err != nil || len(got.Matches) != 1 || got.Calls != 1 || !strings.Contains(got.Matches[0].InOrg, row.says) {
			t.Errorf("%s: %+v, %v", row.of, got, err)
		}
		if diff := cmp.Diff([]string{row.asked}, o.asked); diff != "" {
			t.Errorf("%s asked (-want +got):\n%s", row.of, diff)
		}
	}
	o := &org{}
	w.engine.Org = o
	if _, err := w.engine.Why(t.Context(), Query{Of: "Twin", AskOrg: true}); err == nil || !strings.Contains(err.Error(), idOf("00O", 11)) || len(o.asked) > 0 {
		t.Errorf("of two: %v, asked %v", err, o.asked)
	}
	if got, err := w.engine.Why(t.Context(), Query{Of: "no such name", AskOrg: true}); err != nil || !strings.Contains(got.Unknown, "The org was not asked") || len(o.asked) > 0 {
		t.Errorf("of a name: %+v, %v", got, err)
	}
	w.engine.Org = &org{err: errors.New("login refused")}
	if _, err := w.engine.Why(t.Context(), Query{Of: "healthy", AskOrg: true}); err == nil || !strings.Contains(err.Error(), "login refused") {
		t.Errorf("an org that refuses: %v", err)
	}
}

// What is damaged in the bucket is passed over: the rest still answers.
func TestWhy_withoutTheNewestAccount(t *testing.T) {
	t.Parallel()
	w := planted(t)
	if err := w.store.Write(t.Context(), staging.AccountKey(source, w.syncs[5]), []byte("torn")); err != nil {
		t.Fatal(err)
	}
	if m := w.why("healthy").Matches[0]; m.LastSync != w.syncs[4] {
		t.Errorf("%+v", m)
	}
	if err := w.store.Write(t.Context(), staging.ChangesKey(source, w.syncs[5], w.syncs[4]), []byte("torn")); err != nil {
		t.Fatal(err)
	}
	if m := w.why("deleted").Matches[0]; m.State != "gone" || m.LastSync != w.syncs[1] {
		t.Errorf("%+v", m)
	}
	for _, sync := range w.syncs { // the accounts of older syncs go first
		if err := w.store.Delete(t.Context(), staging.AccountKey(source, sync)); err != nil {
			t.Fatal(err)
		}
	}
	if m := w.why(idOf("00O", 6)).Matches[0]; m.State != "gone" || m.Name != "deleted" || m.Folder != idOf("00l", 2) || m.LastSync != w.syncs[1] {
		t.Errorf("from the log alone: %+v", m)
	}
}

// A sync of another org is compared with none: what went with it is in no log.
func TestWhy_beyondABreak(t *testing.T) {
	t.Parallel()
	w := planted(t)
	last := w.sync(moment{idOf("00O", 500): report("of the other org", 1)})
	if err := w.store.Delete(t.Context(), staging.ChangesKey(source, last, w.syncs[5])); err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{"healthy", idOf("00O", 1), idOf("00O", 9)} { // the last of them was gone before, and came back
		got := w.why(of)
		if len(got.Matches) != 1 || got.Matches[0].State != "gone" || got.Matches[0].LastSync != w.syncs[5] || !got.Matches[0].Since.Equal(began(last)) {
			t.Errorf("%s: %+v", of, got)
		}
	}
}
