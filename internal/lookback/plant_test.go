package lookback

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/export/castor"
	"longhaul/internal/history"
	"longhaul/internal/host"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

const acme = "acme"

// plant is a simulated org and catalog, a bucket in a folder, and the workflow and activities of a sync on the SDK's test environment,
// whose clock is the org's: months of syncs pass in minutes.
type plant struct {
	sim    *server.Server
	org    org.Org // as it was at the start
	store  *staging.Store
	dir    string
	runs   int
	acts   workflows.Activities
	source *activities.Source
}

func newPlant(t *testing.T, options server.Options, tweak func(*source.Source)) *plant {
	t.Helper()
	p := &plant{dir: t.TempDir()}
	options.TokenTTL = 10 * time.Minute
	options.Org = org.Generate(org.Spec{Reports: options.Reports, Columns: options.Columns, TypeMetadata: options.TypeMetadata})
	p.org = options.Org
	var err error
	if p.sim, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, p.sim.Close()) })
	ready := p.sim.Ready()
	s := source.Source{
		Name:       acme,
		Salesforce: source.Salesforce{BaseURL: ready.Salesforce, ClientID: ready.ClientID, ClientSecret: source.Held(ready.ClientSecret)},
		Exports: castor.Catalog{
			URL: ready.Catalog, SourceID: ready.SourceID, Token: source.Held(ready.CatalogToken), PublicAPI: ready.Catalog + server.PublicPath,
		}.Exports(),
	}
	s.Guard.MaxShrink = 100 // people may delete what they like
	if tweak != nil {
		tweak(&s)
	}
	registry, err := source.NewRegistry(s)
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Open(t.Context(), config.Config{DataDir: p.dir, Sources: registry}, host.Options{Version: "test", Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, h.Close()) })
	p.store, p.acts = h.Store(), h.Activities()
	a := p.acts.Sync
	a.Temporal = func(context.Context) (string, error) { return "one", nil }
	a.Running = func(context.Context, string) (string, error) { return "", nil }
	a.Polled = func(context.Context, string, time.Time) (bool, error) { return true, nil }
	a.Update = func(context.Context, activities.ForwardParams) (activities.ForwardResult, error) {
		return activities.ForwardResult{}, nil
	}
	a.Show = func(context.Context, string, string) (bool, error) { return true, nil }
	a.Due = nil // there is no Temporal that has schedules
	a.Wake = func(context.Context, string, string) error { return nil }
	if p.source, err = a.Sources.Source(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	return p
}

func closed(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("closing: %v", err)
	}
}

// sync runs a whole sync, which begins at the org's time.
func (p *plant) sync(t *testing.T, input map[string]any) workflows.Result {
	t.Helper()
	result, err := p.try(t, input)
	if err != nil {
		t.Fatalf("the sync failed: %v", err)
	}
	return result
}

func (p *plant) try(t *testing.T, input map[string]any) (result workflows.Result, err error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(slog.New(slog.DiscardHandler))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Hour) // of a busy machine
	env.SetStartTime(p.sim.Now())
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.SyncID(acme), TaskQueue: workflows.TaskQueue})
	p.runs++
	all := func() attribute.Namespace { return attribute.Namespace{Listed: true, Types: attribute.Types()} }
	env.SetWorkerOptions(workflows.WorkerOptions(all, worker.Options{
		DeadlockDetectionTimeout: time.Hour, Interceptors: []interceptor.WorkerInterceptor{&runs{number: p.runs}},
	}))
	workflows.Register(env, p.acts)
	if input == nil {
		input = map[string]any{}
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, input)
	if err := env.GetWorkflowError(); err != nil {
		return result, err
	}
	return result, env.GetWorkflowResult(&result)
}

// record is the record of a sync.
func (p *plant) record(t *testing.T, sync string) (r history.Record) {
	t.Helper()
	if err := p.store.ReadJSON(t.Context(), staging.RecordKey(acme, sync), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// whole says whether the tests run in their whole size.
func whole() bool { return os.Getenv("LONGHAUL_E2E_FULL") != "" }
