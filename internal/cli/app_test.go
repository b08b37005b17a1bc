package cli

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/host"
	"longhaul/workflows"
)

// output is what a command wrote.
type output struct{ stdout, stderr bytes.Buffer }

// newTestApp is a program that serves every verb and links nothing. It works in a folder of its own, where it may leave files.
func newTestApp(t *testing.T, args ...string) (App, *output) {
	t.Helper()
	out := &output{}
	return App{
		Args: args, Dir: t.TempDir(), Stdout: &out.stdout, Stderr: &out.stderr, Version: "v1.2.3", Short: "A test",
		Verbs: []Verb{Demo, Extract, Serve, Server, Sync, Status, Upload, Worker},
	}, out
}

func panicking(context.Context, host.DialOptions) (client.Client, error) { panic("a bug") }

// fakeTemporal is the little of a client that the verbs use. A method that is not here panics.
type fakeTemporal struct {
	client.Client

	pollers  int
	open     bool // the sync runs before anybody starts it
	last     *workflows.Result
	result   *workflows.Result
	failure  error
	hang     bool
	progress workflows.Progress

	answers    any  // to the progress query, unless it is nil: in place of progress
	unattended bool // nobody takes the next step

	queued []*workflowpb.PendingActivityInfo // what the sync has asked of workers
	polled map[string]time.Time              // by task queue: when its activities were last asked for; in place of pollers

	started    []workflows.Input
	signals    []string
	terminated bool
}

func (f *fakeTemporal) dial(context.Context, host.DialOptions) (client.Client, error) { return f, nil }

func (f *fakeTemporal) Close() {}

// SignalWorkflow notes the signal. What blocks the sync is not mended by it.
func (f *fakeTemporal) SignalWorkflow(_ context.Context, _, _, name string, _ any) error {
	f.signals = append(f.signals, name)
	return nil
}

func (f *fakeTemporal) TerminateWorkflow(context.Context, string, string, string, ...any) error {
	f.terminated, f.open = true, false
	return nil
}

func (f *fakeTemporal) DescribeTaskQueue(
	_ context.Context, queue string, kind enumspb.TaskQueueType,
) (*workflowservice.DescribeTaskQueueResponse, error) {
	answer := &workflowservice.DescribeTaskQueueResponse{}
	if at, known := f.polled[queue]; known && kind == enumspb.TASK_QUEUE_TYPE_ACTIVITY {
		answer.Pollers = []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.New(at)}}
		return answer, nil
	}
	for range f.pollers {
		answer.Pollers = append(answer.Pollers, &taskqueuepb.PollerInfo{LastAccessTime: timestamppb.New(time.Now())})
	}
	return answer, nil
}

func (f *fakeTemporal) ExecuteWorkflow(
	_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any,
) (client.WorkflowRun, error) {
	if o.TaskQueue != workflows.TaskQueue || workflow != workflows.SyncSourceType ||
		o.WorkflowIDConflictPolicy != enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING {
		return nil, errors.New("started in another way than agreed")
	}
	in, ok := args[0].(workflows.Input)
	if !ok || o.ID != workflows.SyncID(in.Source) {
		return nil, errors.New("started with another id or input than agreed")
	}
	f.started = append(f.started, in)
	return &fakeRun{f: f, id: o.ID}, nil
}

func (f *fakeTemporal) DescribeWorkflowExecution(
	_ context.Context, id, _ string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if !f.open && len(f.started) == 0 && f.last == nil {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	status := enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	if f.open {
		status = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	}
	var task *workflowpb.PendingWorkflowTaskInfo
	if f.unattended {
		task = &workflowpb.PendingWorkflowTaskInfo{
			State: enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, ScheduledTime: timestamppb.New(time.Now().Add(-time.Minute)),
		}
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{
		PendingWorkflowTask: task, PendingActivities: f.queued,
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "run-2"}, FirstRunId: "run-2", Status: status, HistoryLength: 77,
		},
	}, nil
}

func (f *fakeTemporal) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	if f.answers != nil {
		return encoded{f.answers}, nil
	}
	return encoded{f.progress}, nil
}

func (f *fakeTemporal) GetWorkflow(_ context.Context, id, _ string) client.WorkflowRun {
	return &fakeRun{f: &fakeTemporal{result: f.last, failure: f.failure}, id: id}
}

func (f *fakeTemporal) ListWorkflow(
	context.Context, *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	if f.last != nil || f.failure != nil {
		answer.Executions = []*workflowpb.WorkflowExecutionInfo{{Execution: &commonpb.WorkflowExecution{RunId: "run-1"}}}
	}
	return answer, nil
}

func (f *fakeTemporal) GetWorkflowHistory(
	context.Context, string, string, bool, enumspb.HistoryEventFilterType,
) client.HistoryEventIterator {
	return noHistory{}
}

type noHistory struct{}

func (noHistory) HasNext() bool                          { return false }
func (noHistory) Next() (*historypb.HistoryEvent, error) { return nil, errors.New("none") }

// encoded hands a value over as Temporal would: through JSON.
type encoded struct{ value any }

func (e encoded) HasValue() bool { return true }

func (e encoded) Get(into any) error {
	payload, err := converter.GetDefaultDataConverter().ToPayload(e.value)
	if err != nil {
		return err
	}
	return converter.GetDefaultDataConverter().FromPayload(payload, into)
}

type fakeRun struct {
	client.WorkflowRun
	f  *fakeTemporal
	id string
}

func (r *fakeRun) GetID() string    { return r.id }
func (r *fakeRun) GetRunID() string { return "run-2" }

func (r *fakeRun) Get(ctx context.Context, into any) error {
	if r.f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	if r.f.failure != nil {
		return r.f.failure
	}
	return encoded{r.f.result}.Get(into)
}

// run calls a program with a fake Temporal.
func run(t *testing.T, f *fakeTemporal, environ []string, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, args...)
	app.Environ = environ
	if f != nil {
		app.Dial = f.dial
	}
	return Main(t.Context(), app), out
}

func TestMain_help(t *testing.T) {
	t.Parallel()
	app, _ := newTestApp(t, "x")
	for _, verb := range append([]Verb{""}, app.Verbs...) {
		code, out := run(t, nil, nil, slices.DeleteFunc([]string{"renamed", string(verb), "--help"}, func(s string) bool { return s == "" })...)
		text := out.stdout.String()
		if code != 0 || out.stderr.Len() > 0 {
			t.Errorf("%q: code %d, stderr %s", verb, code, out.stderr.String())
		}
		for _, part := range []string{"USAGE\n  renamed", "EXAMPLES\n", "renamed " + string(verb), "EXIT CODES\n  0    done\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("the help of %q lacks %q:\n%s", verb, part, text)
			}
		}
		_, examples, _ := strings.Cut(text, "EXAMPLES\n")
		if first, _, _ := strings.Cut(examples, "\n"); !strings.Contains(first, " renamed ") {
			t.Errorf("the help of %q has the example %q", verb, first)
		}
		for _, never := range []string{"$0", "  -h,", "  -v,"} {
			if strings.Contains(text, never) {
				t.Errorf("the help of %q holds %q:\n%s", verb, never, text)
			}
		}
	}
}

func TestMain_wrongUsage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"an unknown verb", []string{"longhaul", "sink"}, `longhaul: "sink" is not a verb of longhaul: ` +
			`use one of demo, extract, serve, status, sync, temporal, upload, worker`},
		{"an unknown flag", []string{"longhaul", "sync", "acme", "--fast"}, "longhaul: unknown flag: --fast; `longhaul sync --help` shows what there is"},
		{"no source", []string{"longhaul", "sync"}, "longhaul: longhaul sync takes the name of one source, such as acme"},
		{"a bad source name", []string{"longhaul", "sync", "Acme"}, `longhaul: "Acme" is not a source name: use 1 to 40 of a-z, 0-9 and -`},
		{"the id of a workflow", []string{"longhaul", "sync", "sync-acme"}, `longhaul: "sync-acme" is not a source name: ` +
			"a source is named acme, its workflow sync-acme: say `sync acme`"},
		{"the id of a workflow, to look at it", []string{"longhaul", "status", "sync-acme"}, `longhaul: "sync-acme" is not a source name: ` +
			"a source is named acme, its workflow sync-acme: say `status acme`"},
		{"a flag without its value", []string{"longhaul", "temporal", "--data"}, "longhaul: flag needs an argument: --data; " +
			"`longhaul temporal --help` shows what there is"},
		{"a port that is none", []string{"longhaul", "temporal", "--port", "70000"}, "longhaul: --port and --ui-port must be from 0 to 65535"},
	} {
		code, out := run(t, nil, nil, row.args...)
		if got := strings.TrimSpace(out.stderr.String()); code != exitUsage || got != row.want || out.stdout.Len() > 0 {
			t.Errorf("%s: code %d, stdout %q, stderr:\n%s\nwant\n%s", row.name, code, out.stdout.String(), got, row.want)
		}
	}
}

// A column of numbers that somebody lines up with zeros is not read as octal.
func TestMain_takesNumbersInPlainDigitsOnly(t *testing.T) {
	t.Parallel()
	tried := 0
	app, out := newTestApp(t, "longhaul")
	for _, verb := range app.Verbs {
		app.command(verb, newConsole(&app)).Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Value.Type(), "int") {
				return
			}
			tried++
			code, out := run(t, nil, nil, "longhaul", string(verb), "--"+f.Name, "010")
			want := `longhaul: invalid argument "010" for "--` + f.Name + `" flag: must be written in plain decimal digits, not as 010: write 10; `
			if code != exitUsage || !strings.HasPrefix(out.stderr.String(), want) {
				t.Errorf("%s --%s: code %d, %s", verb, f.Name, code, out.stderr.String())
			}
		})
	}
	if tried < 9 || out.stderr.Len() > 0 {
		t.Errorf("%d flags hold numbers; stderr %s", tried, out.stderr.String())
	}
}

func TestMain_version(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"longhaul-starter", "--version"}, {"castor-upload", "--version"}} {
		code, out := run(t, nil, nil, args...)
		if text := out.stdout.String(); code != 0 || !strings.HasPrefix(text, args[0]+" ") || !strings.Contains(text, "go1.") {
			t.Errorf("%v: code %d, %q", args, code, text)
		}
	}
}
