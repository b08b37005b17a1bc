package control

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// Served says whether a worker takes the activities of a source.
func Served(ctx context.Context, c client.Client, source string) (bool, error) {
	return host.Polled(ctx, c, workflows.SourceQueue(source), time.Now().Add(-doctor.Memory))
}

// pollers counts the workers that poll Longhaul's queue for workflow tasks.
func pollers(ctx context.Context, c client.Client) (int, error) {
	answer, err := c.DescribeTaskQueue(ctx, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return 0, &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: fmt.Sprintf("Temporal does not say who polls task queue %s: check that it runs, and that this client may describe task queues", workflows.TaskQueue),
		}
	}
	return live(answer.GetPollers()), nil
}

// NoWorker says in a clause that nothing polls the queue of workflow tasks, and what to do.
const NoWorker = "no worker polls task queue " + workflows.TaskQueue + ": start one with `longhaul-worker --config FILE` or `longhaul serve --config FILE`"

// Unheard says in a clause what it is when no worker has answered for a sync in time: who polls is asked before it says that nobody does. Temporal
// lists a worker for a while after it has stopped.
func Unheard(ctx context.Context, c client.Client) string {
	n, err := pollers(ctx, c)
	switch {
	case err != nil:
		return "no worker answered in time, and Temporal does not say whether one polls task queue " + workflows.TaskQueue + ": look into its log"
	case n == 0:
		return NoWorker
	case n == 1:
		return fmt.Sprintf("a worker did not answer in time; it polled task queue %s within the last %.0f s: if this stays, look into its log, or start one",
			workflows.TaskQueue, doctor.Memory.Seconds())
	}
	return fmt.Sprintf("a worker did not answer in time; %d polled task queue %s within the last %.0f s, and another of them goes on with the sync by itself: "+
		"start one only if this stays", n, workflows.TaskQueue, doctor.Memory.Seconds())
}

func live(pollers []*taskqueuepb.PollerInfo) int {
	n := 0
	for _, p := range pollers {
		if time.Since(p.GetLastAccessTime().AsTime()) < doctor.Memory {
			n++
		}
	}
	return n
}
