package monitor

import (
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func TestUnattended(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		state enumspb.PendingWorkflowTaskState
		age   time.Duration
		want  string
	}{
		{"no step to take", enumspb.PENDING_WORKFLOW_TASK_STATE_UNSPECIFIED, time.Hour, ""},
		{"a fresh step", enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, time.Second, ""},
		{"a step in a worker's hands", enumspb.PENDING_WORKFLOW_TASK_STATE_STARTED, time.Hour, ""},
		{
			"a step that nobody takes", enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, 6 * time.Second,
			"no worker takes the next step from task queue longhaul",
		},
	} {
		got := unattended(&workflowpb.PendingWorkflowTaskInfo{State: row.state, ScheduledTime: timestamppb.New(time.Now().Add(-row.age))})
		if got != row.want {
			t.Errorf("%s: got %q", row.name, got)
		}
	}
}

func TestHeard_isTheLastThatAWorkerSaid(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) *timestamppb.Timestamp {
		return timestamppb.New(noon.Add(time.Duration(minutes) * time.Minute))
	}
	tried := &workflowpb.PendingActivityInfo{Attempt: 3, ScheduledTime: at(9), LastStartedTime: at(2), LastHeartbeatTime: at(5)}
	fresh := &workflowpb.PendingActivityInfo{Attempt: 1, ScheduledTime: at(4)}
	task := &workflowpb.PendingWorkflowTaskInfo{OriginalScheduledTime: at(6)}
	for name, row := range map[string]struct {
		state *workflowservice.DescribeWorkflowExecutionResponse
		want  time.Time
	}{
		"nothing tells": {new(workflowservice.DescribeWorkflowExecutionResponse), time.Time{}},
		"a heartbeat": {
			&workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: []*workflowpb.PendingActivityInfo{tried, fresh}, PendingWorkflowTask: task},
			at(5).AsTime(),
		},
		"a step that nobody began": {
			&workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: []*workflowpb.PendingActivityInfo{fresh}}, at(4).AsTime(),
		},
		"a task that nobody takes": {&workflowservice.DescribeWorkflowExecutionResponse{PendingWorkflowTask: task}, at(6).AsTime()},
	} {
		if got := heard(row.state); !got.Equal(row.want) {
			t.Errorf("%s: got %s, want %s", name, got, row.want)
		}
	}
}
