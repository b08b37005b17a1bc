package monitor

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

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

// heard is when a worker was last heard of, by the steps of a sync that it had begun or waits for; zero where nothing tells.
func heard(state *workflowservice.DescribeWorkflowExecutionResponse) (last time.Time) {
	later := func(at time.Time) {
		if at.Unix() > 0 && at.After(last) { // an absent one is that of 1970
			last = at
		}
	}
	for _, pending := range state.GetPendingActivities() {
		later(pending.GetLastHeartbeatTime().AsTime())
		later(pending.GetLastStartedTime().AsTime())
	}
	if last.IsZero() { // it had nothing in hand, so it was there when it asked for what lies there now
		for _, pending := range state.GetPendingActivities() {
			if pending.GetAttempt() <= 1 {
				later(pending.GetScheduledTime().AsTime())
			}
		}
		later(state.GetPendingWorkflowTask().GetOriginalScheduledTime().AsTime())
	}
	return last
}
