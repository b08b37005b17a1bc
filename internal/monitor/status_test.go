package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/activities"
	"longhaul/internal/humanize"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// run is one run of a sync, and how it ended.
type run struct {
	id, first string
	status    enumspb.WorkflowExecutionStatus
	closed    time.Time
	result    workflows.Result
	failure   error
}

// runs is a Temporal that remembers runs of one workflow, the newest first.
type runs struct {
	fakeSync
	all []run
}

func (f *runs) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{Pollers: []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.Now()}}}, nil
}

func (f *runs) info(r run) *workflowpb.WorkflowExecutionInfo {
	info := &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: "sync-acme", RunId: r.id}, FirstRunId: r.first, Status: r.status,
	}
	if !r.closed.IsZero() {
		info.CloseTime = timestamppb.New(r.closed)
	}
	return info
}

func (f *runs) of(id string) run {
	for _, r := range f.all {
		if r.id == id {
			return r
		}
	}
	return f.all[0]
}

func (f *runs) DescribeWorkflowExecution(_ context.Context, _, id string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: f.info(f.of(id))}, nil
}

func (f *runs) ListWorkflow(
	_ context.Context, asked *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, r := range f.all {
		if strings.Contains(asked.GetQuery(), `"`+r.status.String()+`"`) {
			answer.Executions = append(answer.Executions, f.info(r))
		}
	}
	return answer, nil
}

func (f *runs) GetWorkflow(_ context.Context, _, id string) client.WorkflowRun {
	return ended{run: f.of(id)}
}

type ended struct {
	client.WorkflowRun
	run run
}

func (e ended) Get(_ context.Context, into any) error {
	if e.run.failure != nil {
		return e.run.failure
	}
	return encoded{e.run.result}.Get(into)
}

const (
	completed  = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	terminated = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	canceled   = enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED
	open       = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
)

var monday = time.Date(2026, 11, 23, 2, 14, 0, 0, time.UTC)

// delivered is a run whose files the catalog has.
var delivered = run{
	id: "r1", first: "r1", status: completed, closed: monday,
	result: workflows.Result{
		Source: "acme", Sync: "20261123T000000Z-r1", Outcome: workflows.OutcomeComplete, Uploaded: true, Coverage: 1,
		States: activities.States{Described: 10}, Files: map[string][]activities.File{"castor": {{Name: "1-reports.json"}}},
	},
}

func TestStatus_saysWhatTheLastSyncsLeft(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	cancelled := workflows.Result{Source: "acme", Outcome: workflows.OutcomeCancelled, Kept: 1000, States: activities.States{Reused: 234}}
	cancelled.Kinds.Reports = 5000
	empty := workflows.Result{Source: "acme", Outcome: workflows.OutcomeComplete, Uploaded: true, Coverage: 1}
	for name, row := range map[string]struct {
		all         []run
		outcome     string
		says, never []string
	}{
		"a discarded one after a delivery": {
			all: []run{{id: "r2", first: "r2", status: completed, closed: monday.Add(day), result: workflows.Result{
				Source: "acme", Outcome: workflows.OutcomeDiscarded, States: activities.States{Reused: 7},
			}}, delivered},
			outcome: "discarded",
			says: []string{
				"The last sync of acme ended at 24 Nov 2026 02:14 UTC:", "Sync of acme: discarded in", "Catalog as of 23 Nov 2026 02:14 UTC, by sync 20261123T000000Z-r1.",
			},
			never: []string{"%"},
		},
		"a terminated one": {
			all:     []run{{id: "r2", first: "r2", status: terminated, closed: monday.Add(day), failure: &temporal.TerminatedError{}}, delivered},
			outcome: "terminated",
			says: []string{
				"The last sync of acme was terminated; what it had read is kept for the next one (24 Nov 2026 02:14 UTC)\n", "Catalog as of 23 Nov 2026",
			},
			never: []string{"cancelled", "ended from outside"},
		},
		"a cancelled one": {
			all:     []run{{id: "r2", first: "r2", status: canceled, closed: monday.Add(day), failure: temporal.NewCanceledError(cancelled)}},
			outcome: "cancelled",
			says: []string{
				"The last sync of acme was cancelled; 1,234 of 5,000 reports are described and kept for the next one (24 Nov 2026 02:14 UTC)\n",
				"The catalog has got nothing yet, as far as Temporal remembers: `longhaul history acme` says what the bucket knows.\n",
			},
			never: []string{"cancelled: the sync was cancelled"},
		},
		"a cancelled one with a reason": {
			all: []run{{id: "r2", first: "r2", status: canceled, closed: monday.Add(day), failure: temporal.NewCanceledError(
				workflows.Result{Source: "acme", Outcome: workflows.OutcomeCancelled, Because: "the wrong org"},
			)}},
			outcome: "cancelled",
			says:    []string{"The last sync of acme was cancelled (the wrong org); what it had read is kept for the next one (24 Nov 2026 02:14 UTC)\n"},
		},
		"one that goes on after a reset": {
			all: []run{
				{id: "r3", first: "r2", status: open},
				{id: "r2", first: "r2", status: terminated, closed: monday.Add(day), failure: &temporal.TerminatedError{}},
				delivered,
			},
			outcome: "complete",
			says: []string{
				"acme is being synced: describe: 5 of 10 reports (50%)", "Warning: a warning\n", "ended at 23 Nov 2026 02:14 UTC:", "Catalog as of 23 Nov",
			},
			never: []string{"terminated"},
		},
		"one that delivers nothing": {
			all: []run{{id: "r2", first: "r2", status: completed, closed: monday, result: workflows.Result{
				Source: "acme", Outcome: workflows.OutcomeComplete, Coverage: 1, States: activities.States{Described: 7},
			}}},
			outcome: "complete", says: []string{"The catalog has got nothing yet, as far as Temporal remembers: `longhaul history acme` says what the bucket knows.\n"}, never: []string{"Nothing was sent"},
		},
		"one without reports": {
			all: []run{{id: "r2", first: "r2", status: completed, closed: monday, result: empty}}, outcome: "complete",
			says: []string{"Sync of acme: complete in"}, never: []string{"100.0%"},
		},
	} {
		f := &runs{all: row.all}
		f.progress = workflows.Progress{
			Source: "acme", Phase: workflows.PhaseDescribe, ToDescribe: 10, Done: 5, Warnings: []warning.Shown{{Message: "a warning"}},
		}
		s, err := NewStatus(t.Context(), f, "acme", UI{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var out bytes.Buffer
		s.Print(&out, false)
		for _, words := range row.says {
			if !strings.Contains(out.String(), words) {
				t.Errorf("%s: %q is not in:\n%s", name, words, &out)
			}
		}
		for _, words := range row.never {
			if strings.Contains(out.String(), words) {
				t.Errorf("%s: %q is in:\n%s", name, words, &out)
			}
		}
		text, err := json.Marshal(s)
		if err != nil || !strings.Contains(string(text), `"outcome":"`+row.outcome+`"`) || !strings.Contains(string(text), `"catalog":`) {
			t.Errorf("%s: the JSON is %s (%v)", name, text, err)
		}
	}
}

// TestStatus_saysWhatToDoAboutAWait has the advice of the page in the UI, as long as it is about the reason that is shown.
func TestStatus_saysWhatToDoAboutAWait(t *testing.T) {
	t.Parallel()
	until := monday.Add(time.Hour)
	f := &runs{all: []run{{id: "r1", first: "r1", status: open}}}
	f.progress = workflows.Progress{
		Source: "acme", Phase: workflows.PhaseDescribe, ToDescribe: 10, Done: 5, Until: &until,
		Waiting: "this source has used its share; the first come back at 23 Nov 03:14 UTC", Do: "nothing, it continues by itself",
	}
	said := func() string {
		s, err := NewStatus(t.Context(), f, "acme", UI{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		s.Print(&out, false)
		return out.String()
	}
	want := "acme is being synced: describe: 5 of 10 reports (50%); waiting until 23 Nov 03:14 UTC: this source has used its share" +
		"\nWhat to do: nothing, it continues by itself.\n"
	if got := said(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	f.progress.Waiting, f.progress.Do, f.progress.Until, f.progress.Stalled = "", "", nil, &monday
	want = "acme is being synced: describe: 5 of 10 reports (50%), 0 API calls; nothing has moved since " + humanize.Moment(monday) +
		", and the sync names nothing that it waits for: look whether its workers run and answer, and restart one that hangs; nothing is lost\n"
	if got := said(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	f.progress.StalledWhy = "the disk is full; make room on it"
	want = "acme is being synced: describe: 5 of 10 reports (50%), 0 API calls; nothing has moved since " + humanize.Moment(monday) +
		": the disk is full; make room on it\n"
	if got := said(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	want = strings.Replace(want, ", 0 API calls", "", 1)
	if f.progress.Trouble = "the disk is full; make room on it"; said() != want { // as a worker says at this moment
		t.Errorf("it says %q, want %q", said(), want)
	}
	f.progress.StalledWhy, f.progress.Trouble, f.progress.Waiting = "", "", "no worker serves source acme"
	want = "acme is being synced: describe: 5 of 10 reports (50%); nothing has moved since " + humanize.Moment(monday) +
		"; waiting: no worker serves source acme\n"
	if got := said(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	f.progress.Stalled = nil
	f.progress.Phase, f.progress.Waiting = workflows.PhaseHeld, "why"
	if got := said(); strings.Contains(got, "What to do") {
		t.Errorf("it says twice what to do: %q", got)
	}
}

func TestSummarize_saysWhatIsMissingAndWhatIsGone(t *testing.T) {
	t.Parallel()
	r := delivered.result
	r.Outcome, r.States = workflows.OutcomeGaps, activities.States{Described: 990, Denied: 4, Failed: 2}
	r.Reasons = map[string]int64{"no_access": 4, "no_columns": 2}
	r.Vanished = activities.Kinds{Reports: 1200, Dashboards: 1}
	var out bytes.Buffer
	Summarize(&out, &r, nil, false)
	for _, words := range []string{
		"6 gaps: 4 denied (what each reports on is closed); 2 failed (described without columns).\n",
		"Gone since the last sync: 1,200 reports, 1 dashboard.\n",
	} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("%q is not in:\n%s", words, &out)
		}
	}
}

// A program that reads the result of a skipped sync needs no case for null.
func TestNewOutcome_holdsNoNull(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(NewOutcome(&workflows.Result{Outcome: workflows.OutcomeSkipped}, Reference{}))
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s (%v)", text, err)
	}
}
