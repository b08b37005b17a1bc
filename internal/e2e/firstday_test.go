package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
)

// The first day of the page: a source is connected, asked about, synced, steered, scheduled, looked back at, given other keys, and
// disconnected, by the programs on a Temporal of their own with two workers.

// firstDay is what goes on of it.
type firstDay struct {
	*reader

	served  *goingOn   // Temporal
	working []*goingOn // the workers
}

// goingSync is a sync that goes on while lines are typed.
type goingSync struct {
	*reader

	syncing *goingOn
}

// stalled makes describes slow, so that a sync is there to be steered.
var stalled = server.Fault{Name: "stall", Route: "describe", Delay: time.Second}

// slow makes the describes of the org slow, or fast again.
func (r *goingSync) slow(t *testing.T, slow bool) {
	t.Helper()
	var faults []server.Fault
	if slow {
		faults = append(faults, stalled)
	}
	closed(t, r.sim.SetFaults(faults))
}

var address = regexp.MustCompile(`Ready\. Temporal: (\S+)`)

// temporal takes free ports, for others may test on this machine.
func (r *firstDay) temporal(t *testing.T, line string) {
	t.Helper()
	r.served = r.leaves(t, line+" --port 0 --ui-port 0", "Ready. Temporal: ")
	at := address.FindStringSubmatch(r.served.said.String())
	if at == nil {
		t.Fatalf("it does not say where Temporal is:\n%s", r.served.said)
	}
	r.environ = append(r.environ, "TEMPORAL_ADDRESS="+at[1])
	r.at = at[1]
}

func (r *firstDay) workers(t *testing.T, line string) {
	t.Helper()
	for range 2 {
		r.working = append(r.working, r.leaves(t, line, "no source is connected yet"))
	}
}

// connect is refused for a wrong secret, and leaves nothing; then the document is right.
func (r *firstDay) connect(t *testing.T, line string) {
	t.Helper()
	ready := r.sim.Ready()
	r.writes(t, "acme.json", string(guidesDocument(t, ready, "a-secret-of-another-app")))
	line += " --catalog-url " + ready.Catalog
	got := r.types(t, r.put.Replace(line))
	if got.code != 3 || !strings.Contains(got.stdout+got.stderr, "the client secret is not the one of the app") ||
		!strings.Contains(got.stdout+got.stderr, "Nothing was saved.") {
		t.Fatalf("%s with a wrong secret ended with %d:\n%s%s", line, got.code, got.stdout, got.stderr)
	}
	r.writes(t, "acme.json", string(guidesDocument(t, ready, ready.ClientSecret)))
	r.says(t, line, "acme is connected", "A worker serves it.")
}

// says types a line that must end well and say some words.
func (r *reader) says(t *testing.T, line string, words ...string) string {
	t.Helper()
	got := r.does(t, line)
	for _, word := range words {
		if !strings.Contains(strings.Join(strings.Fields(got.stdout+got.stderr), " "), word) {
			t.Errorf("%s does not say %q:\n%s%s", line, word, got.stdout, got.stderr)
		}
	}
	return got.stdout
}

func (r *firstDay) check(t *testing.T, line string) { r.says(t, line, "A sync can run", "0 failed") }

func (r *firstDay) plan(t *testing.T, line string) {
	r.says(t, line, "A first sync describes 60 reports")
}

// sync goes on while the next lines are typed.
func (r *goingSync) sync(t *testing.T, line string) {
	t.Helper()
	r.slow(t, true)
	r.syncing = r.leaves(t, line, "describe ")
}

func (r *goingSync) pause(t *testing.T, line string) { r.says(t, line, "The sync of acme is paused") }

// resume lets the sync go on to its end.
func (r *goingSync) resume(t *testing.T, line string) {
	t.Helper()
	r.says(t, line, "goes on")
	r.comesHome(t, 7)
}

// comesHome waits for the end of the sync that goes on. The catalog has so many files then.
func (r *goingSync) comesHome(t *testing.T, files int) {
	t.Helper()
	r.slow(t, false)
	if code := r.syncing.endsWithin(t, longest); code != 0 || !strings.Contains(r.syncing.said.String(), "The catalog has all files") {
		t.Errorf("the sync ended with %d:\n%s", code, r.syncing.said)
	}
	if got := len(r.sim.Files()); got != r.uploaded+files {
		t.Errorf("the catalog has %d files, want %d more than %d", got, files, r.uploaded)
	}
	r.uploaded += files
}

func (r *firstDay) schedule(t *testing.T, line string) {
	t.Helper()
	r.says(t, line, "every 24h")
	var shown struct {
		Next []time.Time `json:"next"`
	}
	if err := json.Unmarshal([]byte(r.does(t, "longhaul-starter schedule acme --json").stdout), &shown); err != nil || len(shown.Next) != 5 {
		t.Errorf("the next runs are %v, %v", shown.Next, err)
	}
}

// trigger does what the line says by the client that its program has.
func (r *firstDay) trigger(t *testing.T, line string) {
	t.Helper()
	c, err := host.Dial(t.Context(), host.DialOptions{Address: r.at, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	id := strings.SplitAfter(line, "--schedule-id ")[1]
	closed(t, c.ScheduleClient().GetHandle(t.Context(), id).Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	eventually(t, longest, func() bool { return len(r.history(t)) == 2 && r.history(t)[0].Outcome == "complete" })
	r.uploaded += 7
}

func (r *firstDay) sources(t *testing.T, line string) {
	r.says(t, line, "acme", "connected", "every 24h")
}

// past is a sync, as history tells of it.
type past struct {
	Sync, Outcome, Trigger string
	APICalls               int64              `json:"api_calls"`
	Waits                  map[string]float64 `json:"waits"`
}

func (r *firstDay) history(t *testing.T) []past {
	t.Helper()
	var told struct{ Syncs []past }
	if err := json.Unmarshal([]byte(r.does(t, "longhaul-starter history acme --json").stdout), &told); err != nil {
		t.Fatal(err)
	}
	return told.Syncs
}

func (r *firstDay) looksBack(t *testing.T, line string) {
	t.Helper()
	r.says(t, line, "Started by schedule longhaul-acme", "Started from the command line", "The catalog has what sync")
	syncs := r.history(t)
	if first := syncs[len(syncs)-1]; first.Waits["paused"] <= 0 || first.Trigger != "cli" || syncs[0].Trigger != "schedule:longhaul-acme" {
		t.Errorf("the history is %+v", syncs)
	}
	r.says(t, "longhaul-starter show acme "+syncs[len(syncs)-1].Sync, "pause", "month end", "resume")
}

// diff is asked after people have changed reports and a sync has read that.
func (r *firstDay) diff(t *testing.T, line string) {
	t.Helper()
	r.posts(t, "churn", `{"object":"Report","create":3,"rename":2,"delete":1}`)
	r.does(t, "longhaul-starter sync acme")
	r.uploaded += 7
	r.says(t, line, "Reports: 3 added, 1 gone, 2 renamed.")
}

func (r *firstDay) why(t *testing.T, line string) {
	t.Helper()
	r.says(t, strings.Replace(line, "Pipeline by Region", "Renamed 1", 1), "described", "Renamed 1")
}

// posts steers the simulator as its documentation says.
func (r *reader) posts(t *testing.T, route, body string) {
	t.Helper()
	answer, err := http.Post(r.sim.Ready().Salesforce+"/simulator/"+route, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("POST %s answers %s", route, answer.Status)
	}
}

// newSecret resets the secret of the app while a sync runs.
func (r *goingSync) newSecret(t *testing.T, line string) {
	r.resetKeys(t, line, `{"client_secret":"the-second-secret"}`)
}

// newApp puts another app in the place of the one that a running sync uses.
func (r *goingSync) newApp(t *testing.T, line string) {
	r.resetKeys(t, line, `{"client_id":"3MVG8another","client_secret":"the-third-secret"}`)
}

// resetKeys resets the keys in the org while a sync describes every report: it is blocked, and goes on once the source is connected again.
func (r *goingSync) resetKeys(t *testing.T, line, keys string) {
	t.Helper()
	r.slow(t, true)
	describes, _ := r.sim.Describes()
	r.syncing = r.leaves(t, "longhaul-starter sync acme --full", "describe ")
	r.posts(t, "app", keys)
	eventually(t, longest, func() bool {
		return strings.Contains(r.does(t, "longhaul-starter status acme").stdout, "The sync is blocked")
	})
	r.says(t, line, "The credentials of acme are replaced.", "The sync that was blocked on the former ones goes on.")
	r.comesHome(t, 7)
	if all, _ := r.sim.Describes(); all-describes > 62+24 { // of 62 reports, those in flight when the keys were reset again
		t.Errorf("%d describes of 62 reports: what was described is described again", all-describes)
	}
}

// disconnect leaves the records, and neither credentials nor a schedule.
func (r *firstDay) disconnect(t *testing.T, line string) {
	t.Helper()
	r.says(t, line, "its credentials are removed", "Its schedule is removed.")
	left, err := filepath.Glob(filepath.Join(r.dir, "bucket", "saved", "acme", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("there is still %v, %v", left, err)
	}
	records, err := filepath.Glob(filepath.Join(r.dir, "bucket", "sources", "acme", "records", "*"))
	if err != nil || len(records) != 5 {
		t.Errorf("there are the records %v, %v", records, err)
	}
	eventually(t, longest, func() bool {
		got := r.types(t, "longhaul-starter check acme")
		said := strings.Join(strings.Fields(got.stdout), " ")
		return got.code == 3 && strings.Contains(said, "was disconnected") && strings.Contains(said, "no worker serves source acme")
	})
	for _, p := range append(r.working, r.served) {
		if code := p.ends(t, os.Interrupt); code != 0 {
			t.Errorf("it ended with %d:\n%s", code, fmt.Sprint(p.said))
		}
	}
}
