package control

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

const (
	// pollersWithin is how long NeedWorker waits for a worker that is just starting.
	pollersWithin = 3 * time.Second
	// servedWithin is how long Unserved waits for a worker that is just starting: a worker polls for workflow tasks a moment
	// before it polls for the activities of its sources.
	servedWithin = time.Second
	// pollersEvery is how often both look.
	pollersEvery = 300 * time.Millisecond
)

// NeedWorker makes sure that a worker polls the queue of workflow tasks, so that no command waits for a sync that cannot run.
func NeedWorker(ctx context.Context, c client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, pollersWithin)
	defer cancel()
	ticker := time.NewTicker(pollersEvery)
	defer ticker.Stop()
	for heard := false; ; {
		n, err := pollers(ctx, c)
		switch {
		case n > 0:
			return nil
		case err == nil:
			heard = true
		case !heard: // later the end of the wait may be why, and Temporal may notice it before this process does
			return err
		}
		select {
		case <-ctx.Done():
			return &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: NoWorker}
		case <-ticker.C:
		}
	}
}

// Unserved says that no worker takes the activities of a source. It is false where Temporal does not tell.
func Unserved(ctx context.Context, c client.Client, source string) bool {
	ctx, cancel := context.WithTimeout(ctx, servedWithin)
	defer cancel()
	ticker := time.NewTicker(pollersEvery)
	defer ticker.Stop()
	for looked := false; ; looked = true {
		served, err := Served(ctx, c, source)
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

// working says whether a worker runs an activity of the sync. A worker whose slots are all taken does not poll.
func working(ctx context.Context, c client.Client, id string) bool {
	state, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return false
	}
	for _, pending := range state.GetPendingActivities() {
		if pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED && !LooksForWorker(pending.GetActivityType().GetName()) {
			return true
		}
	}
	return false
}

// LooksForWorker says whether an activity is the one that looks for a worker of the source. Every worker takes that one, so
// it proves nothing about the source.
func LooksForWorker(activity string) bool { return activity == "FindWorker" }
