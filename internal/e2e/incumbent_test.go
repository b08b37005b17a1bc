package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// The tests of this file are named for what the client that Longhaul replaces does wrong.

func TestIncumbent_aShortPageTruncatesNothing(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 1200, Columns: 1, TypeMetadata: 1000, PageSize: 500}, nil)
	result := p.sync(t)
	if result.Kinds.Reports != 1200 || result.Kinds.Components != 720 || result.States.Described != 1188 {
		t.Errorf("%+v, %+v", result.Kinds, result.States)
	}
	audit(t, p.store, result)
}

func TestIncumbent_halfOfTheDescribesAre403(t *testing.T) {
	t.Parallel()
	const reports = 200
	for fault, want := range map[string]struct {
		times   int // the number after which it ends
		outcome workflows.Outcome
		denied  int64
		code    int // of `sync --strict`
	}{
		"api_concurrent_requests": {reports / 2, workflows.OutcomeComplete, 0, 0},
		"report_no_privileges":    {0, workflows.OutcomeGaps, reports / 2, 5},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{
				Org: openOrg(reports), Faults: []server.Fault{{Name: fault, Route: "describe", Rate: 0.5, Times: want.times}},
			}, nil)
			got := run(t, []string{"TEMPORAL_ADDRESS=" + p.address}, program(t, starter), "sync", "acme", "--json", "--strict")
			var result workflows.Result
			if err := json.Unmarshal([]byte(got.stdout), &result); err != nil || got.code != want.code {
				t.Fatalf("sync ended with %d: %v\n%s", got.code, err, got.stderr)
			}
			if result.Outcome != want.outcome || result.States.Denied != want.denied || result.States.Failed != 0 {
				t.Errorf("outcome %s, %+v", result.Outcome, result.States)
			}
			for id, line := range audit(t, p.store, result)["report"] {
				if line.State == "denied" && line.Reason != "no_access" {
					t.Errorf("report %s is denied for %s", id, line.Reason)
				}
			}
		})
	}
}

func TestIncumbent_aDescribeWithoutColumns(t *testing.T) {
	t.Parallel()
	generated := openOrg(200)
	var always []string
	for i := range generated.Count("Report") {
		if len(always) < 4 && generated.Describe(i).ReportMetadata != nil && !generated.Private("Report", i) && !isDeleted(generated, i) {
			always = append(always, generated.ID("Report", i))
		}
	}
	p := newPlant(t, server.Options{Org: generated, Faults: []server.Fault{
		{Name: "empty_extended", IDs: always[:2]},
		{Name: "describe_no_columns", IDs: always[2:]},
		{Name: "empty_extended", Rate: 0.05},
		{Name: "describe_no_columns", Rate: 0.05},
	}}, nil)
	result := p.sync(t)
	lines := audit(t, p.store, result)
	for _, id := range always {
		if line := lines["report"][id]; line.State != "failed" || line.Reason != "no_columns" {
			t.Errorf("report %s never had its columns, and is %s for %q", id, line.State, line.Reason)
		}
	}
	if result.States.Failed != int64(len(always)) || result.Outcome != workflows.OutcomeGaps {
		t.Errorf("outcome %s, %+v: all others had their columns at the second try", result.Outcome, result.States)
	}
	requireDelivered(t, p, result)
}

func isDeleted(o org.Org, report int) bool {
	return o.Record("Report", report).Fields["IsDeleted"] == true
}

func TestIncumbent_one503OnAQuery(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(200), Faults: []server.Fault{{Name: "api_503_html", Route: "query", Times: 1}}}, nil)
	result := p.sync(t)
	if result.Outcome != workflows.OutcomeComplete || p.sim.Stats().Routes["query"]["503"] != 1 {
		t.Errorf("outcome %s, queries %v", result.Outcome, p.sim.Stats().Routes["query"])
	}
	audit(t, p.store, result)
}

func TestIncumbent_expiryUnderLoad(t *testing.T) {
	t.Parallel()
	const reports, ttl = 600, 500 * time.Millisecond // 12 rounds of requests outlast three tokens on any machine
	p := newPlant(t, server.Options{Org: openOrg(reports), TokenTTL: ttl, Latency: 150 * time.Millisecond}, func(s *source.Source) {
		s.MaxInFlight, s.UnboundedLogins = 50, true
	})
	result := p.sync(t)
	if total, distinct := p.sim.Describes(); total != reports || distinct != reports || result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %d describes of %d reports", result.Outcome, total, distinct)
	}
	logins, most := p.sim.Stats().Logins, int(result.Seconds/ttl.Seconds()*1.5)+2
	if logins < 3 || logins > most {
		t.Errorf("%d logins in %.1f s with tokens of %s, want at most %d", logins, result.Seconds, ttl, most)
	}
	audit(t, p.store, result)
}

// extractTo runs `extract` into a folder.
func extractTo(t *testing.T, sim *server.Server, dir string, environ ...string) ended {
	t.Helper()
	ready := sim.Ready()
	return run(t, environ, program(t, longhaul), "extract", "-c", ready.ClientID, "-s", ready.ClientSecret, "-b", ready.Salesforce, "-o", dir)
}

// uploadFrom runs `upload` of a folder.
func uploadFrom(t *testing.T, sim *server.Server, dir string, environ ...string) ended {
	t.Helper()
	ready := sim.Ready()
	return run(t, environ, program(t, longhaul), "upload",
		"-k", ready.CatalogToken, "-s", ready.SourceID, "-t", "VIZ", "-d", dir, "--url", ready.Catalog)
}

// setIn finds the timestamp of the newest set in a folder, and its files.
func setIn(t *testing.T, dir string) (timestamp int64, files []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		prefix, _, ok := strings.Cut(entry.Name(), "-")
		at, err := strconv.ParseInt(prefix, 10, 64)
		switch {
		case !ok || err != nil || at < timestamp:
		case at > timestamp:
			timestamp, files = at, []string{entry.Name()}
		default:
			files = append(files, entry.Name())
		}
	}
	return timestamp, files
}

func TestIncumbent_yesterdaysFilesInTheFolder(t *testing.T) {
	t.Parallel()
	sim, dir := simulate(t, server.Options{Reports: 100, Columns: 1, TypeMetadata: 1000}), t.TempDir()
	const yesterday = "1700000000-"
	for _, name := range []string{"dashboards", "dashboard_components", "folders", "reports", "reports_metadata", "users", "summary"} {
		if err := os.WriteFile(filepath.Join(dir, yesterday+name+".json"), []byte("[]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := extractTo(t, sim, dir); got.code != 0 {
		t.Fatalf("extract ended with %d: %s", got.code, got.stderr)
	}
	if got := uploadFrom(t, sim, dir); got.code != 0 {
		t.Fatalf("upload ended with %d: %s", got.code, got.stderr)
	}
	timestamp, files := setIn(t, dir)
	delivered := sim.Files()
	if len(delivered) != 7 || len(files) != 7 {
		t.Errorf("%d files were delivered of the %d of timestamp %d", len(delivered), len(files), timestamp)
	}
	for _, f := range delivered {
		if !strings.HasPrefix(f.Name, strconv.FormatInt(timestamp, 10)+"-") {
			t.Errorf("%s was delivered", f.Name)
		}
	}
}

func TestIncumbent_anUploadTimeoutSendsNoEmptyFile(t *testing.T) {
	t.Parallel()
	sim, dir := simulate(t, server.Options{Reports: 100, Columns: 1, TypeMetadata: 1000}), t.TempDir()
	if got := extractTo(t, sim, dir); got.code != 0 {
		t.Fatalf("extract ended with %d: %s", got.code, got.stderr)
	}
	// The catalog keeps the first delivery, and answers only after the client has given up: its second try meets a 409. The
	// second is cut off before its body is read.
	faults := []server.Fault{{Name: "upload_stall", Times: 1, Delay: 4 * time.Second}, {Name: "upload_reset", Times: 1}}
	if err := sim.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	if got := uploadFrom(t, sim, dir, "CASTOR_TIMEOUT_OVERRIDE=1", "CASTOR_RETRY_OVERRIDE=3"); got.code != 0 {
		t.Fatalf("upload ended with %d: %s", got.code, got.stderr)
	}
	_, files := setIn(t, dir)
	sizes := map[string]int64{}
	for _, f := range sim.Files() {
		sizes[f.Name] = f.Bytes
	}
	for _, name := range files {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if sizes[name] != info.Size() || info.Size() == 0 {
			t.Errorf("%s has %d bytes, and arrived with %d", name, info.Size(), sizes[name])
		}
	}
	for _, state := range sim.Faults() {
		if state.Hits != 1 {
			t.Errorf("%s struck %d times", state.Fault.Name, state.Hits)
		}
	}
}

func TestIncumbent_aTimezoneOtherThanUTC(t *testing.T) {
	t.Parallel()
	const zone = "America/New_York"
	if _, err := time.LoadLocation(zone); err != nil {
		t.Skipf("there is no zone database on this machine, so every TZ is UTC (%v)", err)
	}
	sim, dir := simulate(t, server.Options{Reports: 20, Columns: 1, TypeMetadata: 1000}), t.TempDir()
	before := time.Now().Unix()
	if got := extractTo(t, sim, dir, "TZ="+zone); got.code != 0 {
		t.Fatalf("extract ended with %d: %s", got.code, got.stderr)
	}
	timestamp, _ := setIn(t, dir)
	if timestamp < before || timestamp > time.Now().Unix() {
		t.Errorf("the files carry %d, and it is %d", timestamp, before)
	}
	text, err := os.ReadFile(filepath.Join(dir, strconv.FormatInt(timestamp, 10)+"-summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var summary struct {
		At string `json:"executed_at"`
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		t.Fatal(err)
	}
	if at, err := time.Parse("2006-01-02T15:04:05", summary.At); err != nil || at.Unix() != timestamp {
		t.Errorf("executed_at is %s (%v), want that of %d in UTC", summary.At, err, timestamp)
	}
}
