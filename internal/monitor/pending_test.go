package monitor

import (
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
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
