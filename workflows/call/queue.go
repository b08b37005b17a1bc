package call

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/internal/sourcename"
)

// TaskQueue is the task queue of every Longhaul worker, and the only one that people name: all workflows run there. The
// activities of a source have a queue of their own (SourceQueue).
const TaskQueue = "longhaul"

// SourceQueue is the task queue of a source's activities. Only workers that can serve the source poll it, so a worker whose
// settings lack the source never gets its work.
func SourceQueue(source string) string { return sourcename.QueuePrefix + source }

// OnSourceWorker sends activities to the workers that serve a source.
func OnSourceWorker(ctx workflow.Context, source string) workflow.Context {
	return workflow.WithTaskQueue(ctx, SourceQueue(source))
}

// OnAnyWorker sends activities to any worker: those that need Temporal only, and no source.
func OnAnyWorker(ctx workflow.Context) workflow.Context {
	return workflow.WithTaskQueue(ctx, workflow.GetInfo(ctx).TaskQueueName)
}

// Unserved says that no worker polls the task queue of a source, and what to do.
func Unserved(source string) string {
	return fmt.Sprintf("no worker serves source %s: check its name, connect it (longhaul connect %s) if it is not connected any more, or start a worker "+
		"(longhaul serve or longhaul-worker) with its settings and secrets; a worker that has them and leaves it out says why in its log", source, source)
}
