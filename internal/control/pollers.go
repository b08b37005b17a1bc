package control

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// pollerMemory is how long a worker counts after its last poll. Temporal lists the pollers of the last minutes, also those of a
// worker that was killed meanwhile.
const pollerMemory = 90 * time.Second

// Served says whether a worker takes the activities of a source.
func Served(ctx context.Context, c client.Client, source string) (bool, error) {
	return host.Polled(ctx, c, workflows.SourceQueue(source), time.Now().Add(-pollerMemory))
}

const (
	// mostAsked is how many sources ServedSources asks about: each is a question of its own.
	mostAsked = 20
	// listedSyncs is in how many syncs it looks for their names.
	listedSyncs = 200
	// listedWithin is how long it may take: it only helps to find a misspelt name.
	listedWithin = 2 * time.Second
)

// ServedSources are the sources, of those that Temporal remembers syncs of, that a worker serves, by name. It is empty where Temporal
// does not tell.
func ServedSources(ctx context.Context, c client.Client) []string {
	ctx, cancel := context.WithTimeout(ctx, listedWithin)
	defer cancel()
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: listedSyncs, Query: fmt.Sprintf("WorkflowType = %q", workflows.SyncSourceType),
	})
	if err != nil {
		return nil
	}
	var names []string
	for _, one := range list.GetExecutions() {
		name, ok := workflows.SourceOfID(one.GetExecution().GetWorkflowId())
		if ok && !slices.Contains(names, name) && len(names) < mostAsked {
			names = append(names, name)
		}
	}
	served := make([]bool, len(names))
	var asking sync.WaitGroup
	for i, name := range names {
		asking.Go(func() {
			_ = fault.Caught(func() (err error) { served[i], err = Served(ctx, c, name); return err })
		})
	}
	asking.Wait()
	var there []string
	for i, name := range names {
		if served[i] {
			there = append(there, name)
		}
	}
	slices.Sort(there)
	return there
}

// ServedWords say which sources are served beside the one that is not; empty where that is not known.
func ServedWords(served []string) string {
	if len(served) == 0 {
		return ""
	}
	return " Of the sources that were synced before, workers serve: " + humanize.List(served) + "."
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
		if time.Since(p.GetLastAccessTime().AsTime()) < pollerMemory {
			n++
		}
	}
	return n
}
