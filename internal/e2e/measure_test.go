package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// wholeSize says whether a make target asked for the whole size of a test, and not for its representative.
func wholeSize() bool { return os.Getenv("LONGHAUL_E2E_FULL") == "1" }

// onlyWhole skips a test that has no small size.
func onlyWhole(t *testing.T, target string) {
	t.Helper()
	if !wholeSize() {
		t.Skipf("this takes minutes: it runs for `make %s` (LONGHAUL_E2E_FULL=1)", target)
	}
}

// table prints figures in columns, a row a slice; the first row is the head.
func table(t *testing.T, rows [][]any) {
	t.Helper()
	w := tabwriter.NewWriter(t.Output(), 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for _, cell := range row {
			if n, ok := cell.(float64); ok {
				cell = fmt.Sprintf("%.2f", n)
			}
			fmt.Fprintf(w, "%v\t", cell)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// station is where programs run: a folder with settings and data for source acme.
type station struct {
	dir      string
	settings string
	environ  []string
	bucket   string // its URL
}

// newStation writes the settings of source acme in a folder of its own; more are further lines of the source.
func newStation(t *testing.T, sim server.Ready, more string) *station {
	t.Helper()
	s := &station{dir: t.TempDir()}
	s.settings, s.environ = settingsFor(t, s.dir, sim, more)
	s.bucket = config.FileURL(filepath.Join(s.dir, "data", "bucket"))
	return s
}

// serve starts the program for one machine.
func (s *station) serve(t *testing.T) *process {
	t.Helper()
	return background(t, s.environ, program(t, longhaul), "serve", "--config", s.settings, "--port", "0", "--ui-port", "0", "--json")
}

// work starts a worker for a Temporal and waits until it polls.
func (s *station) work(t *testing.T, temporal *process) *process {
	t.Helper()
	worker, _ := launch(t, append([]string{temporalAt(temporal)}, s.environ...), program(t, workerOf), "--config", s.settings)
	eventually(t, longest, func() bool { return strings.Contains(worker.logged(t), `"message":"working"`) })
	return worker
}

// temporalOn starts the embedded Temporal alone, on a folder of its own; port 0 is a free one.
func temporalOn(t *testing.T, dir, port string) *process {
	t.Helper()
	return background(t, nil, program(t, longhaul), "temporal", "--data", dir, "--port", port, "--ui-port", "0", "--json")
}

// connect makes a client of the Temporal that a program runs.
func connect(t *testing.T, at *process) client.Client {
	t.Helper()
	c, err := host.Dial(t.Context(), host.DialOptions{Address: at.ready["temporal"], Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// begin starts the sync of a source under its own id.
func begin(t *testing.T, c client.Client, source string, input ...any) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.SyncID(source), TaskQueue: workflows.TaskQueue},
		workflows.SyncSourceType, input...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// outcome waits for the end of a sync that should succeed.
func outcome(t *testing.T, run client.WorkflowRun) workflows.Result {
	t.Helper()
	var result workflows.Result
	if err := run.Get(t.Context(), &result); err != nil {
		t.Fatalf("the sync failed: %v", err)
	}
	return result
}

// contents are the files of a sync by kind: what two syncs of the same org have in common. Of a file it is the SHA-256,
// of the summary what is in it but for the time of its making.
func (s *station) contents(t *testing.T, result workflows.Result) map[string]string {
	t.Helper()
	store, err := staging.Open(t.Context(), s.bucket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, store.Close()) }()
	all := map[string]string{}
	for _, f := range result.Files["castor"] {
		_, kind, _ := strings.Cut(f.Name, "-")
		all[kind] = f.SHA256
		if kind != "summary.json" {
			continue
		}
		content, err := store.Read(t.Context(), staging.Sync{Source: result.Source, ID: result.Sync}.File("castor", f.Name))
		if err != nil {
			t.Fatal(err)
		}
		var summary map[string]any
		if err := json.Unmarshal(content, &summary); err != nil {
			t.Fatal(err)
		}
		delete(summary, "executed_at")
		all[kind] = fmt.Sprint(summary)
	}
	return all
}

// requireContents compares the files of a sync that met trouble with those of one that met none.
func requireContents(t *testing.T, undisturbed, got map[string]string) {
	t.Helper()
	if len(got) != 7 {
		t.Errorf("%d files were written, want 7", len(got))
	}
	if diff := cmp.Diff(undisturbed, got); diff != "" {
		t.Errorf("the files differ from those of an undisturbed sync:\n%s", diff)
	}
}

// requireSettled checks that every report of the inventory is in one state, and none has failed.
func requireSettled(t *testing.T, result workflows.Result) {
	t.Helper()
	if result.States.Total() != result.Kinds.Reports || result.States.Failed != 0 {
		t.Errorf("the account does not add up: %+v of %d", result.States, result.Kinds.Reports)
	}
}

// describes counts the describes since another count: those that were begun, and those of them that were not the first
// of their report.
type describes struct{ total, repeated int }

func describesOf(sim *server.Server) describes {
	total, distinct := sim.Describes()
	return describes{total, total - distinct}
}
