package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
	"longhaul/workflows"
)

// scratchPrefix begins the names of the folders of demos that keep nothing.
const scratchPrefix = "longhaul-demo-"

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestDemo_removesWhatKilledDemosLeft(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	left := func(name string, locked bool, age time.Duration) string {
		t.Helper()
		dir := filepath.Join(temp, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if locked {
			if err := os.WriteFile(filepath.Join(dir, "lock"), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	killed := left(scratchPrefix+"1", true, time.Hour)
	running := left(scratchPrefix+"2", true, 0)
	release, err := node.Lock(running, "x")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := os.Chtimes(running, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	beginning := left(scratchPrefix+"3", true, 0)
	another := left(scratchPrefix+"4", false, time.Hour)
	unlike := left("longhaul-else", true, time.Hour)

	app, said := newTestApp(t, "longhaul", "demo", "--exit")
	app.Environ = []string{"TMPDIR=" + temp}
	withNode(&app, &fakeTemporal{result: demoResult()})
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files["castor"]}, nil }
	if code := Main(t.Context(), app); code != 0 {
		t.Errorf("code %d: %s", code, said.stderr.String())
	}
	if there(killed) {
		t.Error("the folder of a demo that was killed is still there")
	}
	for _, dir := range []string{running, beginning, another, unlike} {
		if !there(dir) {
			t.Errorf("%s was removed", filepath.Base(dir))
		}
	}
	entries, err := os.ReadDir(temp)
	if err != nil || len(entries) != 4 {
		t.Errorf("%v are there, %v; the demo's own folder should be gone", entries, err)
	}
}

func TestDemo_namesATemporaryDirectoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	app, said := newTestApp(t, "longhaul", "demo", "--exit")
	app.Environ = []string{"TMPDIR=" + filepath.Join(t.TempDir(), "none")}
	if code := Main(t.Context(), app); code != exitUsage || !strings.Contains(said.stderr.String(), "TMPDIR") {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
}

func TestDemo_keepsItsDatabaseOutOfTheOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, out := run(t, nil, nil, "longhaul", "demo", "--exit", "--out", dir, "--data", filepath.Join(dir, "data"))
	if code != exitUsage || !strings.Contains(out.stderr.String(), "of --data is in the output "+dir) {
		t.Errorf("code %d, %s", code, out.stderr.String())
	}
}

type fakeSimulator struct{ files []activities.File }

func (fakeSimulator) Access() Access {
	return Access{
		Salesforce: "http://127.0.0.1:1", ClientID: "id", ClientSecret: "a-client-secret",
		Catalog: "http://127.0.0.1:2", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", CatalogToken: "a-catalog-token",
	}
}

func (fakeSimulator) Stats() SimulatorStats { return SimulatorStats{Calls: 1012, MaxInFlight: 24} }

func (s fakeSimulator) Delivered() []activities.File { return s.files }

func (fakeSimulator) Change() (string, error) { return "3 new, 5 renamed", nil }

func (fakeSimulator) Close() error { return nil }

func demoResult() *workflows.Result {
	r := completeResult()
	r.Source = demoSource
	return r
}

func TestDemo(t *testing.T) {
	t.Parallel()
	other := demoResult().Files["castor"]
	other[0].SHA256 = "cc"
	for _, row := range []struct {
		name      string
		delivered []activities.File
		same      bool
		code      int
	}{
		{"the catalog has the same bytes", demoResult().Files["castor"], true, 0},
		{"the catalog has other bytes", other, false, 1},
		{"the catalog has less", demoResult().Files["castor"][:1], false, 1},
	} {
		app, out := newTestApp(t, "longhaul", "demo", "--exit", "--json", "--reports", "7", "--latency", "3ms", "--max-in-flight", "5")
		asked := withNode(&app, &fakeTemporal{result: demoResult()})
		var simulated SimulatorOptions
		app.StartSimulator = func(o SimulatorOptions) (Simulator, error) {
			simulated = o
			return fakeSimulator{row.delivered}, nil
		}
		if code := Main(t.Context(), app); code != row.code {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
		var got struct {
			Outcome   string            `json:"outcome"`
			Workflow  monitor.Reference `json:"workflow"`
			Simulator SimulatorStats    `json:"simulator"`
			Catalog   received          `json:"catalog"`
		}
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v in %s", row.name, err, out.stdout.String())
		}
		if got.Outcome != "complete" || got.Workflow.HistoryEvents != 77 || got.Simulator.Calls != 1012 || got.Catalog.SameBytes != row.same {
			t.Errorf("%s: got %+v", row.name, got)
		}
		if simulated.Reports != 7 || simulated.Latency != 3*time.Millisecond {
			t.Errorf("%s: simulated %+v", row.name, simulated)
		}
		checkDemoSettings(t, (*asked)[0])
	}
}

func checkDemoSettings(t *testing.T, o node.Options) {
	t.Helper()
	s, err := o.Settings.Sources.Get(demoSource)
	if err != nil || s.MaxInFlight != 5 || s.MaxShards != 5 || s.Exports[0].Section == "" {
		t.Errorf("source %+v, %v", s, err)
	}
	if _, err := os.Stat(o.Settings.DataDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory for this once is still there: %v", err)
	}
}

func TestDemo_staysUpUntilInterrupted(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "demo")
	withNode(&app, &fakeTemporal{result: demoResult()})
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files["castor"]}, nil }
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel, "Stays up until Ctrl-C."}
	if code := Main(ctx, app); code != 0 {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	for _, part := range []string{
		"Stays up until Ctrl-C.", "The catalog received the same bytes: 2 files compared by SHA-256, the summary last.",
		"http://127.0.0.1:8233/namespaces/default/workflows/sync-demo/run-2/history",
		"  longhaul report demo --open --storage file://", "TEMPORAL_ADDRESS=127.0.0.1:7233 longhaul show demo\n", "temporal workflow show --address 127.0.0.1:7233 --workflow-id sync-demo",
	} {
		if !strings.Contains(out.stdout.String()+out.stderr.String(), part) {
			t.Errorf("%q is missing in:\n%s%s", part, out.stdout.String(), out.stderr.String())
		}
	}
}

// On a terminal a sync takes about a minute, whatever its size, within what a call may take.
func TestDemo_pace(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		reports, inFlight int
		want              time.Duration
	}{
		{1000, 24, 1230 * time.Millisecond},
		{5000, 24, 280 * time.Millisecond},
		{1000, 500, 3 * time.Second},
		{3, 24, 3 * time.Second},
		{1_000_000, 24, 20 * time.Millisecond},
	} {
		if got := paced(row.reports, row.inFlight); got != row.want {
			t.Errorf("%d reports, %d at one time: %s, want %s", row.reports, row.inFlight, got, row.want)
		}
	}
	words := meanwhile("longhaul", "127.0.0.1:7233")
	for _, part := range []string{
		"export TEMPORAL_ADDRESS=127.0.0.1:7233\n", "\n  longhaul status demo\n", "\n  longhaul pause demo ", "--name progress",
	} {
		if !strings.Contains(words, part) {
			t.Errorf("%q is missing in %s", part, words)
		}
	}
}

// The catalog has the files of both syncs: each is compared with its own.
func TestDemo_refresh(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "demo", "--exit", "--json", "--refresh")
	withNode(&app, &fakeTemporal{result: demoResult()})
	simulated := &twiceDelivered{}
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return simulated, nil }
	code := Main(t.Context(), app)
	var got struct {
		Outcome string   `json:"outcome"`
		Catalog received `json:"catalog"`
		Changed string   `json:"changed"`
		Refresh struct {
			Outcome   string         `json:"outcome"`
			Catalog   received       `json:"catalog"`
			Simulator SimulatorStats `json:"simulator"`
		} `json:"refresh"`
	}
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
		t.Fatalf("code %d, %v in %s; %s", code, err, out.stdout.String(), out.stderr.String())
	}
	if got.Outcome != "complete" || got.Refresh.Outcome != "complete" || got.Changed != "3 new, 5 renamed" ||
		got.Catalog.Files != 2 || got.Refresh.Catalog != got.Catalog || !simulated.changed || got.Refresh.Simulator.Calls != 0 {
		t.Errorf("got %+v, changed %t", got, simulated.changed)
	}
}

// twiceDelivered is a simulation whose catalog receives the same files in each sync.
type twiceDelivered struct {
	fakeSimulator

	asked   int
	changed bool
}

// Delivered is asked after the first sync, before the second and after it.
func (s *twiceDelivered) Delivered() (files []activities.File) {
	for range s.asked/2 + 1 {
		files = append(files, demoResult().Files["castor"]...)
	}
	s.asked++
	return files
}

func (s *twiceDelivered) Change() (string, error) {
	s.changed = true
	return s.fakeSimulator.Change()
}

func TestDemo_wrongFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--reports", "0"}, {"--max-in-flight", "0"}, {"--max-in-flight", "501"}, {"--latency", "-1s"}, {"--org", "/does/not/exist"},
	} {
		if code, out := run(t, nil, nil, append([]string{"longhaul", "demo"}, args...)...); code != exitUsage {
			t.Errorf("%v: code %d, stderr:\n%s", args, code, out.stderr.String())
		}
	}
}

func TestDemo_dropsTheSyncOfAnEarlierSimulation(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "demo", "--exit", "--data", filepath.Join(t.TempDir(), "data"))
	f := &fakeTemporal{open: true, result: demoResult()}
	withNode(&app, f)
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files["castor"]}, nil }
	if code := Main(t.Context(), app); code != 0 || !f.terminated {
		t.Errorf("code %d, terminated %t, stderr:\n%s", code, f.terminated, out.stderr.String())
	}
}
