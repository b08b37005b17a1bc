package control

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

const (
	// goneAfter is how long the next step of a question lies in the queue, while nobody polls it, until its worker counts as gone. A worker
	// that lives takes it at once; for 5 seconds Temporal keeps it for the worker that took the last step. Before that Temporal waits for a
	// dead one: 10 seconds for a step, and as long for a heartbeat.
	goneAfter = 8 * time.Second
	// takenWithin is how long Untaken waits for a worker to take the first step of a sync.
	takenWithin = 3 * time.Second
	// goneEvery is how often that is asked.
	goneEvery = time.Second
)

// awaitAnswer reads the answer of a question, for as long as there is a worker that may give it. The workflow itself cannot say that there
// is none: it would need a worker for that.
func awaitAnswer(ctx context.Context, c client.Client, run client.WorkflowRun, answer any) error {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- fault.Caught(func() error { return untilGone(watched, c, run) })
	}()
	err := run.Get(watched, answer)
	stop()
	if gone := <-ended; err != nil && gone != nil && ctx.Err() == nil {
		return gone
	}
	return err
}

// untilGone returns an error once no worker is there for a question, and nil when ctx ends.
func untilGone(ctx context.Context, c client.Client, run client.WorkflowRun) error {
	ticker := time.NewTicker(goneEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		gone, taken := workerGone(ctx, c, run)
		if !gone {
			continue
		}
		words := Unheard(ctx, c)
		if taken {
			words = fmt.Sprintf("the worker that took workflow %s is gone, and no other takes its next step: "+
				"start one with `longhaul-worker --config FILE` or `longhaul serve --config FILE`, and ask again", run.GetID())
		}
		return &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: words}
	}
}

// untaken is the length of the history of a workflow of which no worker has taken a step: it was started, and its first step is in the queue.
const untaken = 2

// workerGone says whether the next step of a workflow lies in the queue and nobody has polled for it since, and whether a worker took one
// before. It is false where Temporal does not tell.
func workerGone(ctx context.Context, c client.Client, run client.WorkflowRun) (gone, taken bool) {
	asking, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	state, err := c.DescribeWorkflowExecution(asking, run.GetID(), run.GetRunID())
	task := state.GetPendingWorkflowTask()
	if err != nil || task.GetState() != enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED || task.GetScheduledTime() == nil {
		return false, false
	}
	since := task.GetScheduledTime().AsTime()
	if time.Since(since) < goneAfter {
		return false, false
	}
	answer, err := c.DescribeTaskQueue(asking, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return false, false
	}
	for _, p := range answer.GetPollers() {
		if p.GetLastAccessTime().AsTime().After(since) {
			return false, false
		}
	}
	return true, state.GetWorkflowExecutionInfo().GetHistoryLength() > untaken
}

// Untaken says in a clause, as Unheard does, that no worker takes a workflow that was just started; empty where one does, or Temporal does
// not tell.
func Untaken(ctx context.Context, c client.Client, run client.WorkflowRun) string {
	within, cancel := context.WithTimeout(ctx, takenWithin)
	defer cancel()
	ticker := time.NewTicker(pollersEvery)
	defer ticker.Stop()
	for {
		state, err := c.DescribeWorkflowExecution(within, run.GetID(), run.GetRunID())
		if waits := state.GetPendingWorkflowTask().GetState() == enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED; err == nil && !waits {
			return ""
		}
		select {
		case <-within.Done():
			if ctx.Err() != nil || err != nil && within.Err() == nil {
				return ""
			}
			return Unheard(ctx, c)
		case <-ticker.C:
		}
	}
}
