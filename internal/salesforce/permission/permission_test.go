package permission

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The documents list the permissions for people. The list in code is the source.
func TestAll_standInTheDocuments(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile("../../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(string(text)), " ")
	}
	readme, configuration := read("README.md"), read("docs/configuration.md")
	for _, p := range All {
		row := "| " + p.Label + " | `" + p.Name + "` |"
		if p.Needed {
			row = "| " + p.Label + " | none: no sync can do without |"
		}
		if !strings.Contains(configuration, row) {
			t.Errorf("docs/configuration.md has no row that begins with %s", row)
		}
		if !strings.Contains(readme, p.Label) {
			t.Errorf("README.md does not ask for %s", p.Label)
		}
	}
}

func TestNames_areReadInOneOrder(t *testing.T) {
	t.Parallel()
	names := Names()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%q is not sorted, or has a name twice", names)
	}
	for _, p := range All {
		if !slices.Contains(names, p.Name) {
			t.Errorf("%s decides what a sync sees, and is not read", p.Name)
		}
	}
}

func TestFind_takesNamesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"RunReports", "PermissionsRunReports", " runreports ", "permissionsRUNREPORTS"} {
		if p, found := Find(name); !found || p.Label != "Run Reports" {
			t.Errorf("%q finds %+v, %t", name, p, found)
		}
	}
	if p, found := Find("ApiEnabled"); found {
		t.Errorf("a permission that decides nothing is found: %+v", p)
	}
}
