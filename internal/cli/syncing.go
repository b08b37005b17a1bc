package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// begin starts the sync of a source or joins the one that runs; joined says which.
func begin(ctx context.Context, c client.Client, in workflows.Input) (run client.WorkflowRun, joined bool, err error) {
	id := workflows.SyncID(in.Source)
	before, err := running(ctx, c, id)
	if err != nil {
		return nil, false, err
	}
	run, err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                workflows.TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "sync of source " + in.Source,
	}, workflows.SyncSourceType, in)
	if err != nil {
		return nil, false, temporalFault(err)
	}
	return run, before != "" && before == run.GetRunID(), nil
}

// running is the run of the workflow that is open; empty when none is.
func running(ctx context.Context, c client.Client, id string) (runID string, err error) {
	state, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", temporalFault(err)
	case state.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return "", nil
	}
	return state.GetWorkflowExecutionInfo().GetExecution().GetRunId(), nil
}

const (
	pollersWithin = 3 * time.Second // how long a worker that is just starting is waited for
	pollersEvery  = 300 * time.Millisecond
)

// needWorker makes sure that somebody will do the work, so that nobody waits for what cannot happen.
func needWorker(ctx context.Context, c client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, pollersWithin)
	defer cancel()
	ticker := time.NewTicker(pollersEvery)
	defer ticker.Stop()
	for {
		n, err := host.Pollers(ctx, c)
		switch {
		case n > 0:
			return nil
		case err != nil && ctx.Err() == nil:
			return err
		}
		select {
		case <-ctx.Done():
			return &fault.Error{
				Class: fault.Transient, System: fault.Temporal,
				Message: fmt.Sprintf("no worker polls task queue %s: start one with `longhaul-worker --config FILE` "+
					"or `longhaul serve --config FILE`", workflows.TaskQueue),
			}
		case <-ticker.C:
		}
	}
}
