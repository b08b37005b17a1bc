package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/outbox"
	"longhaul/internal/simulator/server"
)

// setFiles are the names of one whole extract, in the order of delivery.
var setFiles = []string{
	"dashboards.json", "dashboard_components.json", "folders.json", "reports.json", "reports_metadata.json", "users.json", "summary.json",
}

// set names the files of a set, without some.
func set(timestamp string, without ...string) []string {
	var files []string
	for _, name := range setFiles {
		if !slices.Contains(without, name) {
			files = append(files, timestamp+"-"+name)
		}
	}
	return files
}

func startCatalog(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.Start(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// environment has the variables of castor-upload, and the address of the simulated catalog.
func environment(s *server.Server) []string {
	ready := s.Ready()
	return []string{
		"CASTOR_UPLOADER_TOKEN=" + ready.CatalogToken, "CASTOR_UPLOADER_SOURCE_ID=" + ready.SourceID,
		"LONGHAUL_CATALOG_URL=" + ready.Catalog,
	}
}

func directoryOf(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`[{"name": "`+name+`"}]`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func pathsOf(s *server.Server) []string {
	var paths []string
	for _, f := range s.Files() {
		paths = append(paths, strings.ReplaceAll(f.Path, s.Ready().SourceID, "ID"))
	}
	return paths
}

func TestUpload_newestWholeSetSummaryLast(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	dir := directoryOf(t, append(append(set("1700000000"), set("1790000000")...), "readme.txt")...)
	code, out := run(t, nil, environment(s), "longhaul", "upload", "-t", "VIZ", "-d", dir)
	if code != 0 {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	var want []string
	for _, name := range setFiles {
		want = append(want, "visualization-ID/1790000000-"+name)
	}
	if diff := cmp.Diff(want, pathsOf(s)); diff != "" {
		t.Error(diff)
	}
	for _, part := range []string{
		"Left, because they are not of the newest whole set (--all sends them too): 1700000000-dashboard_components.json, ",
		"Left, because only .json and .csv files are sent: readme.txt\n", "7/7  1790000000-summary.json  ",
	} {
		if !strings.Contains(out.stderr.String(), part) {
			t.Errorf("%q is missing in:\n%s", part, out.stderr.String())
		}
	}
	if !strings.HasPrefix(out.stdout.String(), "Delivered 7 files (") {
		t.Errorf("stdout: %s", out.stdout.String())
	}
}

func TestUpload_again(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	dir := directoryOf(t, set("1700000000")...)
	args := []string{"castor-upload", "--file-type", "VIZ", "--directory", dir, "--json"} // argparse takes --directory too
	var files [2][]outbox.Sent
	for i := range files {
		code, out := run(t, nil, environment(s), args...)
		var got outbox.Delivered
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
			t.Fatalf("code %d, %v, stderr:\n%s", code, err, out.stderr.String())
		}
		files[i] = got.Files
	}
	for i, name := range setFiles {
		if first := files[0][i]; first.Name != "1700000000-"+name || first.Status != "delivered" || first.SHA256 != s.Files()[i].SHA256 {
			t.Errorf("first time: %+v", first)
		}
		if second := files[1][i]; second.Status != "there" {
			t.Errorf("second time: %+v", second)
		}
	}
	if n := len(s.Files()); n != 7 {
		t.Errorf("the catalog has %d files", n)
	}
}

func TestUpload_eachTypeToItsPath(t *testing.T) {
	t.Parallel()
	const id = "399a8b22-3187-41ec-8d3d-0242ac130003"
	for _, row := range []struct{ kind, path string }{
		{"DBT", "/transformation-" + id + `/\d{10}-manifest\.json`},
		{"VIZ", "/visualization-" + id + `/my\.json`},
		{"WAREHOUSE", "/warehouse-" + id + `/my\.json`},
		{"QUALITY", "/quality-" + id + `/\d{10}-my\.json`},
	} {
		var path string
		catalog := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			path = r.URL.Path
			_, _ = io.Copy(io.Discard, r.Body)
		}))
		file := filepath.Join(directoryOf(t, "my.json"), "my.json")
		code, out := run(t, nil, nil, "longhaul-starter", "upload", "-t", row.kind,
			"-f", file, "-k", "token", "-s", strings.ToUpper(id), "--url", catalog.URL)
		catalog.Close()
		if code != 0 || !regexp.MustCompile("^"+row.path+"$").MatchString(path) {
			t.Errorf("%s: code %d, sent to %s, stderr:\n%s", row.kind, code, path, out.stderr.String())
		}
		if n := strings.Count(out.stderr.String(), "show in the list of processes"); n != 1 {
			t.Errorf("%s: warned %d times of the token in ps", row.kind, n)
		}
	}
}

func TestUpload_whatIsWrong(t *testing.T) {
	t.Parallel()
	s := startCatalog(t)
	good := environment(s)
	dir := directoryOf(t, set("1700000000")...)
	for _, row := range []struct {
		name string
		env  []string
		args []string
		code int
		says string
	}{
		{"DBT of a directory", good, []string{"-t", "DBT", "-d", dir}, 2, "DBT"},
		{"both a file and a directory", good, []string{"-t", "VIZ", "-d", dir, "-f", "x"}, 2, "exclude each other"},
		{"an empty directory", good, []string{"-t", "VIZ", "-d", t.TempDir()}, 2, "holds no .json or .csv file"},
		{"no such file", good, []string{"-t", "VIZ", "-f", filepath.Join(dir, "none.json")}, 2, "none.json does not exist"},
		{"a directory as a file", good, []string{"-t", "VIZ", "-f", dir}, 2, "give a directory with -d"},
		{"a torn set", good, []string{"-t", "VIZ", "-d", directoryOf(t, set("1700000000", "users.json")...)}, 2, "lacks 1700000000-users.json"},
		{"a source id that is no UUID", good, []string{"-t", "VIZ", "-d", dir, "-s", "acme"}, 2, "UUID"},
		{"an unknown type", good, []string{"-t", "PIE", "-d", dir}, 2, "DBT, VIZ, WAREHOUSE or QUALITY"},
		{"a refused token", good, []string{"-t", "VIZ", "-d", dir, "-k", "wrong-token"}, 6, "check that token, source id and zone belong together"},
		{"nobody at the address", good, []string{"-t", "VIZ", "-d", dir, "--url", "http://127.0.0.1:1"}, 7, "127.0.0.1:1"},
		{"nothing given", nil, nil, 2, "CASTOR_UPLOADER_TOKEN"},
	} {
		env := append([]string{"CASTOR_RETRY_OVERRIDE=1"}, row.env...)
		code, out := run(t, nil, env, append([]string{"longhaul", "upload"}, row.args...)...)
		if code != row.code || !strings.Contains(out.stderr.String(), row.says) || out.stdout.Len() > 0 {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
		for _, secret := range []string{s.Ready().CatalogToken, "wrong-token"} {
			if strings.Contains(out.stderr.String(), secret) {
				t.Errorf("%s: the token is shown", row.name)
			}
		}
	}
	if n := len(s.Files()); n != 0 {
		t.Errorf("the catalog has %d files", n)
	}
}
