package cli

import (
	"context"
	"errors"
	"strings"
	"time"

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

// fakeTemporal has the methods of a client that the verbs use. A method that is not here panics.
type fakeTemporal struct {
	client.Client

	pollers  int
	open     bool // the sync runs before the command starts it
	last     *workflows.Result
	result   *workflows.Result
	failure  error
	hang     bool
	hanging  func() // called when somebody waits for a sync that hangs; may be nil
	progress workflows.Progress

	answers    any  // the answer to the progress query; nil: progress
	unattended bool // nobody takes the next workflow task

	queued []*workflowpb.PendingActivityInfo // the activities that the sync has scheduled
	polled map[string]time.Time              // by task queue: when it was last polled for activities; in place of pollers

	known []string // ids of workflows that ran before
	label string   // the identity of the workers that take workflows

	started    []workflows.Input
	signals    []string
	terminated bool
}

func (f *fakeTemporal) dial(context.Context, host.DialOptions) (client.Client, error) { return f, nil }

func (f *fakeTemporal) Close() {}

// SignalWorkflow notes the signal. It does not unblock the sync.
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
		answer.Pollers = append(answer.Pollers, &taskqueuepb.PollerInfo{Identity: f.label, LastAccessTime: timestamppb.New(time.Now())})
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
	_ context.Context, asked *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	if strings.Contains(asked.GetQuery(), "WorkflowType") {
		for _, id := range f.known {
			answer.Executions = append(answer.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
		}
		return answer, nil
	}
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

func (noHistory) HasNext() bool { return false }

func (noHistory) Next() (*historypb.HistoryEvent, error) { return nil, errors.New("none") }

// encoded hands a value over as Temporal does: through JSON.
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

func (r *fakeRun) GetID() string { return r.id }

func (r *fakeRun) GetRunID() string { return "run-2" }

func (r *fakeRun) Get(ctx context.Context, into any) error {
	if r.f.hang {
		if r.f.hanging != nil {
			r.f.hanging()
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if r.f.failure != nil {
		return r.f.failure
	}
	return encoded{r.f.result}.Get(into)
}
