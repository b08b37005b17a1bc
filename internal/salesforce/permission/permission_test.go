package permission

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// The permission sets of the documentation hold what this package says, and name no licence.
func TestPermissionSets_ofTheDocumentation(t *testing.T) {
	t.Parallel()
	guide := Guide()
	least := []Permission{{Name: "ApiEnabled"}}
	for _, p := range All {
		if p.Decides {
			least = append(least, p)
		}
	}
	for name, want := range map[string][]Permission{"Longhaul_Guide": guide, "Longhaul_Least": least} {
		path := filepath.Join("../../../docs/salesforce/force-app/main/default/permissionsets", name+".permissionset-meta.xml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var set struct {
			Label       string   `xml:"label"`
			License     []string `xml:"license"`
			Permissions []struct {
				Name    string `xml:"name"`
				Enabled bool   `xml:"enabled"`
			} `xml:"userPermissions"`
		}
		if err := xml.Unmarshal(text, &set); err != nil {
			t.Fatal(err)
		}
		var names, wanted []string
		for _, p := range set.Permissions {
			if p.Enabled {
				names = append(names, p.Name)
			}
		}
		for _, p := range want {
			wanted = append(wanted, p.Name)
		}
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, names); diff != "" || set.Label == "" || len(set.License) > 0 {
			t.Errorf("%s, label %q, licences %q (-want +got):\n%s", name, set.Label, set.License, diff)
		}
	}
}

func TestGuide_isSixOfWhichEachSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	guide := Guide()
	if len(guide) != 6 {
		t.Fatalf("%d permissions", len(guide))
	}
	excess := map[string]bool{}
	for _, p := range Excess {
		excess[p.Name] = true
		if p.Label == "" || p.Purpose == "" || p.Cost != "" {
			t.Errorf("%+v", p)
		}
	}
	for _, p := range slices.Concat(guide, All) {
		if p.Label == "" || p.Purpose == "" || p.Cost == "" || excess[p.Name] {
			t.Errorf("%+v", p)
		}
		if !slices.Contains(Names(), p.Name) {
			t.Errorf("%s is not read", p.Name)
		}
	}
}
