package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/server"
)

// at is the prefix of a set that is named some time from now.
func at(from time.Duration) string { return strconv.FormatInt(time.Now().Add(from).Unix(), 10) }

// extracted makes a directory as extract leaves it, with further files beside the set.
func extracted(t *testing.T, timestamp string, beside ...string) string {
	t.Helper()
	dir := directoryOf(t, append(set(timestamp), beside...)...)
	var files []map[string]any
	for _, name := range set(timestamp) {
		_, sum, err := sumOf(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, map[string]any{"name": name, "sha256": sum})
	}
	number, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := json.Marshal(map[string]any{"sync": "20261123T163337Z-ab12cd34", "timestamp": number, "files": files})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, stateDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, stateDir, "manifest.json"), manifest, 0o600); err != nil {
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
			if text := out.stderr.String(); !strings.Contains(text, "still to come") || !strings.Contains(text, row.castors+"-reports.json") {
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
	var shown delivered
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

	// The same again delivers nothing, and what is ahead may be what should have gone.
	code, out = run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 2 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), "nothing was delivered") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, out.stdout.String(), out.stderr.String())
	}
}

func TestUpload_neverCallsNothingASuccess(t *testing.T) {
	t.Parallel()
	past, later := at(-3*time.Hour), at(-time.Hour)
	for name, row := range map[string]struct {
		files  []string
		change func(t *testing.T, dir string)
		code   int
		says   string
	}{
		"a set ahead alone":             {set(at(5 * time.Hour)), nil, 2, "are named 5h0m0s ahead of this machine's clock"},
		"milliseconds alone":            {set(past + "000"), nil, 2, "no time in seconds"},
		"a newer set that lacks a file": {append(set(past), set(later, "users.json")...), nil, 2, "the newer set " + later + " lacks files"},
		"an older name written later": {append(set(past), set(later)...), func(t *testing.T, dir string) {
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
			dir := directoryOf(t, row.files...)
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

func TestUpload_saysThatAllWasDeliveredBefore(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	dir := extracted(t, at(-time.Minute))
	for i, says := range []string{"Delivered 7 files (", "Nothing was left to deliver: 7 files had been delivered to 127.0.0.1:"} {
		code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
		if code != 0 || !strings.HasPrefix(out.stdout.String(), says) {
			t.Errorf("time %d: code %d, stdout %q, stderr:\n%s", i+1, code, out.stdout.String(), out.stderr.String())
		}
	}
	// Without the folder's record nothing says that the files there are these.
	if err := os.Remove(filepath.Join(dir, stateDir, deliveredFile)); err != nil {
		t.Fatal(err)
	}
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 6 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), "nothing here tells that they are the same") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, out.stdout.String(), out.stderr.String())
	}
}

// Whose file the catalog has after a delivery that failed, how far that came tells, and not why it failed.
func TestUpload_knowsByItsReachWhetherAFileMayBeThere(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answers []int
		code    int
	}{
		"nobody took it": {[]int{408, 408, 408}, exitCatalog},
		"the catalog may have, before it said no": {[]int{502, 401}, exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			catalog := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				status := http.StatusConflict
				if n := int(calls.Add(1)); n <= len(row.answers) {
					status = row.answers[n-1]
				}
				w.WriteHeader(status)
			}))
			t.Cleanup(catalog.Close)
			env := []string{
				"CASTOR_UPLOADER_TOKEN=a-token", "CASTOR_UPLOADER_SOURCE_ID=399a8b22-3187-41ec-8d3d-0242ac130003", "LONGHAUL_CATALOG_URL=" + catalog.URL,
			}
			const reports = "1700000000-reports.json"
			file := filepath.Join(directoryOf(t, reports), reports)
			if code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-f", file); code == exitDone {
				t.Fatalf("the first time: stdout %q", out.stdout.String())
			}
			if code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-f", file); code != row.code {
				t.Errorf("code %d, want %d; stdout %q, stderr:\n%s", code, row.code, out.stdout.String(), out.stderr.String())
			}
		})
	}
}

// A folder that gathers what a year brings is known as a whole.
func TestUpload_knowsAllOfALargeFolder(t *testing.T) {
	t.Parallel()
	h := &deliveries{path: filepath.Join(t.TempDir(), stateDir, deliveredFile), failed: func(err error) { t.Error(err) }}
	entry := func(i int) deliveryEntry {
		return deliveryEntry{Host: "cloud.catalog.example", Path: strings.Repeat("p", 120) + strconv.Itoa(i), SHA256: strings.Repeat("f", 64)}
	}
	const files = 7 * 400
	for i := range files - 1 {
		h.entries = append(h.entries, entry(i))
	}
	h.add(entry(files - 1))
	again := delivery{}.history(nil, filepath.Dir(filepath.Dir(h.path)))
	for i := range files {
		if !again.has(entry(i)) {
			t.Fatalf("file %d of %d is not known any more", i, files)
		}
	}
}

// A file of the same name and another content is not the one that was delivered before.
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

// A damaged file looks as good as any to the catalog.
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

// The summary says that a set is whole, so it must not follow the files of somebody else.
func TestUpload_sendsNoSummaryBehindForeignFiles(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	foreign := filepath.Join(t.TempDir(), prefix+"-folders.json")
	if err := os.WriteFile(foreign, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-f", foreign); code != 0 {
		t.Fatal(out.stderr.String())
	}
	dir := extracted(t, prefix)
	for range 2 {
		code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
		if code != 6 || !strings.Contains(out.stderr.String(), "has files of these names already") {
			t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
		}
	}
	for _, file := range s.Files() {
		if strings.Contains(file.Path, summaryFile) {
			t.Errorf("the summary was sent: %s", file.Path)
		}
	}
}

// A set of which somebody else's file is the last one is not delivered either: what it is, the summary says.
func TestUpload_aForeignSummaryMakesNoWholeSet(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	foreign := filepath.Join(t.TempDir(), prefix+"-"+summaryFile)
	if err := os.WriteFile(foreign, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-f", foreign); code != 0 {
		t.Fatal(out.stderr.String())
	}
	dir := extracted(t, prefix)
	for i, says := range []string{"the set is not delivered, only 6 files of it", "nothing was delivered"} {
		code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
		if code != 6 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), says) {
			t.Errorf("time %d: code %d, stdout %q, stderr:\n%s", i+1, code, out.stdout.String(), out.stderr.String())
		}
	}
}

// What has not reached the catalog is not what lies there under its name later.
func TestUpload_takesNobodysFileForOneThatNeverArrived(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	dir := extracted(t, prefix)
	if err := s.SetFaults([]server.Fault{{Name: "upload_page_511", Times: 2}}); err != nil {
		t.Fatal(err)
	}
	env := append(environment(s), "CASTOR_RETRY_OVERRIDE=1")
	if code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-d", dir); code != 7 {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	foreign := directoryOf(t, prefix+"-"+setFiles[0])
	if code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-f", filepath.Join(foreign, prefix+"-"+setFiles[0])); code != 0 {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 6 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), "nothing was delivered") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, out.stdout.String(), out.stderr.String())
	}
}

// An upload that was cut short before it heard the answer meets its own file the next time.
func TestUpload_knowsAFileWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for then, ends := range map[string]int{"upload_503": 7, "upload_401": 6} { // what the next try meets
		t.Run(then, func(t *testing.T) {
			t.Parallel()
			s := startCatalog(t)
			dir := extracted(t, at(-time.Minute))
			if err := s.SetFaults([]server.Fault{{Name: "upload_reset_after_body", Times: 1}, {Name: then, Times: 2}}); err != nil {
				t.Fatal(err)
			}
			env := append(environment(s), "CASTOR_RETRY_OVERRIDE=1")
			if code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-d", dir); code != ends {
				t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
			}
			if err := s.SetFaults(nil); err != nil {
				t.Fatal(err)
			}
			code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-d", dir)
			text := out.stdout.String()
			if code != 0 || !strings.HasPrefix(text, "Delivered 6 files (") || !strings.Contains(text, "1 file had been delivered before") {
				t.Errorf("code %d, stdout %q, stderr:\n%s", code, text, out.stderr.String())
			}
			if len(s.Files()) != len(setFiles) {
				t.Errorf("the catalog has %d files", len(s.Files()))
			}
		})
	}
}

func TestUpload_worksWhereNothingCanBeNoted(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	dir := directoryOf(t, set(at(-time.Minute))...)
	if err := os.WriteFile(filepath.Join(dir, stateDir), nil, 0o600); err != nil { // no folder can be made there
		t.Fatal(err)
	}
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 0 || strings.Count(out.stderr.String(), "cannot be noted") != 1 {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}

// A gateway or portal that answers with a page has delivered nothing, whatever its status is.
func TestUpload_takesNoPageForADelivery(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusConflict} {
		portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, "\xef\xbb\xbf<!-- portal -->\n<script>top.location='/login'</script><html><title>Sign in</title></html>")
		}))
		t.Cleanup(portal.Close)
		dir := directoryOf(t, set(at(-time.Minute))...)
		env := []string{"CASTOR_RETRY_OVERRIDE=1", "CASTOR_UPLOADER_TOKEN=token", "CASTOR_UPLOADER_SOURCE_ID=399a8b22-3187-41ec-8d3d-0242ac130003"}
		code, out := run(t, nil, env, "longhaul", "upload", "-t", "VIZ", "-d", dir, "--url", portal.URL)
		says := `a web page called "Sign in" came from ` + strings.TrimPrefix(portal.URL, "http://")
		if code == 0 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), says) {
			t.Errorf("%d: code %d, stdout %q, stderr:\n%s", status, code, out.stdout.String(), out.stderr.String())
		}
	}
}
