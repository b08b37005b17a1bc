package outbox

import (
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
