package outbox

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"longhaul/internal/paths"
)

// The log knows all files of a folder that gathers the extracts of a year.
func TestSentLog_knowsAllOfALargeFolder(t *testing.T) {
	t.Parallel()
	l := &sentLog{path: filepath.Join(t.TempDir(), paths.StateDir, sentFile), failed: func(err error) { t.Error(err) }}
	entry := func(i int) sentEntry {
		return sentEntry{Host: "cloud.catalog.example", Path: strings.Repeat("p", 120) + strconv.Itoa(i), SHA256: strings.Repeat("f", 64)}
	}
	const files = 7 * 400
	for i := range files - 1 {
		l.entries = append(l.entries, entry(i))
	}
	l.add(entry(files - 1))
	again := Request{}.openLog(filepath.Dir(filepath.Dir(l.path)), nil)
	for i := range files {
		if !again.has(entry(i)) {
			t.Fatalf("file %d of %d is not known any more", i, files)
		}
	}
}

// A log says which version it has, and one of another version says nothing.
func TestSentLog_hasAVersion(t *testing.T) {
	t.Parallel()
	l := &sentLog{path: filepath.Join(t.TempDir(), paths.StateDir, sentFile), failed: func(err error) { t.Error(err) }}
	e := sentEntry{Host: "cloud.catalog.example", Path: "a", SHA256: "b"}
	l.add(e)
	content, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range map[string]string{`"version": 1`: `"version": 2`, `"files"`: `"added_later": 1, "files"`} {
		changed := strings.Replace(string(content), old, now, 1)
		if err := os.WriteFile(l.path, []byte(changed), 0o600); err != nil || changed == string(content) {
			t.Fatalf("%v, %s", err, content)
		}
		got := Request{}.openLog(filepath.Dir(filepath.Dir(l.path)), nil).has(e)
		if want := old == `"files"`; got != want {
			t.Errorf("%s is known: %v, want %v", changed, got, want)
		}
	}
}
