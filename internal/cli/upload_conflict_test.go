package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/paths"
	"longhaul/internal/simulator/server"
)

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
	// Without the folder's log nothing says that the files in the catalog are these.
	if err := os.Remove(filepath.Join(dir, paths.StateDir, "delivered.json")); err != nil {
		t.Fatal(err)
	}
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 6 || out.stdout.Len() > 0 || !strings.Contains(out.stderr.String(), "nothing here shows that they are the same") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, out.stdout.String(), out.stderr.String())
	}
}

// How far a failed delivery came decides whose file the catalog may have, not why it failed.
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
		if strings.Contains(file.Path, "summary.json") {
			t.Errorf("the summary was sent: %s", file.Path)
		}
	}
}

// A set whose summary is somebody else's is not delivered: the summary says what a set is.
func TestUpload_aForeignSummaryMakesNoWholeSet(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	prefix := at(-time.Minute)
	foreign := filepath.Join(t.TempDir(), prefix+"-"+"summary.json")
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

// A file that has not reached the catalog is not the file that has its name there later.
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

// An upload that ended before the answer came meets its own file the next time.
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
	if err := os.WriteFile(filepath.Join(dir, paths.StateDir), nil, 0o600); err != nil { // no folder can be made there
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
