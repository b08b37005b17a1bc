package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"longhaul/workflows"
)

// operator works with the starter and the temporal CLI, as people do.
type operator struct {
	*follower
	gate *gate

	shown     string // by the command that ran last
	id        string // of the followed sync in the bucket
	seen      int    // describes begun of it when it was paused
	delivered int    // files before it
}

// terminal is where people type commands.
type terminal struct {
	cli     string // the path of temporal
	environ []string
}

// execution is a workflow's run, as the temporal CLI and the starter write it.
type execution struct {
	WorkflowID string `json:"workflowId"`
	RunID      string `json:"runId"`
}

// listed is a run in a list of the temporal CLI.
type listed struct {
	Execution execution `json:"execution"`
	Status    string    `json:"status"`
}

func (e listed) isRunning() bool { return e.Status == "WORKFLOW_EXECUTION_STATUS_RUNNING" }

// temporal runs the CLI and reads what it prints.
func (c *terminal) temporal(t *testing.T, into any, args ...string) {
	t.Helper()
	got := run(t, c.environ, c.cli, append(args, "--output", "json")...)
	if err := json.Unmarshal([]byte(got.stdout), into); err != nil || got.code != 0 {
		t.Errorf("temporal %q ended with %d: %v\n%s%s", args, got.code, err, got.stdout, got.stderr)
	}
}

func (c *terminal) list(t *testing.T, query string) []listed {
	t.Helper()
	var all []listed
	c.temporal(t, &all, "workflow", "list", "--query", query)
	return all
}

// running is the one sync that goes on.
func (c *terminal) running(t *testing.T) execution {
	t.Helper()
	var runs []listed
	eventually(t, time.Minute, func() bool {
		runs = c.list(t, `WorkflowId = "sync-acme" and ExecutionStatus = "Running"`)
		return len(runs) > 0
	})
	if len(runs) != 1 {
		t.Fatalf("%d syncs run at one time", len(runs))
	}
	return runs[0].Execution
}

// awaitRest waits until nothing runs.
func (c *terminal) awaitRest(t *testing.T) {
	t.Helper()
	eventually(t, time.Minute, func() bool { return len(c.list(t, `ExecutionStatus = "Running"`)) == 0 })
}

// awaitScheduled waits until the schedule has started its workflow: it does so behind the CLI's back.
func (c *terminal) awaitScheduled(t *testing.T) {
	t.Helper()
	eventually(t, time.Minute, func() bool { return len(c.list(t, `WorkflowId STARTS_WITH "acme-nightly"`)) == 1 })
}

func (c *terminal) result(t *testing.T, e execution) workflows.Result {
	t.Helper()
	var closed struct {
		CloseEvent struct {
			Completed struct {
				Result []workflows.Result `json:"result"`
			} `json:"workflowExecutionCompletedEventAttributes"`
		} `json:"closeEvent"`
	}
	c.temporal(t, &closed, "workflow", "result", "--workflow-id", e.WorkflowID, "--run-id", e.RunID)
	if len(closed.CloseEvent.Completed.Result) != 1 {
		t.Fatalf("%s did not complete with a result", e.WorkflowID)
	}
	return closed.CloseEvent.Completed.Result[0]
}

// startTwice starts two workflows at once through the temporal CLI.
func (c *terminal) startTwice(t *testing.T, args ...string) []execution {
	t.Helper()
	args = append([]string{"workflow", "start", "--type", "SyncSource", "--task-queue", "longhaul"}, args...)
	return twice(t, c.environ, c.cli, append(args, "--output", "json"), func(e execution) execution { return e })
}

// detached is what `sync --detach --json` prints.
type detached struct {
	Workflow struct {
		ID    string `json:"id"`
		RunID string `json:"run_id"`
	} `json:"workflow"`
}

// syncTwice starts or joins the sync with two starters at once.
func (c *terminal) syncTwice(t *testing.T) []execution {
	t.Helper()
	return twice(t, c.environ, program(t, starter), []string{"sync", "acme", "--detach", "--json"}, func(d detached) execution {
		return execution{WorkflowID: d.Workflow.ID, RunID: d.Workflow.RunID}
	})
}

// twice runs a program twice at one time and gives the runs that it prints.
func twice[T any](t *testing.T, environ []string, path string, args []string, of func(T) execution) (runs []execution) {
	t.Helper()
	first, second := aside(t, environ, path, args...), aside(t, environ, path, args...)
	for _, got := range []ended{<-first, <-second} {
		var printed T
		if err := json.Unmarshal([]byte(got.stdout), &printed); err != nil || got.code != 0 {
			t.Errorf("%q ended with %d: %v\n%s%s", args, got.code, err, got.stdout, got.stderr)
		}
		runs = append(runs, of(printed))
	}
	return runs
}

// gate stands before a server and, while it is shut, lets nobody through.
type gate struct {
	url string

	mu   sync.Mutex
	wait chan struct{} // closed while the gate is open
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{wait: make(chan struct{})}
	close(g.wait)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-g.opened():
			proxy.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(front.Close)
	g.url = front.URL
	return g
}

func (g *gate) opened() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wait
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.wait:
		g.wait = make(chan struct{})
	default:
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.wait:
	default:
		close(g.wait)
	}
}
