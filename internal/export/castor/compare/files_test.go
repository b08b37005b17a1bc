package compare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
)

func TestFolders_thatCannotBeCompared(t *testing.T) {
	t.Parallel()
	good := t.TempDir()
	ours.write(t, good, 100, org())
	empty, missing := t.TempDir(), filepath.Join(t.TempDir(), "nowhere")
	cut, strange, object := t.TempDir(), t.TempDir(), t.TempDir()
	for dir, content := range map[string]string{
		cut: `[{"Id":"` + id("00O", 1) + `"},{"Id":"`, strange: `[{"Name":"x"}]`, object: `{"a":1}`,
	} {
		ours.write(t, dir, 100, org())
		if err := os.WriteFile(filepath.Join(dir, "100-reports.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for dir, says := range map[string]string{
		empty: "holds no file of an extract", missing: "does not exist", cut: "is not whole", strange: "has no Id", object: "is not whole",
	} {
		for _, turn := range [][2]string{{dir, good}, {good, dir}} {
			_, err := Folders(t.Context(), turn[0], turn[1], "")
			if err == nil || !strings.Contains(err.Error(), says) || !fault.Is(err, fault.Invalid) {
				t.Errorf("%v, want %q", err, says)
			}
		}
	}
	if _, err := Folders(t.Context(), good, good, "x~y"); err == nil || !strings.Contains(err.Error(), "cursor") {
		t.Errorf("a wrong cursor: %v", err)
	}
}

// A killed extract leaves some files; the newest whole set is taken where there is one.
func TestFolders_ofAnExtractThatWasKilled(t *testing.T) {
	t.Parallel()
	good, killed := t.TempDir(), t.TempDir()
	ours.write(t, good, 100, org())
	theirs.write(t, killed, 100, org())
	for _, name := range []string{castor.Summary, castor.Users} {
		if err := os.Remove(filepath.Join(killed, castor.FileName(100, name))); err != nil {
			t.Fatal(err)
		}
	}
	got := folders(t, good, killed)
	if f := counts(got)[castor.Users]; got.Equal || f.Absent != "to" || f.OnlyFrom != 2 {
		t.Errorf("%+v", f)
	}
	if !strings.Contains(strings.Join(got.Notes, "\n"), "has no summary") {
		t.Errorf("notes: %q", got.Notes)
	}
	theirs.write(t, killed, 99, org())
	if got := folders(t, good, killed); !got.Equal || got.To.Timestamp != 99 || got.To.Others != 1 {
		t.Errorf("%+v", got.To)
	}
}

// What is read at an offset of the index is the record that lies there.
func FuzzScan(f *testing.F) {
	f.Add(`[{"Id":"` + id("00O", 2) + `"}, {"Id": "` + id("00O", 1) + "\"}\n]")
	f.Add(`[]`)
	f.Add(`[{"Id":"00O5g0000000001"},`)
	f.Add("[{\"Id\":\"\xff\"}]")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content string) {
		set := &Set{Folder: dir, Timestamp: 1}
		path := set.path(castor.Reports)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := open(t.Context(), set, castor.Reports)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", content, err)
			}
			return
		}
		last, n := "", int64(0)
		for r, err := range opened.each(t.Context()) {
			if err != nil {
				t.Fatalf("%q: %v", content, err)
			}
			members, err := object(r.raw)
			if is, _ := idOf(castor.Reports, r.raw); err != nil || is != r.id || r.id <= last || members["Id"] == nil {
				t.Errorf("%q: %s has %s, %v", content, r.id, r.raw, err)
			}
			last = r.id
			n++
		}
		if n+opened.repeated != opened.count {
			t.Errorf("%q: %d and %d of %d", content, n, opened.repeated, opened.count)
		}
	})
}

func TestField_isTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, a, b string
		want       sameBut
	}{
		{"x", `"a\u00fc"`, `"aü"`, same},
		{"x", `{"a": 1.0, "b": [1,2]}`, `{"b":[1,2],"a":1}`, same},
		{"x", `null`, ``, same},
		{"x", `[1,2]`, `[2,1]`, otherwise},
		{"x", `""`, `null`, otherwise},
		{"LastViewedDate", `null`, `"2026"`, byTime},
		{"Url", `"https://x/services/data/v59.0/sobjects/Folder/1"`, `"https://x/services/data/v62.0/sobjects/Folder/1"`, byAPI},
		{"Url", `"https://x/services/data/v59.0/sobjects/Folder/1"`, `"https://y/services/data/v59.0/sobjects/Folder/1"`, otherwise},
	} {
		var b jsontext.Value
		if row.b != "" {
			b = jsontext.Value(row.b)
		}
		if got := field(row.name, jsontext.Value(row.a), b); got != row.want {
			t.Errorf("%s: %s and %s: %d, want %d", row.name, row.a, row.b, got, row.want)
		}
	}
}
