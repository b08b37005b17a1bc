package temporaldev

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

var testAttributes = map[string]enumspb.IndexedValueType{
	"LonghaulSource":   enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	"LonghaulCoverage": enumspb.INDEXED_VALUE_TYPE_DOUBLE,
}

var (
	sourceKey   = temporal.NewSearchAttributeKeyKeyword("LonghaulSource")
	coverageKey = temporal.NewSearchAttributeKeyFloat64("LonghaulCoverage")
)

func TestServer_runsWorkflowsAndFindsThemAgainAfterARestart(t *testing.T) {
	t.Parallel()
	logged, logs := observer.New(zapcore.DebugLevel)
	options := Options{
		Database:         filepath.Join(t.TempDir(), "a name with % ? # in it.db"),
		SearchAttributes: map[string]enumspb.IndexedValueType{"LonghaulSource": enumspb.INDEXED_VALUE_TYPE_KEYWORD},
		Logger:           zap.New(logged),
	}
	first := start(t, options)
	c := dial(t, first)
	run(t, c, "first", sourceKey.ValueSet("other"))
	checkNamespace(t, c, defaultRetention)
	c.Close()
	stop(t, first)

	options.SearchAttributes = testAttributes // one more than the database knows
	options.Retention = 24 * time.Hour        // not the retention of the namespace that is there
	options.UIAddr = "127.0.0.1:0"
	second := start(t, options)
	c = dial(t, second)
	if got := result(t, c, "first"); got != "first ran" {
		t.Errorf("after the restart the first workflow has the result %q, want %q", got, "first ran")
	}
	run(t, c, "second", sourceKey.ValueSet("acme"), coverageKey.ValueSet(0.5))
	awaitListed(t, c, `LonghaulSource = "acme" AND LonghaulCoverage > 0.4`, "second")
	checkNamespace(t, c, defaultRetention)
	checkUI(t, second.UIURL())
	c.Close()
	stop(t, second)

	for _, entry := range logs.All() {
		if entry.ContextMap()["error"] == slowDisk {
			continue
		}
		t.Errorf("an untroubled server logged: %s %s %v", entry.Level, entry.Message, entry.ContextMap())
	}
}

// slowDisk is what the server logs when its database took seconds, as on a busy machine; it recovers by itself.
const slowDisk = "shard status unknown"

func TestServer_inMemoryServersShareNothing(t *testing.T) {
	t.Parallel()
	one, other := start(t, Options{Namespace: "one"}), start(t, Options{Namespace: "other"})
	c := dial(t, one)
	defer c.Close()
	_, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: other.Namespace()})
	if err == nil {
		t.Error("a server in memory knows the namespace of another one")
	}
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	begin := time.Now()
	o.StopTimeout = time.Minute // a busy machine lets it take long
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Logf("started in %s", time.Since(begin).Round(time.Millisecond))
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	begin := time.Now()
	if err := s.Stop(); err != nil {
		t.Fatalf("Stop: %v", err)
	}
	t.Logf("stopped in %s", time.Since(begin).Round(time.Millisecond))
}

func dial(t *testing.T, s *Server) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.HostPort(), Namespace: s.Namespace(), Logger: silent{}})
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	return c
}

// run runs one workflow that sets the search attributes.
func run(t *testing.T, c client.Client, id string, attributes ...temporal.SearchAttributeUpdate) {
	t.Helper()
	echo := func(ctx workflow.Context) (string, error) {
		return id + " ran", workflow.UpsertTypedSearchAttributes(ctx, attributes...)
	}
	w := worker.New(c, "test", worker.Options{WorkerStopTimeout: time.Second})
	w.RegisterWorkflowWithOptions(echo, workflow.RegisterOptions{Name: "Echo"})
	if err := w.Start(); err != nil {
		t.Fatalf("start the worker: %v", err)
	}
	defer w.Stop()
	options := client.StartWorkflowOptions{ID: id, TaskQueue: "test", WorkflowExecutionTimeout: time.Minute}
	if _, err := c.ExecuteWorkflow(t.Context(), options, "Echo"); err != nil {
		t.Fatalf("start workflow %s: %v", id, err)
	}
	result(t, c, id)
}

func result(t *testing.T, c client.Client, id string) string {
	t.Helper()
	var got string
	if err := c.GetWorkflow(t.Context(), id, "").Get(t.Context(), &got); err != nil {
		t.Fatalf("result of workflow %s: %v", id, err)
	}
	return got
}

// awaitListed waits until the visibility store, which lags a little, lists exactly the workflow under the query.
func awaitListed(t *testing.T, c client.Client, query, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := retry(ctx, func() error {
		page, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		if err != nil {
			return err
		}
		if n := len(page.GetExecutions()); n != 1 || page.GetExecutions()[0].GetExecution().GetWorkflowId() != id {
			return errors.New("not listed")
		}
		return nil
	})
	if err != nil {
		t.Errorf("list %s: %v", query, err)
	}
}

func checkNamespace(t *testing.T, c client.Client, retention time.Duration) {
	t.Helper()
	ns, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: DefaultNamespace})
	if err != nil {
		t.Fatalf("describe the namespace: %v", err)
	}
	if got := ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != retention {
		t.Errorf("retention is %s, want %s", got, retention)
	}
}

func checkUI(t *testing.T, url string) {
	t.Helper()
	for _, path := range []string{"/", "/namespaces/default/workflows", "/api/v1/namespaces/default/workflows"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatalf("GET %s: %v", path, err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s of the UI answers %s, want 200", path, resp.Status)
		}
	}
}

// silent keeps the SDK's own log out of the test's output.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
