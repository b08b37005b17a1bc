package cli

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/host"
	"longhaul/workflows"
)

// servedWithin is how long a worker that is just starting is waited for: it asks for workflow tasks a moment before it asks for
// the work of its sources.
const servedWithin = time.Second

// unserved says whether nobody takes the work of a source. Where Temporal does not tell, somebody may.
func unserved(ctx context.Context, c client.Client, source string) bool {
	ctx, cancel := context.WithTimeout(ctx, servedWithin)
	defer cancel()
	ticker := time.NewTicker(pollersEvery)
	defer ticker.Stop()
	for looked := false; ; looked = true {
		served, err := host.Served(ctx, c, source)
		switch {
		case err != nil:
			return looked && ctx.Err() != nil
		case served || working(ctx, c, workflows.SyncID(source)):
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case <-ticker.C:
		}
	}
}

// working says whether a worker has an activity of the sync in its hands: one whose slots are all taken asks for no more.
func working(ctx context.Context, c client.Client, id string) bool {
	state, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return false
	}
	for _, pending := range state.GetPendingActivities() {
		if pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED && pending.GetActivityType().GetName() != findWorker {
			return true
		}
	}
	return false
}

// findWorker is the activity that looks for a worker of the source, which every worker takes.
const findWorker = "FindWorker"

// waitsForWorker says that the sync of a source waits for a worker, and how to end it.
func waitsForWorker(source string) string {
	return "The sync waits for a worker, because " + workflows.Unserved(source) +
		"; to end the sync: temporal workflow cancel --workflow-id " + workflows.SyncID(source)
}

// stoppedWatching says what becomes of a sync that is watched no more.
func (c *console) stoppedWatching(ctx context.Context, temporal client.Client, name string, mayWait bool) error {
	again := "`" + c.name + " sync " + name + "` joins it again"
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	if mayWait && unserved(asking, temporal, name) {
		return interrupted("stopped watching; " + again + ". " + waitsForWorker(name))
	}
	return interrupted("stopped watching; the sync goes on, and " + again)
}
