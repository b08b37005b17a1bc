package exporttest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/export"
)

// testWritten looks at what is written from the org, whole, with fields hidden, and empty.
func testWritten(t *testing.T, format export.Format) {
	t.Helper()
	files := map[string]written{}
	for _, file := range format.Files() {
		files[file] = write(t, format, Stage(t, format), file)
	}
	var set strings.Builder
	for _, file := range slices.Sorted(maps.Keys(files)) {
		testWhole(t, format, files[file])
		set.WriteString(files[file].content)
	}
	testReports(t, set.String())
	for name, what := range map[string]listed{
		"fields that the run-as user may not see": {fields: export.Fields(format), hidden: true},
		"an empty org": {fields: export.Fields(format), none: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, file := range format.Files() {
				testWhole(t, format, write(t, format, stage(t, format, what), file))
			}
		})
	}
	t.Run("fields that another export has read", func(t *testing.T) {
		for _, file := range format.Files() {
			more := write(t, format, stage(t, format, listed{fields: everything()}), file)
			if diff := cmp.Diff(files[file].content, more.content); diff != "" {
				t.Errorf("%s differs where more is read than Fields declares: declare what it needs (-alone +with others):\n%s", file, diff)
			}
		}
	})
}

// testWhole looks at one file: it is what was said of it, and those who read its kind of files can.
func testWhole(t *testing.T, format export.Format, w written) {
	t.Helper()
	if w.Key != "" && !strings.HasSuffix(w.Key, "/"+w.name) {
		t.Errorf("%s was written as %s", w.name, w.Key)
	}
	if size, sum := int64(len(w.content)), sumOf(w.content); w.Bytes != size || w.SHA256 != sum {
		t.Errorf("%s has %d bytes of checksum %s; said was %d of %s", w.name, size, sum, w.Bytes, w.SHA256)
	}
	if w.Partial < 0 || w.Partial > w.Count {
		t.Errorf("%s: %d of %d records are said to lack columns", w.name, w.Partial, w.Count)
	}
	if err := sound(w.name, w.content, w.Count); err != nil {
		t.Errorf("export %s: %s %v", format.Name(), w.name, err)
	}
}

// testReports looks for each report of the org in the files of a set.
func testReports(t *testing.T, set string) {
	t.Helper()
	all := has(set, Empty) // a format that names a report without columns names reports, and not columns alone
	for _, s := range sorts {
		t.Run(s.name, func(t *testing.T) {
			switch found := has(set, s.name); {
			case found && !s.exists:
				t.Errorf("report %s is in the files, and not in the org: take the reports from Input.Reports", ID(s.name))
			case !found && s.exists && all:
				t.Errorf("report %s is in no file, and other reports without columns are: take the reports from Input.Reports", ID(s.name))
			case s.name == Changed && strings.Contains(set, before):
				t.Error("the files have the name from before it changed: read records by Input.Inventory or Input.Reports")
			}
		})
	}
}

// has reports whether a report is named, by its short Id or its long one.
func has(set, name string) bool { return strings.Contains(set, ID(name)[:15]) }

// testAgain writes files again: in other attempts, after one that was cut short, and where something that they are made of is damaged.
func testAgain(t *testing.T, format export.Format) {
	t.Helper()
	for _, file := range format.Files() {
		in := Stage(t, format)
		first := write(t, format, in, file)
		again := write(t, format, in, file)
		elsewhere := write(t, format, Stage(t, format), file)
		if first.content != again.content || first.content != elsewhere.content {
			t.Errorf("%s is another one when it is written again: an attempt that comes after a lost answer would send other bytes", file)
		}
		for _, key := range made(t, in) {
			testDamaged(t, format, file, key, first)
		}
	}
	testStopped(t, format)
}

// made are the keys of what files are made of.
func made(t *testing.T, in export.Input) (keys []string) {
	t.Helper()
	for key, err := range in.Store.List(t.Context(), in.Sync.Prefix()) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(key, "/inventory/") && strings.HasSuffix(key, ".jsonl.zst") || key == in.Sync.Described() {
			keys = append(keys, key)
		}
	}
	return keys
}

// testDamaged writes a file while an object lacks its end. A file that needs the object is not written, and is once it is whole again.
func testDamaged(t *testing.T, format export.Format, file, key string, want written) {
	t.Helper()
	in := Stage(t, format)
	content, err := in.Store.Read(t.Context(), key)
	if err == nil {
		err = in.Store.Write(t.Context(), key, content[:len(content)-1])
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := format.Write(t.Context(), in, file); err == nil {
		if got, err := contentOf(t, in, want.name); err != nil || got != want.content {
			t.Errorf("%s was written from a damaged %s, as another file", file, key)
		}
		return
	} else if !isTorn(err) {
		t.Errorf("%s: of a damaged %s it says %v, want an error that wraps the one that was read: the sync repairs by it", file, key, err)
	}
	if _, err := contentOf(t, in, want.name); err == nil {
		t.Errorf("%s failed, and is there: write it by Input.File", file)
	}
	if err := in.Store.Write(t.Context(), key, content); err != nil {
		t.Fatal(err)
	}
	if got := write(t, format, in, file); got.content != want.content {
		t.Errorf("%s is another one after an attempt that failed", file)
	}
}
