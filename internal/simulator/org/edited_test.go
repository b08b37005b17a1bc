package org_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
)

// whole hides that an org can read single fields and knows what is deleted.
type whole struct{ org.Org }

// firstModel is the first row of which edited makes a copy.
const firstModel = 20

// edited is a generated org with reports added in three rounds, a renamed, a moved and a deleted one.
func edited(t *testing.T, base org.Org) (o *org.Edited, added []string) {
	t.Helper()
	folder := base.ID("Folder", 0)
	o, err := org.WithEdits(base, []org.Edit{
		{Object: "Report", ID: base.ID("Report", 7), Fields: map[string]any{"Name": "Renamed"}},
		{Object: "Report", ID: base.ID("Report", 9), Fields: map[string]any{"OwnerId": folder}},
		{Object: "Report", ID: base.ID("Report", 11), Fields: map[string]any{"IsDeleted": true}},
	})
	for n := uint64(0); n < 60 && err == nil; n++ {
		id := org.FreshID(o, "Report", n)
		added = append(added, id)
		like := base.ID("Report", firstModel+int(n))
		o, err = org.WithEdits(o, []org.Edit{{Object: "Report", ID: id, Like: like, Fields: map[string]any{"Name": "New " + id}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return o, added
}

func TestEdited_keepsTheOrderOfIDs(t *testing.T) {
	t.Parallel()
	base := org.Generate(org.Spec{Reports: 300, Columns: 1})
	o, added := edited(t, base)
	if o.Count("Report") != base.Count("Report")+60 || o.Count("Dashboard") != base.Count("Dashboard") {
		t.Errorf("there are %d reports and %d dashboards", o.Count("Report"), o.Count("Dashboard"))
	}
	last, late := "", 0
	for i := range o.Count("Report") {
		id := o.ID("Report", i)
		if at, ok := o.Find("Report", id); !ok || at != i || id <= last {
			t.Fatalf("row %d has the id %s behind %s, and is found at %d, %v", i, id, last, at, ok)
		}
		last = id
	}
	for i := range base.Count("Report") {
		id := base.ID("Report", i)
		at, ok := o.Find("Report", id)
		if !ok || o.ID("Report", at) != id {
			t.Fatalf("row %d of the base is lost", i)
		}
		if id == base.ID("Report", 7) {
			if name := o.Field("Report", at, "Name"); name != "Renamed" {
				t.Errorf("the renamed report is called %v", name)
			}
		} else if diff := cmp.Diff(base.Record("Report", i).Fields["Name"], o.Field("Report", at, "Name")); diff != "" {
			t.Fatalf("row %d has another name: %s", i, diff)
		}
	}
	for _, id := range added {
		if full, ok := org.Normalize(id[:15]); !ok || full != id {
			t.Errorf("%s is no id", id)
		}
		if id > base.ID("Report", base.Count("Report")/2) {
			late++
		}
	}
	if late < 10 || late > 50 {
		t.Errorf("of 60 new ids %d lie in the second half", late)
	}
	if _, ok := o.Find("Report", org.FreshID(o, "Report", 99)); ok {
		t.Error("an id that nothing has is found")
	}
}

func TestEdited_readsWhatWasEdited(t *testing.T) {
	t.Parallel()
	generated := org.Generate(org.Spec{Reports: 300, Columns: 1})
	for name, base := range map[string]org.Org{"fields": generated, "whole records": whole{generated}} {
		o, added := edited(t, base)
		row := func(id string) int { i, _ := o.Find("Report", id); return i }
		if i := row(base.ID("Report", 11)); !o.Deleted("Report", i) || o.Describe(i).Status != 404 {
			t.Errorf("%s: a deleted report is there", name)
		}
		record := o.Record("Report", row(base.ID("Report", 9)))
		if record.Fields["OwnerId"] != base.ID("Folder", 0) || o.Private("Report", row(base.ID("Report", 9))) {
			t.Errorf("%s: a moved report lies in %v", name, record.Fields["OwnerId"])
		}
		for n, id := range added {
			i := row(id)
			model, _ := o.Find("Report", base.ID("Report", firstModel+n))
			if o.Field("Report", i, "Name") != "New "+id || o.Field("Report", i, "Id") != id ||
				o.Field("Report", i, "OwnerId") != o.Field("Report", model, "OwnerId") ||
				o.Private("Report", i) != base.Private("Report", firstModel+n) {
				t.Errorf("%s: the copy %s is %v", name, id, o.Record("Report", i))
			}
		}
	}
}

func TestEdited_describesTheEditedReport(t *testing.T) {
	t.Parallel()
	base := org.Generate(org.Spec{Reports: 300, Columns: 2})
	o, added := edited(t, base)
	described := 0
	for n, id := range added {
		i, _ := o.Find("Report", id)
		want, got := base.Describe(firstModel+n), o.Describe(i)
		if got.Status != want.Status || got.ReportType != want.ReportType {
			t.Errorf("the copy of %d answers %d of type %s", n, got.Status, got.ReportType)
		}
		if got.Status != 200 {
			continue
		}
		described++
		var before, after map[string]any
		if err := json.Unmarshal(want.ReportMetadata.(json.RawMessage), &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(got.ReportMetadata.(json.RawMessage), &after); err != nil {
			t.Fatal(err)
		}
		before["id"], before["name"] = id, "New "+id
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("the copy of %d (-want +got):\n%s", n, diff)
		}
	}
	if described < 50 {
		t.Errorf("%d copies can be described", described)
	}
}

func TestEdited_dashboardsTakeTheirComponentsAlong(t *testing.T) {
	t.Parallel()
	base := org.Generate(org.Spec{Reports: 100, Columns: 1})
	component := base.ID("DashboardComponent", 0)
	dashboard := org.ReadField(base, "DashboardComponent", 0, "DashboardId").(string)
	deleted, err := org.WithEdits(base, []org.Edit{{Object: "Dashboard", ID: dashboard, Fields: map[string]any{"IsDeleted": true}}})
	if err != nil {
		t.Fatal(err)
	}
	gone := 0
	for i := range deleted.Count("DashboardComponent") {
		if deleted.Deleted("DashboardComponent", i) {
			gone++
		}
	}
	if i, _ := deleted.Find("DashboardComponent", component); !deleted.Deleted("DashboardComponent", i) || gone != 6 {
		t.Errorf("%d components went with their dashboard, want 6", gone)
	}
	user := base.ID("User", 1)
	if user == base.Info().RunAsUserID {
		user = base.ID("User", 0)
	}
	moved, err := org.WithEdits(base, []org.Edit{{Object: "Dashboard", ID: dashboard, Fields: map[string]any{"FolderId": user}}})
	if err != nil || !moved.Private("DashboardComponent", 0) {
		t.Errorf("the components of a dashboard that became private are not, %v", err)
	}
}

func TestWithEdits_refusesRowsThatAreNotThere(t *testing.T) {
	t.Parallel()
	base := org.Generate(org.Spec{Reports: 10, Columns: 1})
	for want, e := range map[string]org.Edit{
		"no Report has the id 00O1": {Object: "Report", ID: "00O1"},
		"no Report has the id 00O2": {Object: "Report", ID: "00O1", Like: "00O2"},
		"is taken":                  {Object: "Report", ID: base.ID("Report", 1), Like: base.ID("Report", 0)},
	} {
		if _, err := org.WithEdits(base, []org.Edit{e}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", e, err, want)
		}
	}
	if id := org.FreshID(org.Generate(org.Spec{}), "Report", 5); !strings.HasPrefix(id, "00OHs0") || len(id) != 18 {
		t.Errorf("the first id of an org is %s", id)
	}
}
