package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// fakeServer is an embedded Temporal that is none.
type fakeServer struct{}

func (fakeServer) HostPort() string { return "127.0.0.1:7233" }
func (fakeServer) UIURL() string    { return "http://127.0.0.1:8233" }
func (fakeServer) Stop() error      { return nil }

func startFake(context.Context, TemporalOptions) (Temporal, error) { return fakeServer{}, nil }

// withPlant gives the app a plant on a fake Temporal, and remembers what it was asked to run.
func withPlant(app *App, f *fakeTemporal) *[]plantOptions {
	var asked []plantOptions
	app.openPlant = func(ctx context.Context, _ *App, o plantOptions) (*plant, error) {
		asked = append(asked, o)
		if o.Prepare != nil {
			if err := o.Prepare(ctx, f); err != nil {
				return nil, err
			}
		}
		return &plant{client: f, address: "127.0.0.1:7233", ui: "http://127.0.0.1:8233"}, nil
	}
	return &asked
}

type fakeSimulator struct{ files []activities.File }

func (fakeSimulator) Access() Access {
	return Access{
		Salesforce: "http://127.0.0.1:1", ClientID: "id", ClientSecret: "a-client-secret",
		Catalog: "http://127.0.0.1:2", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", CatalogToken: "a-catalog-token",
	}
}

func (fakeSimulator) Stats() SimulatorStats          { return SimulatorStats{Calls: 1012, MaxInFlight: 24} }
func (s fakeSimulator) Delivered() []activities.File { return s.files }
func (fakeSimulator) Close() error                   { return nil }

func demoResult() *workflows.Result {
	r := completeResult()
	r.Source = demoSource
	return r
}

func TestDemo(t *testing.T) {
	t.Parallel()
	other := demoResult().Files
	other[0].SHA256 = "cc"
	for _, row := range []struct {
		name      string
		delivered []activities.File
		same      bool
		code      int
	}{
		{"the catalog has the same bytes", demoResult().Files, true, 0},
		{"the catalog has other bytes", other, false, 1},
		{"the catalog has less", demoResult().Files[:1], false, 1},
	} {
		app, out := newTestApp(t, "longhaul", "demo", "--exit", "--json", "--reports", "7", "--latency", "3ms", "--max-in-flight", "5")
		asked := withPlant(&app, &fakeTemporal{result: demoResult()})
		var simulated SimulatorOptions
		app.StartSimulator = func(o SimulatorOptions) (Simulator, error) {
			simulated = o
			return fakeSimulator{row.delivered}, nil
		}
		if code := Main(t.Context(), app); code != row.code {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
		var got struct {
			Outcome   string         `json:"outcome"`
			Workflow  workflowRef    `json:"workflow"`
			Simulator SimulatorStats `json:"simulator"`
			Catalog   received       `json:"catalog"`
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

func checkDemoSettings(t *testing.T, o plantOptions) {
	t.Helper()
	s, err := o.Settings.Sources.Get(demoSource)
	if err != nil || s.MaxInFlight != 5 || s.MaxShards != 5 || s.Catalog == nil {
		t.Errorf("source %+v, %v", s, err)
	}
	if _, err := os.Stat(o.Settings.DataDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory for this once is still there: %v", err)
	}
}

func TestDemo_staysUpUntilInterrupted(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "demo")
	withPlant(&app, &fakeTemporal{result: demoResult()})
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files}, nil }
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if code := Main(ctx, app); code != 0 {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	for _, part := range []string{
		"Stays up until Ctrl-C.", "The catalog received the same bytes: 2 files compared by SHA-256, the summary last.",
		"http://127.0.0.1:8233/namespaces/default/workflows/sync-demo/run-2/history",
		"temporal workflow show --address 127.0.0.1:7233 --workflow-id sync-demo",
	} {
		if !strings.Contains(out.stdout.String()+out.stderr.String(), part) {
			t.Errorf("%q is missing in:\n%s%s", part, out.stdout.String(), out.stderr.String())
		}
	}
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

// castorLine is an old cron line, its secrets in the environment.
func castorLine(out string, more ...string) (args, environ []string) {
	return append([]string{"castor-extract-salesforce-viz", "-c", "3MVG9", "-b", "acme.my.salesforce.com", "-o", out}, more...),
		[]string{"CASTOR_SALESFORCE_CLIENT_SECRET=a-client-secret"}
}

func TestExtract_secondRunSaysWhoRuns(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if err := ownDir(filepath.Join(out, stateDir)); err != nil {
		t.Fatal(err)
	}
	release, err := lock(filepath.Join(out, stateDir), "x")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	args, environ := castorLine(out)
	code, said := run(t, nil, environ, args...)
	want := fmt.Sprintf("castor-extract-salesforce-viz: the output %s is in use by process %d since ", out, os.Getpid())
	if code != exitUsage || !strings.HasPrefix(said.stderr.String(), want) {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
}

func TestExtract_joinsAndInterrupted(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "new", "out")
	args, environ := castorLine(out, "--max-in-flight", "4")
	app, said := newTestApp(t, args...)
	app.Environ = environ
	f := &fakeTemporal{open: true, hang: true}
	asked := withPlant(&app, f)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	code := Main(ctx, app)
	if code != exitInterrupted || !strings.HasSuffix(said.stderr.String(), "interrupted; the same command goes on where it was\n") {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
	if !strings.Contains(said.stderr.String(), "Going on where an earlier run stopped.\n") {
		t.Errorf("stderr:\n%s", said.stderr.String())
	}
	o := (*asked)[0]
	if want := filepath.Join(out, ".longhaul", "temporal.db"); o.Temporal.Database != want {
		t.Errorf("database %s, want %s", o.Temporal.Database, want)
	}
	if in := f.started[0]; in.Upload == nil || *in.Upload || in.Source != config.ExtractSource {
		t.Errorf("started with %+v", in)
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 1 || entries[0].Name() != stateDir {
		t.Errorf("the output holds %v, %v", entries, err)
	}
}

func TestExtract_anotherOrgDropsTheUnfinishedSync(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	for _, row := range []struct {
		base string
		drop bool
	}{
		{"acme.my.salesforce.com", false}, {"acme.my.salesforce.com", false}, {"other.my.salesforce.com", true}, {"other.my.salesforce.com", false},
	} {
		args, environ := castorLine(out)
		app, _ := newTestApp(t, append(args, "-b", row.base)...)
		app.Environ = environ
		f := &fakeTemporal{open: true, failure: errors.New("end here")}
		withPlant(&app, f)
		Main(t.Context(), app)
		if f.terminated != row.drop {
			t.Errorf("%s: terminated %t", row.base, f.terminated)
		}
	}
}

func TestDemo_dropsTheSyncOfAnEarlierSimulation(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "demo", "--exit", "--data", filepath.Join(t.TempDir(), "data"))
	f := &fakeTemporal{open: true, result: demoResult()}
	withPlant(&app, f)
	app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files}, nil }
	if code := Main(t.Context(), app); code != 0 || !f.terminated {
		t.Errorf("code %d, terminated %t, stderr:\n%s", code, f.terminated, out.stderr.String())
	}
}

// A worker would take the shards of another org's unfinished sync as soon as it runs. Making one on the fake client
// panics, so this test ends well only if everything is tidied up before.
func TestOpenPlant_tidiesUpBeforeTheWorkerStarts(t *testing.T) {
	t.Parallel()
	app, _ := newTestApp(t, "longhaul")
	f := &fakeTemporal{open: true}
	app.StartTemporal, app.Dial = startFake, f.dial
	sources, err := source.NewRegistry(source.Source{
		Name: "acme", Salesforce: source.Salesforce{
			BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9", ClientSecret: source.Held("a-client-secret"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("end here")
	_, err = openPlant(t.Context(), &app, plantOptions{
		Settings: config.Config{DataDir: t.TempDir(), Sources: sources}, Logger: zap.NewNop(),
		Prepare: func(ctx context.Context, temporal client.Client) error {
			return errors.Join(dropUnfinished(ctx, temporal, "acme", "another org"), failed)
		},
	})
	if !errors.Is(err, failed) || !f.terminated {
		t.Errorf("got %v, terminated %t", err, f.terminated)
	}
}

func TestOpenSafely_movesAnUnreadableDatabaseAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, databaseFile)
	for _, name := range []string{database, database + "-wal"} {
		if err := os.WriteFile(name, []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app, out := newTestApp(t, "longhaul")
	app.openPlant = func(context.Context, *App, plantOptions) (*plant, error) {
		if _, err := os.Stat(database); err == nil {
			return nil, fmt.Errorf("start: %w", ErrDatabase)
		}
		return &plant{}, nil
	}
	p, err := app.openSafely(t.Context(), newConsole(&app), plantOptions{Temporal: TemporalOptions{Database: database}})
	if p == nil || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
	kept, err := filepath.Glob(database + ".unreadable-*")
	if err != nil || len(kept) != 2 {
		t.Errorf("kept %v, %v", kept, err)
	}
	if !strings.Contains(out.stderr.String(), "Temporal's database could not be read and was moved to "+database+".unreadable-") {
		t.Errorf("stderr:\n%s", out.stderr.String())
	}
}

const smallest = `data_dir: ./data
sources:
  acme:
    salesforce:
      base_url: acme.my.salesforce.com
      client_id: 3MVG9
      client_secret: env:ACME_CLIENT_SECRET
`

func TestServe_readyUntilStopped(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "serve", "--config", file, "--port", "0", "--json")
	asked := withPlant(&app, &fakeTemporal{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if code := Main(ctx, app); code != 0 {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	if diff := cmp.Diff(`{"temporal":"127.0.0.1:7233","ui":"http://127.0.0.1:8233"}`+"\n", out.stdout.String()); diff != "" {
		t.Error(diff)
	}
	o := (*asked)[0].Temporal
	if o.Database != filepath.Join(filepath.Dir(file), "data", databaseFile) || o.Addr != "127.0.0.1:0" || o.UIAddr != "127.0.0.1:8233" {
		t.Errorf("asked for %+v", o)
	}
	if !strings.Contains(out.stderr.String(), "Settings: "+file+"\n") {
		t.Errorf("stderr:\n%s", out.stderr.String())
	}
}

func TestServe_wrongSettings(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, says string }{
		{"malformed YAML", "sources:\n  acme: [\n", "longhaul.yaml:"},
		{"no data_dir", strings.ReplaceAll(smallest, "data_dir: ./data", "storage: file:///tmp/x"), "data_dir is not set"},
		{"a literal secret", strings.ReplaceAll(smallest, "env:ACME_CLIENT_SECRET", "a-client-secret"), "longhaul.yaml:7"},
		{"no sources", "data_dir: ./data\n", "no source is configured"},
	} {
		file := filepath.Join(t.TempDir(), "longhaul.yaml")
		if err := os.WriteFile(file, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out := run(t, nil, nil, "longhaul", "serve", "--config", file)
		if code != exitUsage || !strings.Contains(out.stderr.String(), row.says) || strings.Contains(out.stderr.String(), "a-client-secret") {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
	}
}

func TestTemporal_ready(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "temporal", "--data", filepath.Join(t.TempDir(), "data"))
	app.StartTemporal = startFake
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if code := Main(ctx, app); code != 0 || out.stdout.String() != "Ready. Temporal: 127.0.0.1:7233  UI: http://127.0.0.1:8233\n" {
		t.Errorf("code %d, stdout %s stderr %s", code, out.stdout.String(), out.stderr.String())
	}
}

func TestWorker_isTheProgram(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-worker", "--config", filepath.Join(t.TempDir(), "none.yaml"))
	app.Verbs, app.Itself = []Verb{Worker}, Worker
	code := Main(t.Context(), app)
	if code != exitUsage || !strings.Contains(out.stderr.String(), "none.yaml cannot be read") {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}
