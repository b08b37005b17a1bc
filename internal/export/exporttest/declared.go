package exporttest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	simulated "longhaul/internal/simulator/org"
)

// word is what names of formats, sections and settings may be.
var word = regexp.MustCompile(`^[a-z][a-z0-9_]{0,19}$`)

// fileName is what a file may be called: no bucket and no disk changes it.
var fileName = regexp.MustCompile(`^[A-Za-z0-9._@=+-]{1,100}$`)

func testDeclared(t *testing.T, format export.Format) {
	t.Helper()
	if name := format.Name(); !word.MatchString(name) {
		t.Errorf("the name is %q, want %s", name, word)
	}
	if found, err := formats.Find(format.Name()); err != nil || found != format {
		t.Errorf("package formats lists %v under the name %s (%v): add a line there", found, format.Name(), err)
	}
	testNames(t, format)
	for _, kind := range listing.Kinds {
		for _, field := range format.Fields(kind) {
			if !documented(kind.Object(), field) {
				t.Errorf("%s has no field %s, so nothing would ever be read for it", kind.Object(), field)
			}
		}
	}
	testSettings(t, format.Settings())
	for _, other := range formats.All() {
		if section := format.Settings().Section; other != format && section != "" && section == other.Settings().Section {
			t.Errorf("the section %s is also that of the format %s", section, other.Name())
		}
	}
}

// testNames looks at the names of the files: of each file and each timestamp another one.
func testNames(t *testing.T, format export.Format) {
	t.Helper()
	if len(format.Files()) == 0 {
		t.Error("the format has no files")
	}
	seen := map[string]bool{}
	for _, timestamp := range []int64{orgtest.Began, orgtest.Began + 1} {
		for _, file := range format.Files() {
			name := format.FileName(timestamp, file)
			if seen[name] {
				t.Errorf("%s at %d is called %s, as another one is: a set could not get out of the way of names that are taken", file, timestamp, name)
			}
			if seen[name] = true; !fileName.MatchString(name) {
				t.Errorf("%s is called %q, want %s", file, name, fileName)
			}
		}
	}
}

// testSettings looks at the settings.
func testSettings(t *testing.T, declared export.Settings) {
	t.Helper()
	if declared.Section == "" {
		if len(declared.Fields) > 0 {
			t.Error("there are settings, and no section that they stand in")
		}
		return
	}
	names := []string{declared.Section}
	for _, field := range declared.Fields {
		if slices.Contains(names, field.Name) {
			t.Errorf("the setting %s is declared twice, or has the name of the section", field.Name)
		}
		names = append(names, field.Name)
		if field.Normal != nil && field.Kind != export.Text {
			t.Errorf("the setting %s has a normal form, which counts for texts only", field.Name)
		}
	}
	for _, name := range names {
		if !word.MatchString(name) {
			t.Errorf("a setting is called %q, want %s", name, word)
		}
	}
	for _, pair := range declared.Exclusive {
		if !slices.Contains(names[1:], pair[0]) || !slices.Contains(names[1:], pair[1]) {
			t.Errorf("of %s one is no setting", strings.Join(pair[:], " and "))
		}
	}
}

// documented reports whether Salesforce documents a field of an object: a dotted one belongs to the record that a reference leads to.
func documented(object, field string) bool {
	schema, _ := simulated.Lookup(object)
	relation, member, nested := strings.Cut(field, ".")
	if !nested {
		found, ok := schema.Field(field)
		return ok && found.Name == field
	}
	reference, ok := schema.Relation(relation)
	if !ok || reference.Relationship != relation || len(reference.To) == 0 {
		return false
	}
	if reference.Polymorphic() {
		return documented("Name", member)
	}
	return documented(reference.To[0], member)
}

// everything is all that can be read of a kind, that of nested records too.
func everything() listing.Fields {
	all := listing.Fields{}
	for _, kind := range listing.Kinds {
		schema, _ := simulated.Lookup(kind.Object())
		for _, field := range schema.Fields {
			all[kind] = append(all[kind], field.Name)
			for _, member := range []string{"Id", "Name", "Email"} {
				if nested := field.Relationship + "." + member; documented(kind.Object(), nested) {
					all[kind] = append(all[kind], nested)
				}
			}
		}
	}
	return all
}
