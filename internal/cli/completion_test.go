package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/host"
)

// remembering is a Temporal that knows schedules and runs.
type remembering struct {
	*fakeTemporal

	schedules []string
	runs      []*workflowpb.WorkflowExecutionInfo
	first     map[string]string // of each run: the first of its chain
}

func (r *remembering) dial(context.Context, host.DialOptions) (client.Client, error) { return r, nil }

func (r *remembering) ScheduleClient() client.ScheduleClient { return scheduled{ids: r.schedules} }

func (r *remembering) ListWorkflow(
	ctx context.Context, asked *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if asked.GetQuery() == `WorkflowId = "sync-acme"` {
		return &workflowservice.ListWorkflowExecutionsResponse{Executions: slices.Clone(r.runs)}, nil
	}
	return r.fakeTemporal.ListWorkflow(ctx, asked)
}

func (r *remembering) DescribeWorkflowExecution(_ context.Context, _, run string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{FirstRunId: r.first[run]}}, nil
}

// scheduled lists schedules.
type scheduled struct {
	client.ScheduleClient
	ids []string
}

func (l scheduled) List(context.Context, client.ScheduleListOptions) (client.ScheduleListIterator, error) {
	return &entries{ids: l.ids}, nil
}

type entries struct{ ids []string }

func (e *entries) HasNext() bool { return len(e.ids) > 0 }

func (e *entries) Next() (*client.ScheduleListEntry, error) {
	id := e.ids[0]
	e.ids = e.ids[1:]
	return &client.ScheduleListEntry{ID: id}, nil
}

// completed are the words that a shell is offered, and the directive.
func completed(t *testing.T, app App, out *output) (words []string, directive string) {
	t.Helper()
	if code := Main(t.Context(), app); code != 0 {
		t.Fatalf("%q: code %d, %s", app.Args, code, out.stderr.String())
	}
	for line := range strings.Lines(out.stdout.String()) {
		if strings.HasPrefix(line, ":") {
			return words, strings.TrimSpace(line)
		}
		word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		words = append(words, word)
	}
	t.Fatalf("%q: no directive in %s", app.Args, out.stdout.String())
	return nil, ""
}

func TestCompletion_offersVerbsFlagsSourcesAndSyncs(t *testing.T) {
	t.Parallel()
	run := func(id string, status enumspb.WorkflowExecutionStatus, hour int) *workflowpb.WorkflowExecutionInfo {
		at := time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC)
		return &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: "sync-acme", RunId: id}, Status: status, StartTime: timestamppb.New(at),
		}
	}
	const (
		done      = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		continued = enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
		running   = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	)
	r := &remembering{
		fakeTemporal: &fakeTemporal{pollers: 1, label: "1@etl (longhaul 1.2.3, sources beta)", known: []string{"sync-acme", "check-gone", "nightly"}},
		schedules:    []string{"longhaul-nightly", "acme-old", "longhaul-Not a name"},
		runs: []*workflowpb.WorkflowExecutionInfo{
			run("run-aaaaaaa4", running, 9), run("run-aaaaaaa2", continued, 5), run("run-aaaaaaa3", done, 7), run("run-aaaaaaa1", done, 1),
		},
		first: map[string]string{"run-aaaaaaa3": "run-aaaaaaa2", "run-aaaaaaa1": "run-aaaaaaa1"},
	}
	words := []string{"last", "previous", "today", "yesterday"}
	ids := []string{"20261123T090000.000Z-aaaaaaa4", "20261123T050000.000Z-aaaaaaa2", "20261123T010000.000Z-aaaaaaa1"}
	for _, row := range []struct {
		typed     []string
		want      []string
		directive string // empty: no files
	}{
		{[]string{"pa"}, []string{"pause"}, ""},
		{[]string{"comp"}, []string{"completion"}, ""},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}, ""},
		{[]string{"sync", ""}, []string{"acme", "beta", "filed", "gone", "nightly"}, ""},
		{[]string{"pause", "f"}, []string{"filed"}, ""},
		{[]string{"set-quota", "n"}, []string{"nightly"}, ""},
		{[]string{"sync", "acme", ""}, nil, ""},
		{[]string{"why", "acme", ""}, nil, ""},
		{[]string{"show", "acme", ""}, append(slices.Clone(words), ids...), ""},
		{[]string{"show", "acme", "2026"}, ids, ""},
		{[]string{"diff", "acme", "last", "pre"}, []string{"previous"}, ":0"},
		{[]string{"diff", "be"}, []string{"beta"}, ":0"},
		{[]string{"demo", ""}, nil, ""},
		{[]string{"cancel", "--rea"}, []string{"--reason"}, ""},
		{[]string{"cancel", "--reason", ""}, nil, ""},
		{[]string{"diff", "acme", "--kind", "re"}, []string{"reports"}, ""},
	} {
		app, out := newTestApp(t, append([]string{"longhaul", "__complete"}, row.typed...)...)
		settings := "sources:\n  filed:\n    salesforce: {base_url: 7, nonsense: true}\n"
		if err := os.WriteFile(filepath.Join(app.Dir, "longhaul.yaml"), []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		app.Dial = r.dial
		got, directive := completed(t, app, out)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", row.typed, diff)
		}
		if noFiles := directive == ":4" || directive == ":36"; row.directive == "" && !noFiles || row.directive != "" && directive != row.directive {
			t.Errorf("%q: directive %s", row.typed, directive)
		}
	}
}

// TestCompletion_isNeitherSlowNorNoisy completes what it can where Temporal is away, hangs or is broken.
func TestCompletion_isNeitherSlowNorNoisy(t *testing.T) {
	t.Parallel()
	for name, dial := range map[string]func(context.Context, host.DialOptions) (client.Client, error){
		"away": func(context.Context, host.DialOptions) (client.Client, error) {
			return nil, errors.New("connection refused")
		},
		"broken": func(context.Context, host.DialOptions) (client.Client, error) { panic("a driver's fault") },
		"hangs": func(ctx context.Context, _ host.DialOptions) (client.Client, error) {
			<-ctx.Done()
			<-time.After(time.Minute) // whatever its context says
			return nil, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				app, out := newTestApp(t, "longhaul", "__complete", "sync", "")
				app.Environ = []string{"LONGHAUL_CONFIG=" + filepath.Join(app.Dir, "other.yaml")}
				if err := os.WriteFile(filepath.Join(app.Dir, "other.yaml"), []byte("sources: {filed: {}}\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				app.Dial = dial
				got, _ := completed(t, app, out)
				if took := time.Since(began); took > 2*time.Second || !cmp.Equal(got, []string{"filed"}) {
					t.Errorf("after %s it offers %q", took, got)
				}
				if said := out.stderr.String(); strings.TrimSpace(said) != "Completion ended with directive: ShellCompDirectiveNoFileComp, ShellCompDirectiveKeepOrder" {
					t.Errorf("it says %s", said)
				}
				<-time.After(2 * time.Minute) // what hangs ends
			})
		})
	}
}

func TestCompletion_printsAScriptForEachShell(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		code, out := run(t, nil, nil, "a-starter", "completion", shell)
		if text := out.stdout.String(); code != 0 || !strings.Contains(text, "__complete") || !strings.Contains(text, "a-starter") {
			t.Errorf("%s: code %d, %.200s%s", shell, code, text, out.stderr.String())
		}
	}
	code, out := run(t, nil, nil, "longhaul", "completion", "tcsh")
	if want := "longhaul: longhaul completion takes the name of one shell: bash, zsh, fish, powershell\n"; code != exitUsage || out.stderr.String() != want {
		t.Errorf("code %d, %s", code, out.stderr.String())
	}
}
