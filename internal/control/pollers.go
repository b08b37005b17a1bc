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

func live(pollers []*taskqueuepb.PollerInfo) int {
	n := 0
	for _, p := range pollers {
		if time.Since(p.GetLastAccessTime().AsTime()) < doctor.Memory {
			n++
		}
	}
	return n
}
