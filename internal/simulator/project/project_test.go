package project

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
)

const library = "testdata/library"

func loadLibrary(t *testing.T) *Project {
	t.Helper()
	p, err := Load(library)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rowNamed finds a record by its developer name.
func rowNamed(t *testing.T, p *Project, object, developerName string) (int, map[string]any) {
	t.Helper()
	for i := range p.Count(object) {
		if f := p.Record(object, i).Fields; f["DeveloperName"] == developerName {
			return i, f
		}
	}
	t.Fatalf("no %s is named %s", object, developerName)
	return 0, nil
}

// write makes a project of the given files in a folder of its own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRowsAreInBinaryOrderOfValidIDsThatEveryLoadRepeats(t *testing.T) {
	t.Parallel()
	first, second := loadLibrary(t), loadLibrary(t)
	seen := map[string]bool{}
	for object, prefix := range map[string]string{
		"Folder": "00l", "Report": "00O", "Dashboard": "01Z", "DashboardComponent": "01a", "User": "005", "UserRole": "00E",
		"Organization": "00D",
	} {
		var ids []string
		for i := range first.Count(object) {
			id := first.ID(object, i)
			ids = append(ids, id)
			if len(id) != 18 || !strings.HasPrefix(id, prefix) || org.ID18(id[:15]) != id || seen[id] {
				t.Errorf("%s %d has the id %s, want a new one of 18 characters with prefix %s", object, i, id, prefix)
			}
			seen[id] = true
			if at, ok := first.Find(object, id); !ok || at != i {
				t.Errorf("Find(%s, %s) = %d, %v, want %d", object, id, at, ok, i)
			}
			if diff := cmp.Diff(first.Record(object, i), second.Record(object, i)); diff != "" {
				t.Errorf("%s %d differs between two loads:\n%s", object, i, diff)
			}
		}
		if len(ids) == 0 || !slices.IsSorted(ids) {
			t.Errorf("the ids of %s are not in order: %v", object, ids)
		}
	}
	if _, ok := first.Find("Report", "00O000000000000AAA"); ok {
		t.Error("Find knows an id that no report has")
	}
}

func TestTwoNamesWithOneHashGetTwoIDs(t *testing.T) {
	t.Parallel()
	m := newMinter()
	m.taken[hashID("00O", "Folder/Report", 0)] = true
	if id := m.id("00O", "Folder/Report"); id != hashID("00O", "Folder/Report", 1) {
		t.Errorf("the id is %s, want the next hash", id)
	}
}

func TestRecordsHoldNoFieldThatTheSchemaDoesNotKnow(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	for _, object := range org.Objects() {
		for i := range p.Count(object.Name) {
			for field, value := range p.Record(object.Name, i).Fields {
				known, ok := object.Field(field)
				if !ok {
					t.Errorf("%s.%s is no field of the schema", object.Name, field)
				} else if value == nil && !known.Nillable {
					t.Errorf("%s.%s is null and may not be", object.Name, field)
				}
			}
		}
	}
}

func TestReportsLieInTheirFolders(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	_, lending := rowNamed(t, p, "Folder", "Lending")
	_, overdue := rowNamed(t, p, "Folder", "Overdue")
	_, stock := rowNamed(t, p, "Folder", "Stock")
	for name, want := range map[string]map[string]any{
		"Loans_by_Branch": {"OwnerId": lending["Id"], "FolderName": "Lending désk", "Format": "Matrix", "NamespacePrefix": nil},
		"Overdue_Loans":   {"OwnerId": overdue["Id"], "FolderName": "Overdue & lost", "Format": "Summary"},
		"Joined_Overview": {"OwnerId": lending["Id"], "Format": "Multiblock", "Description": nil},
		"Plain_List":      {"OwnerId": p.Info().OrgID, "FolderName": unfiledName, "Format": "Tabular", "Name": "Plain List"},
		"Shelves":         {"OwnerId": stock["Id"], "FolderName": "Stock", "NamespacePrefix": "lib"},
	} {
		_, got := rowNamed(t, p, "Report", name)
		for field, value := range want {
			if got[field] != value {
				t.Errorf("%s: %s is %v, want %v", name, field, got[field], value)
			}
		}
	}
	if overdue["ParentId"] != lending["Id"] || lending["ParentId"] != nil {
		t.Errorf("Overdue lies in %v and Lending in %v", overdue["ParentId"], lending["ParentId"])
	}
	if stock["NamespacePrefix"] != "lib" || lending["Type"] != "Report" {
		t.Errorf("folders are %v and %v", stock, lending)
	}
	if p.Count("Report") != 5 || p.Count("Folder") != 4 {
		t.Errorf("%d reports in %d folders, want 5 in 4", p.Count("Report"), p.Count("Folder"))
	}
}

func TestComponentsLinkToTheReportsTheyName(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	id := func(report string) any { _, f := rowNamed(t, p, "Report", report); return f["Id"] }
	got := map[string]any{}
	for i := range p.Count("DashboardComponent") {
		f := p.Record("DashboardComponent", i).Fields
		got[fmt.Sprint(f["Name"])] = f["CustomReportId"]
	}
	want := map[string]any{
		"By branch": id("Loans_by_Branch"), "Opening hours": nil, "<nil>": id("Overdue_Loans"), "Gone": nil,
		"Late": id("Overdue_Loans"), "All": id("Plain_List"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDashboardsRunAsMadeUpUsers(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	_, columns := rowNamed(t, p, "Dashboard", "Columns")
	_, grid := rowNamed(t, p, "Dashboard", "Grid")
	if columns["Type"] != "SpecifiedUser" || grid["Type"] != "LoggedInUser" || grid["RunningUserId"] != grid["CreatedById"] {
		t.Errorf("the dashboards are %v and %v", columns, grid)
	}
	if columns["LeftSize"] != "Wide" || columns["BackgroundEnd"] != 255 {
		t.Errorf("left size %v and background %v, want Wide and 255", columns["LeftSize"], columns["BackgroundEnd"])
	}
	for _, d := range []map[string]any{columns, grid} {
		id, _ := d["RunningUserId"].(string)
		if _, ok := p.Find("User", id); !ok {
			t.Errorf("%v runs as %v, who is no user", d["Title"], id)
		}
	}
	var all []any
	for i := range p.Count("User") {
		all = append(all, p.Record("User", i))
	}
	if raw, err := json.Marshal(all); err != nil || strings.Contains(string(raw), "someone") {
		t.Errorf("the user of the source is one of the users (%v)", err)
	}
}

func TestAnEditedReportHasAnotherModificationDateAndTheSameID(t *testing.T) {
	t.Parallel()
	const name = "reports/F/R.report-meta.xml"
	read := func(title string) map[string]any {
		p, err := Load(write(t, map[string]string{name: "<Report><name>" + title + "</name></Report>"}))
		if err != nil {
			t.Fatal(err)
		}
		return p.Record("Report", 0).Fields
	}
	before, again, after := read("A"), read("A"), read("B")
	if before["LastModifiedDate"] != again["LastModifiedDate"] || before["LastModifiedDate"] == after["LastModifiedDate"] {
		t.Errorf("dates are %v, %v and edited %v", before["LastModifiedDate"], again["LastModifiedDate"], after["LastModifiedDate"])
	}
	if before["Id"] != after["Id"] || before["CreatedDate"] != after["CreatedDate"] {
		t.Error("an edit changed the id or the day of creation")
	}
}

func TestManyMayReadAtOnce(t *testing.T) {
	t.Parallel()
	p := loadLibrary(t)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for i := range p.Count("Report") {
				answer := p.Describe(i)
				if _, err := json.Marshal(answer); err != nil {
					t.Error(err)
				}
				p.TypeMetadata(answer.ReportType)
				delete(p.Record("Report", i).Fields, "Name") // a record is the reader's own
			}
		})
	}
	readers.Wait()
	rowNamed(t, p, "Report", "Shelves")
	if p.Record("Report", 0).Fields["Name"] == nil {
		t.Error("one reader changed another's record")
	}
}
