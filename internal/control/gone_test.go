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
		"nobody polls since":      {queued, -time.Second, 5, "the worker that took workflow check-acme is gone, and no other takes its next step: start one"},
		"nobody has taken it":     {queued, -time.Second, 2, "a worker did not answer in time; it polled task queue longhaul within the last 90 s: "},
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
			if f == nil || f.Class != fault.Transient || f.System != fault.Temporal || !strings.HasPrefix(f.Message, row.says) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begun); took > 10*time.Second { // beside the 10 that Temporal waits for a dead worker
				t.Errorf("said after %s", took)
			}
		})
	}
}

// TestUntaken_saysSoonThatNobodyTakesASync that was just started, in the words of every screen.
func TestUntaken_saysSoonThatNobodyTakesASync(t *testing.T) {
	t.Parallel()
	const queued, taken = enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, enumspb.PENDING_WORKFLOW_TASK_STATE_STARTED
	for state, says := range map[enumspb.PendingWorkflowTaskState]string{
		queued: "a worker did not answer in time; it polled task queue longhaul within the last 90 s: ", taken: "",
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			c := &stopped{state: state, scheduled: begun, polled: begun.Add(-time.Second), events: untaken}
			if words := Untaken(t.Context(), c, answersLate{}); !strings.HasPrefix(words, says) || words != "" && says == "" {
				t.Errorf("%s: %q", state, words)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("said after %s", took)
			}
		})
	}
}

// asked is a Temporal of which each question is taken by nobody.
type asked struct {
	stopped
	ended []string // ids of the workflows that were ended
}

func (a *asked) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return answersLate{}, nil
}

func (a *asked) TerminateWorkflow(_ context.Context, id, _, _ string, _ ...any) error {
	a.ended = append(a.ended, id)
	return nil
}

// TestAsk_endsAQuestionThatItsAskerGivesUp, so that no test message arrives when nobody waits for it any more. One that others may have joined
// goes on.
func TestAsk_endsAQuestionThatItsAskerGivesUp(t *testing.T) {
	t.Parallel()
	for policy, want := range map[enumspb.WorkflowIdConflictPolicy]int{
		enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL: 1, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING: 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &asked{stopped: stopped{
				state: enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, scheduled: time.Now(), polled: time.Now().Add(-time.Second), events: untaken,
			}}
			options := client.StartWorkflowOptions{ID: "check-acme", WorkflowIDConflictPolicy: policy}
			err := ask(t.Context(), a, options, "Question", nil, nil)
			if f := fault.From(err); f == nil || f.Class != fault.Transient || len(a.ended) != want {
				t.Errorf("%s: %v, and it ended %q", policy, err, a.ended)
			}
			stopping, stop := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, stop)
			if err := ask(stopping, a, options, "Question", nil, nil); err == nil || len(a.ended) != 2*want {
				t.Errorf("%s: stopped by its asker: %v, and it ended %q", policy, err, a.ended)
			}
		})
	}
}
