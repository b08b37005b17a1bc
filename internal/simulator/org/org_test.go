package org

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func generate(t testing.TB, spec Spec) *generated {
	t.Helper()
	g, ok := Generate(spec).(*generated)
	if !ok {
		t.Fatal("the org is not a generated one")
	}
	return g
}

func TestChecksumOfKnownIds(t *testing.T) {
	t.Parallel()
	for id15, want := range map[string]string{
		"001D000000IqhSL": "001D000000IqhSLIAZ",
		"00e000000000000": "00e000000000000AAA",
		"ABCDEabcdeFgHiJ": "ABCDEabcdeFgHiJ5AV",
		"short":           "short",
	} {
		if got := ID18(id15); got != want {
			t.Errorf("ID18(%q) = %q, want %q", id15, got, want)
		}
	}
	for id, ok := range map[string]bool{
		"001D000000IqhSL": true, "001D000000IqhSLIAZ": true, "001D000000IqhSLIAA": false, "001D000000Iqh-L": false, "": false,
	} {
		if _, got := Normalize(id); got != ok {
			t.Errorf("Normalize(%q) is %v, want %v", id, got, ok)
		}
	}
}

func TestIdsAreSortedFoundAndOfMixedCase(t *testing.T) {
	t.Parallel()
	o := generate(t, Spec{Reports: 2000, Columns: 3, Seed: 4})
	for _, s := range Objects() {
		ids := make([]string, o.Count(s.Name))
		for i := range ids {
			ids[i] = o.ID(s.Name, i)
			if got, ok := o.Find(s.Name, ids[i]); !ok || got != i {
				t.Fatalf("Find(%s, %s) = %d, %v, want %d", s.Name, ids[i], got, ok, i)
			}
			if full, ok := Normalize(ids[i]); !ok || full != ids[i] || !strings.HasPrefix(full, s.KeyPrefix) {
				t.Fatalf("%s has the bad id %s", s.Name, ids[i])
			}
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Errorf("ids of %s are not in byte order or not unique", s.Name)
		}
		folded := slices.Clone(ids)
		slices.SortFunc(folded, func(a, b string) int { return strings.Compare(strings.ToUpper(a), strings.ToUpper(b)) })
		if s.Name == "Report" && slices.Equal(ids, folded) {
			t.Error("byte order and the order without case are the same, so no test can tell them apart")
		}
	}
	for _, id := range []string{"", "00OHs0000000000", o.ID("Report", 0)[:15], o.ID("Folder", 0), o.Info().OrgID} {
		if _, ok := o.Find("Report", id); ok {
			t.Errorf("Find(Report, %q) found something", id)
		}
	}
}

func TestSizesPer1000Reports(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reports int
		want    map[string]int
	}{
		{1000, map[string]int{
			"reports": 1000, "private": 20, "deleted": 2, "folders": 60, "dashboards": 100, "components": 600,
			"users": 200, "obsolete": 3, "forbidden": 2, "gone": 1, "joined": 2,
		}},
		{100, map[string]int{
			"reports": 100, "private": 2, "deleted": 1, "folders": 6, "dashboards": 10, "components": 60,
			"users": 20, "obsolete": 1, "forbidden": 1, "gone": 1, "joined": 1,
		}},
	} {
		o := generate(t, Spec{Reports: test.reports, Columns: 4, Seed: 1})
		got := map[string]int{}
		for i := range o.Count("Report") {
			switch {
			case o.Deleted("Report", i):
				got["deleted"]++
			case o.Private("Report", i):
				got["private"]++
			default:
				got["reports"]++
				for name, answer := range map[string]Describe{"obsolete": Obsolete, "forbidden": Forbidden, "gone": Gone, "joined": Joined} {
					if reflect.DeepEqual(o.Describe(i), answer) {
						got[name]++
					}
				}
			}
		}
		for i := range o.Count("Folder") {
			if kind := o.Field("Folder", i, "Type"); kind == "Report" || kind == "Dashboard" {
				got["folders"]++
			}
		}
		for i := range o.Count("Dashboard") {
			if !o.Private("Dashboard", i) && !o.Deleted("Dashboard", i) {
				got["dashboards"]++
			}
		}
		for i := range o.Count("DashboardComponent") {
			if !o.Private("DashboardComponent", i) {
				got["components"]++
			}
		}
		for i := range o.Count("User") {
			if o.Field("User", i, "UserType") == "Standard" {
				got["users"]++
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%d reports (-want +got):\n%s", test.reports, diff)
		}
	}
}

func TestEveryReferenceLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, reports := range []int{0, 1, 3, 16, 100, 1500} {
		o := generate(t, Spec{Reports: reports, Columns: 5, Seed: int64(reports)})
		for _, s := range Objects() {
			for i := range o.Count(s.Name) {
				r := o.Record(s.Name, i)
				for _, f := range s.Fields {
					if id, ok := r.Fields[f.Name].(string); ok && f.Type == "reference" && len(f.To) > 0 {
						object, _ := ObjectOf(id)
						if _, found := o.Find(object, id); !found || !slices.Contains(f.To, object) {
							t.Fatalf("%d reports: %s.%s of %s leads to %s, which is no row", reports, s.Name, f.Name, r.ID, id)
						}
					}
					if r.Fields[f.Name] == nil && !f.Nillable && f.Type != "boolean" {
						t.Fatalf("%s.%s of %s is null", s.Name, f.Name, r.ID)
					}
				}
			}
		}
	}
}

func TestVisibleComponentsShowVisibleReports(t *testing.T) {
	t.Parallel()
	o := generate(t, Spec{Reports: 1000, Columns: 5, Seed: 9})
	for i := range o.Count("DashboardComponent") {
		id, _ := o.Field("DashboardComponent", i, "CustomReportId").(string)
		if id == "" || o.Private("DashboardComponent", i) {
			continue
		}
		report, ok := o.Find("Report", id)
		if !ok || o.Private("Report", report) || o.Deleted("Report", report) || o.Describe(report).Status == 404 {
			t.Errorf("component %d shows report %s, which the run-as user does not see", i, id)
		}
	}
}

func TestFoldersNestWithoutCircles(t *testing.T) {
	t.Parallel()
	o := generate(t, Spec{Reports: 3000, Columns: 1})
	deepest := 0
	for i := range o.Count("Folder") {
		depth := 0
		for at := i; ; depth++ {
			parent, _ := o.Field("Folder", at, "ParentId").(string)
			if parent == "" {
				break
			}
			next, _ := o.Find("Folder", parent)
			if o.Field("Folder", next, "Type") != o.Field("Folder", at, "Type") || depth > 20 {
				t.Fatalf("folder %d has a parent of another type, or lies in a circle", i)
			}
			at = next
		}
		deepest = max(deepest, depth)
	}
	if deepest < 2 {
		t.Errorf("the deepest folder lies %d below its root, want 2 at least", deepest)
	}
}

func TestTheSameSpecGivesTheSameOrg(t *testing.T) {
	t.Parallel()
	read := func(seed int64) (all []any) {
		o := generate(t, Spec{Reports: 200, Columns: 6, Seed: seed})
		for _, s := range Objects() {
			for i := range o.Count(s.Name) {
				all = append(all, o.Record(s.Name, i))
			}
		}
		for i := range o.Count("Report") {
			all = append(all, o.Describe(i))
		}
		return all
	}
	first := read(7)
	if !reflect.DeepEqual(first, read(7)) {
		t.Error("the same seed gives two orgs")
	}
	if reflect.DeepEqual(first, read(8)) {
		t.Error("another seed gives the same org")
	}
}

func TestMillionReportsCostNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	o := generate(t, Spec{Reports: 1_000_000, Columns: 25})
	for i := 0; i < o.Count("Report"); i += 997 {
		o.Record("Report", i)
		o.Describe(i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the org keeps %d bytes, want no more than 4 MB", grown)
	}
	runtime.KeepAlive(o)
}
