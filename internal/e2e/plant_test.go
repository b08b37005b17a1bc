package e2e_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/config"
	"longhaul/internal/export/castor"
	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// plant is the installation under test, with everything that a sync needs on this machine: Temporal, a simulated org and catalog, a bucket, a worker.
type plant struct {
	works
	sim *server.Server
	dir string // holds the bucket, the database and the log

	tweak func(*source.Source) // makes its source other than the usual; may be nil
}

// works is one Temporal with one worker.
type works struct {
	client  client.Client
	store   *staging.Store
	address string // of Temporal
	stop    func() // stops the worker, before the test is over
}

// newWorks starts both, for as long as the test lives. Temporal's database lies in dir.
func newWorks(t *testing.T, on temporaldev.Options, dir string, settings config.Config, logger *zap.Logger) works {
	t.Helper()
	ctx := t.Context()
	on.Database, on.FrontendAddr = filepath.Join(dir, "temporal.db"), "127.0.0.1:0"
	on.SearchAttributes, on.StopTimeout = attribute.Types(), time.Minute // many of them stop on one small machine
	dev, err := temporaldev.Start(ctx, on)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dev.Stop(); err != nil { // a busy machine lets it take long, which says nothing of a sync
			t.Logf("closing: %v", err)
		}
	})
	w := works{address: dev.HostPort()}
	if w.client, err = host.Dial(ctx, host.DialOptions{Address: w.address, Logger: zap.NewNop()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.Close)

	h, err := host.Open(ctx, settings, host.Options{Version: "test", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	w.store = h.Store()
	worker := h.NewWorker(w.client)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	w.stop = sync.OnceFunc(worker.Stop)
	t.Cleanup(func() {
		w.stop()
		closed(t, h.Close())
	})
	return w
}

// newPlant starts an installation for source acme that lives as long as the test.
func newPlant(t *testing.T, options server.Options, tweak func(*source.Source)) *plant {
	t.Helper()
	return newPlantOn(t, temporaldev.Options{}, options, tweak)
}

// newPlantOn starts an installation whose Temporal differs from the usual.
func newPlantOn(t *testing.T, on temporaldev.Options, options server.Options, tweak func(*source.Source)) *plant {
	t.Helper()
	p := &plant{dir: t.TempDir()}
	var err error
	if p.sim, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, p.sim.Close()) })

	p.tweak = tweak
	p.works = newWorks(t, on, p.dir, p.settings(t, options), p.logger(t))
	return p
}

func closed(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("closing: %v", err)
	}
}

func (p *plant) settings(t *testing.T, options server.Options) config.Config {
	t.Helper()
	ready := p.sim.Ready()
	ca := ""
	if options.TLSDir != "" {
		ca = filepath.Join(options.TLSDir, "ca.pem")
	}
	s := source.Source{
		Name: "acme",
		Salesforce: source.Salesforce{
			BaseURL: ready.Salesforce, ClientID: ready.ClientID, ClientSecret: source.Held(ready.ClientSecret), CAFile: ca,
		},
		Exports: castor.Catalog{
			URL: ready.Catalog, SourceID: ready.SourceID, Token: source.Held(ready.CatalogToken), CAFile: ca,
			PublicAPI: ready.Catalog + server.PublicPath,
		}.Exports(),
	}
	if p.tweak != nil {
		p.tweak(&s)
	}
	registry, err := source.NewRegistry(s)
	if err != nil {
		t.Fatal(err)
	}
	return config.Config{DataDir: p.dir, Sources: registry}
}

// logger logs everything into a file, where a test may search it.
func (p *plant) logger(t *testing.T) *zap.Logger {
	t.Helper()
	file, err := os.Create(filepath.Join(p.dir, "worker.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, file.Close()) })
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(file), zap.DebugLevel))
}

// start starts SyncSource under an id, as the temporal CLI would.
func (w works) start(t *testing.T, id string, input ...any) client.WorkflowRun {
	t.Helper()
	run, err := w.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue},
		workflows.SyncSourceType, input...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// sync runs a whole sync under the source's own id.
func (w works) sync(t *testing.T, input ...any) workflows.Result {
	t.Helper()
	var result workflows.Result
	if err := w.start(t, "sync-acme", input...).Get(t.Context(), &result); err != nil {
		t.Fatalf("the sync failed: %v", err)
	}
	return result
}

// failure is how a sync failed.
func failure(t *testing.T, run client.WorkflowRun) (*temporal.ApplicationError, workflows.Result) {
	t.Helper()
	var result workflows.Result
	err := run.Get(t.Context(), nil)
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		t.Fatalf("got %v, want an application error", err)
	}
	if err := app.Details(&result); err != nil {
		t.Fatal(err)
	}
	return app, result
}

// history is every event of a run, and of the runs that continued it.
func (w works) history(t *testing.T, id, run string) []*historypb.HistoryEvent {
	t.Helper()
	var events []*historypb.HistoryEvent
	iter := w.client.GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iter.HasNext() {
		event, err := iter.Next()
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

// file reads one of the sync's files from the bucket.
func (w works) file(t *testing.T, result workflows.Result, name string, into any) {
	t.Helper()
	content, err := w.store.Read(t.Context(), staging.Sync{Source: result.Source, ID: result.Sync}.File("castor", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
