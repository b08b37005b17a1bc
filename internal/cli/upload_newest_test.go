package cli

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/outbox"
	"longhaul/internal/paths"
	"longhaul/internal/simulator/server"
)

// at is the prefix of a set whose name says a time from now.
func at(from time.Duration) string { return strconv.FormatInt(time.Now().Add(from).Unix(), 10) }

// extracted makes a directory as extract leaves it, with further files beside the set.
func extracted(t *testing.T, timestamp string, beside ...string) string {
	t.Helper()
	dir := directoryOf(t, append(set(timestamp), beside...)...)
	var files []map[string]any
	for _, name := range set(timestamp) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, map[string]any{"name": name, "sha256": fmt.Sprintf("%x", sha256.Sum256(content))})
	}
	number, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal(map[string]any{"sync": "20261123T163337Z-ab12cd34", "timestamp": number, "files": map[string]any{"castor": files}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, paths.StateDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, paths.StateDir, "manifest.json"), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// deliveredSet is the prefix of what the catalog has, all of it of one set.
func deliveredSet(t *testing.T, s *server.Server) string {
	t.Helper()
	prefixes := map[string]bool{}
	for _, f := range s.Files() {
		prefix, _, _ := strings.Cut(f.Name, "-")
		prefixes[prefix] = true
	}
	if len(prefixes) != 1 || len(s.Files()) != len(setFiles) {
		t.Errorf("the catalog has %d files of %d sets", len(s.Files()), len(prefixes))
	}
	for prefix := range prefixes {
		return prefix
	}
	return ""
}

// castor-extract names files hours ahead where the time zone is west of UTC. Such a set must not go in place of the one
// that extract has just written, nor keep it from going.
func TestUpload_sendsTheSetThatExtractHasWritten_whateverLiesAhead(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ own, castors string }{
		"extract's set is older by name":               {at(-time.Minute), at(5 * time.Hour)},
		"extract's set is ahead of the clock, as well": {at(5*time.Hour + time.Second), at(5 * time.Hour)},
		"a prefix in milliseconds":                     {at(-time.Minute), at(-time.Hour) + "000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startCatalog(t)
			dir := extracted(t, row.own, set(row.castors)...)
			code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
			if code != 0 || deliveredSet(t, s) != row.own {
				t.Fatalf("code %d, sent %q, want %q; stderr:\n%s", code, deliveredSet(t, s), row.own, out.stderr.String())
			}
			if text := out.stderr.String(); !strings.Contains(text, "in the future") || !strings.Contains(text, row.castors+"-reports.json") {
				t.Errorf("what was passed over is not named:\n%s", text)
			}
		})
	}
}

func TestUpload_passesOverWhatIsNamedAhead(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	older, newer := at(-2*time.Hour), at(7*time.Hour)
	dir := directoryOf(t, append(set(older), set(newer)...)...)
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir, "--json")
	if code != 0 || deliveredSet(t, s) != older {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	var shown outbox.Delivered
	if err := json.Unmarshal(out.stdout.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	want := set(newer)
	slices.Sort(want)
	if diff := cmp.Diff(want, shown.Ahead); diff != "" || len(shown.Left) != 0 {
		t.Errorf("passed over (-want +got):\n%s; left %q", diff, shown.Left)
	}
	if !strings.Contains(out.stderr.String(), "named 7h0m0s ahead of this machine's clock") {
		t.Errorf("stderr:\n%s", out.stderr.String())
	}

	// The second upload delivers nothing, and the set ahead may be the one that was meant.
	code, out = run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 2 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), "nothing was delivered") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, out.stdout.String(), out.stderr.String())
	}
}

func TestUpload_neverCallsNothingASuccess(t *testing.T) {
	t.Parallel()
	past, later := at(-3*time.Hour), at(-time.Hour)
	for name, row := range map[string]struct {
		files  func() []string // made when the row's turn comes: a message says how far ahead a name is
		change func(t *testing.T, dir string)
		code   int
		says   string
	}{
		"a set ahead alone":  {func() []string { return set(at(5 * time.Hour)) }, nil, 2, "are named 5h0m0s ahead of this machine's clock"},
		"milliseconds alone": {func() []string { return set(past + "000") }, nil, 2, "no time in seconds"},
		"a newer set that lacks a file": {
			func() []string { return append(set(past), set(later, "users.json")...) }, nil, 2, "the newer set " + later + " lacks files",
		},
		"an older name written later": {func() []string { return append(set(past), set(later)...) }, func(t *testing.T, dir string) {
			t.Helper()
			old := time.Now().Add(-time.Hour)
			for _, name := range set(later) {
				if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
					t.Fatal(err)
				}
			}
		}, 2, "the files " + past + "-... were written after"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startCatalog(t)
			dir := directoryOf(t, row.files()...)
			if row.change != nil {
				row.change(t, dir)
			}
			var code int
			var text string
			for range 2 { // the first may deliver a set, the second has nothing left
				var out *output
				code, out = run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
				text = out.stderr.String()
				if !strings.Contains(text, row.says) {
					t.Errorf("%q is missing in:\n%s", row.says, text)
				}
				if strings.Contains(out.stdout.String(), "Delivered 0") {
					t.Errorf("stdout %q", out.stdout.String())
				}
			}
			if code != row.code {
				t.Errorf("code %d, stderr:\n%s", code, text)
			}
		})
	}
}

// A file of the same name with other content is not the file that was delivered before.
func TestUpload_takesOtherBytesForAnotherFile(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	dir := extracted(t, prefix)
	if code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir); code != 0 {
		t.Fatal(out.stderr.String())
	}
	if err := os.WriteFile(filepath.Join(dir, prefix+"-reports.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := len(s.Files())
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 2 || !strings.Contains(out.stderr.String(), prefix+"-reports.json is not as extract wrote it") || len(s.Files()) != sent {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	code, out = run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir, "--all")
	if code != 6 || !strings.Contains(out.stderr.String(), prefix+"-reports.json  the catalog has a file of this name already") {
		t.Errorf("with --all: code %d, stderr:\n%s", code, out.stderr.String())
	}
}

// The catalog takes a damaged file like any other.
func TestUpload_sendsNothingOfADamagedSet(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	dir := extracted(t, prefix)
	if err := os.Truncate(filepath.Join(dir, prefix+"-reports.json"), 1); err != nil {
		t.Fatal(err)
	}
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 2 || len(s.Files()) > 0 || !strings.Contains(out.stderr.String(), "-reports.json is not as extract wrote it") {
		t.Errorf("code %d, %d files were sent, stderr:\n%s", code, len(s.Files()), out.stderr.String())
	}
}
