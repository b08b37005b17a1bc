package control

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/fault"
)

// stopped is a Temporal in which the next step of a question lies in the queue, last polled at a moment.
type stopped struct {
	client.Client
	state     enumspb.PendingWorkflowTaskState
	scheduled time.Time
	polled    time.Time
	events    int64 // of its history
}

func (s *stopped) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{HistoryLength: s.events},
		PendingWorkflowTask:   &workflowpb.PendingWorkflowTaskInfo{State: s.state, ScheduledTime: timestamppb.New(s.scheduled)},
	}, nil
}

func (s *stopped) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{Pollers: []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.New(s.polled)}}}, nil
}

// answersLate is a question that is answered after a minute.
type answersLate struct{ client.WorkflowRun }

func (answersLate) GetID() string    { return "check-acme" }
func (answersLate) GetRunID() string { return "run" }

func (answersLate) Get(ctx context.Context, _ any) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return nil
	}
}

// A worker that was killed counts among the pollers for minutes, and the workflow cannot say that nobody goes on with it.
func TestAwaitAnswer_saysSoonThatTheWorkerIsGone(t *testing.T) {
	t.Parallel()
	const queued, taken = enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, enumspb.PENDING_WORKFLOW_TASK_STATE_STARTED
	for name, row := range map[string]struct {
		state  enumspb.PendingWorkflowTaskState
		polled time.Duration // after the step was scheduled
		events int64
		says   string // empty: it is not gone
	}{
		"nobody polls since":      {queued, -time.Second, 5, "the worker that took workflow check-acme is gone, and no other polls task queue longhaul: start one"},
		"nobody has taken it":     {queued, -time.Second, 2, "no worker polls task queue longhaul: start one"},
		"a worker polls":          {queued, time.Second, 5, ""},
		"a worker is on the step": {taken, -time.Second, 5, ""},
		"no step is due":          {enumspb.PENDING_WORKFLOW_TASK_STATE_UNSPECIFIED, -time.Second, 5, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			c := &stopped{state: row.state, scheduled: begun, polled: begun.Add(row.polled), events: row.events}
			err := awaitAnswer(t.Context(), c, answersLate{}, nil)
			if row.says == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return
			}
			f := fault.From(err)
			if f == nil || f.Class != fault.Transient || f.System != fault.Temporal ||
				!strings.HasPrefix(f.Message, row.says) || !strings.HasSuffix(f.Message, "and ask again") {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begun); took > 10*time.Second { // beside the 10 that Temporal waits for a dead worker
				t.Errorf("said after %s", took)
			}
		})
	}
}
