package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	accounts "longhaul/internal/account" // account is a test of this package
	"longhaul/internal/export/castor"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// A token that the catalog does not know ends a sync before anything is spent on an extract that nobody would take.
func TestCatalog_anUnknownTokenEndsASyncAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 300, Columns: 1}, func(s *source.Source) { s.Exports[0].Secrets["token"] = source.Held("another-token") })
	path := program(t, starter) // building it takes longer than what is timed
	begun := time.Now()
	got := run(t, []string{"TEMPORAL_ADDRESS=" + p.address}, path, "sync", "acme", "--json")
	if took := time.Since(begun); got.code != 6 || took > time.Minute {
		t.Errorf("it ended with %d after %s:\n%s", got.code, took, got.stderr)
	}
	if !strings.Contains(lastLine(got.stderr), "does not know the token") || strings.Contains(got.stdout+got.stderr, "another-token") {
		t.Errorf("it says %s", lastLine(got.stderr))
	}
	stats := p.sim.Stats()
	if described, _ := p.sim.Describes(); described != 0 || stats.APICalls != 0 || stats.Logins != 0 || len(stats.Routes["upload"]) != 0 {
		t.Errorf("it made %d describes, %d calls and %d logins, and deliveries %v", described, stats.APICalls, stats.Logins, stats.Routes["upload"])
	}
	if asked := stats.Routes["catalog_api"]["200"]; asked != 1 {
		t.Errorf("the catalog was asked %d times", asked)
	}
}

// What cannot be tried keeps no sync from its start: it is said once, until the delivery has tried it.
func TestCatalog_whatCannotBeTriedIsAWarning(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 50, Columns: 1, Faults: []server.Fault{{Name: "catalog_api_portal"}}}, nil)
	result := p.sync(t)
	var before accounts.Document // written before the delivery
	if err := p.store.ReadJSON(t.Context(), staging.Sync{Source: "acme", ID: result.Sync}.Manifest(), &before); err != nil {
		t.Fatal(err)
	}
	tried := func(w string) bool { return !strings.Contains(w, "could not be tried") }
	said := slices.DeleteFunc(messages(before.Warnings), tried)
	if !result.Uploaded || len(said) != 1 || !strings.Contains(said[0], `a web page called "Sign in to the network"`) {
		t.Errorf("uploaded %v, warnings before %q", result.Uploaded, before.Warnings)
	}
	if said := slices.DeleteFunc(messages(result.Warnings), tried); len(said) > 0 {
		t.Errorf("after the delivery it warns of %q", said)
	}
	if asked := p.sim.Stats().Routes["catalog_api"]["200"]; asked != 1 {
		t.Errorf("the catalog was asked %d times", asked)
	}
}

// castor-extract-salesforce-viz, run where the time zone is west of UTC, has left a set that is named hours ahead. The next
// extract is the newest by name all the same, and it is what upload delivers.
func TestExtract_thenUpload_besideASetThatIsNamedAhead(t *testing.T) {
	t.Parallel()
	sim := simulate(t, server.Options{Reports: 20, Columns: 1})
	dir := t.TempDir()
	last := time.Now().Add(5 * time.Hour).Unix()
	for _, name := range castor.Names {
		if err := os.WriteFile(filepath.Join(dir, castor.FileName(last, name)), []byte("[]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	castors := last
	ready := sim.Ready()
	for n := 1; n <= 2; n++ {
		got := run(t, nil, program(t, longhaul), "extract", "-c", ready.ClientID, "-s", ready.ClientSecret, "-b", ready.Salesforce, "-o", dir, "--json")
		var result workflows.Result
		if err := json.Unmarshal([]byte(got.stdout), &result); err != nil || got.code != 0 {
			t.Fatalf("extract ended with %d: %v\n%s", got.code, err, got.stderr)
		}
		timestamp, files := setIn(t, dir)
		if timestamp <= last || len(files) != 7 || timestamp > castors+10 {
			t.Fatalf("the new set is named %d with %d files, want the next after %d", timestamp, len(files), last)
		}
		for _, f := range result.Files["castor"] {
			if !strings.HasPrefix(f.Name, strconv.FormatInt(timestamp, 10)+"-") {
				t.Errorf("the result names %s, the set is %d", f.Name, timestamp)
			}
		}
		sent := uploadFrom(t, sim, dir)
		if sent.code != 0 || !strings.HasPrefix(sent.stdout, "Delivered 7 files") || !strings.Contains(sent.stderr, strconv.FormatInt(castors, 10)+"-reports.json") {
			t.Errorf("upload ended with %d: %s\n%s", sent.code, sent.stdout, sent.stderr)
		}
		there := sim.Files()
		if len(there) != 7*n || there[len(there)-1].Name != castor.FileName(timestamp, castor.Summary) {
			t.Errorf("the catalog has %d files, the last is %+v", len(there), there[len(there)-1])
		}
		last = timestamp
	}
	again := uploadFrom(t, sim, dir)
	if len(sim.Files()) != 14 || strings.Contains(again.stdout, "Delivered") {
		t.Errorf("a third upload ended with %d: %s", again.code, again.stdout)
	}
}
