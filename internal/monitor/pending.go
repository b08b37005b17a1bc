package monitor

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/activities"
	"longhaul/internal/control"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// pickUpWithin is how long a task may lie in its queue before people should know.
const pickUpWithin = 5 * time.Second

// unattended says that no worker takes the sync's next workflow task.
func unattended(task *workflowpb.PendingWorkflowTaskInfo) string {
	if task.GetState() != enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED {
		return ""
	}
	if time.Since(task.GetScheduledTime().AsTime()) < pickUpWithin {
		return ""
	}
	return fmt.Sprintf("no worker takes the next step from task queue %s", workflows.TaskQueue)
}

// unserved says that no worker takes the sync's activities: all of them lie in the queue of the source, and nobody has polled
// that queue since the oldest was scheduled.
func (w *Watcher) unserved(ctx context.Context, state *workflowservice.DescribeWorkflowExecutionResponse) string {
	var since time.Time
	for _, pending := range state.GetPendingActivities() {
		if control.LooksForWorker(pending.GetActivityType().GetName()) {
			continue
		}
		at := pending.GetScheduledTime()
		if pending.GetState() != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED || at == nil || time.Since(at.AsTime()) < pickUpWithin {
			return ""
		}
		if since.IsZero() || at.AsTime().Before(since) {
			since = at.AsTime()
		}
	}
	source, ok := workflows.SourceOfID(w.ID)
	if since.IsZero() || !ok {
		return ""
	}
	if polled, err := host.Polled(ctx, w.Client, workflows.SourceQueue(source), since); polled || err != nil {
		return ""
	}
	return workflows.Unserved(source)
}

// addPending adds what the running activities report by their heartbeats. Their trouble is shown only when all of them have
// some: while one makes progress, the sync does not wait.
func addPending(s *Snapshot, state *workflowservice.DescribeWorkflowExecutionResponse) {
	s.Listed = s.Kinds.Folders + s.Kinds.Reports + s.Kinds.Dashboards + s.Kinds.Components + s.Kinds.Users
	cause, moving := "", false
	for _, pending := range state.GetPendingActivities() {
		var beat activities.Beat
		if details := pending.GetHeartbeatDetails(); details != nil {
			_ = converter.GetDefaultDataConverter().FromPayloads(details, &beat) // a hint; zero where it cannot be read
		}
		s.APICalls += beat.Calls
		switch pending.GetActivityType().GetName() {
		case "Describe":
			s.Described = min(s.Described+beat.Done, s.ToDescribe)
		case "Enumerate":
			s.Listed += beat.Done
		}
		if words := trouble(pending, beat); words == "" {
			moving = true
		} else if cause == "" {
			cause = words
		}
	}
	if s.Waiting == "" && !moving {
		s.Waiting = cause
	}
}

// trouble is the reason why an activity is tried again, until the new attempt has made progress, or what a running attempt
// says that it waits for, such as a full disk.
func trouble(pending *workflowpb.PendingActivityInfo, beat activities.Beat) string {
	if beat.Waiting != "" && pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED {
		return beat.Waiting
	}
	cause := pending.GetLastFailure()
	moving := pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED && beat.Done > 0
	if cause == nil || moving {
		return ""
	}
	if cause.GetTimeoutFailureInfo() != nil {
		return "a worker went silent; its work is being given to another"
	}
	return cause.GetMessage()
}
