// Package control starts, joins and ends syncs through a client of Temporal, and tells whether workers are there for them.
package control

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// AskTimeout bounds one question to Temporal, or to a worker behind it.
const AskTimeout = 3 * time.Second

// Start starts the sync of a source for somebody at the command line, or joins the one that runs; joined says which.
func Start(ctx context.Context, c client.Client, in workflows.Input) (run client.WorkflowRun, joined bool, err error) {
	return StartFor(ctx, c, in, history.TriggerCLI)
}

// StartFor is Start for whatever triggers the sync: see history.Trigger*.
func StartFor(ctx context.Context, c client.Client, in workflows.Input, trigger string) (run client.WorkflowRun, joined bool, err error) {
	id := workflows.SyncID(in.Source)
	before, err := Running(ctx, c, id)
	if err != nil {
		return nil, false, err
	}
	run, err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                workflows.TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "sync of source " + in.Source,
		Memo:                     workflows.Memo(in.Source, trigger),
	}, workflows.SyncSourceType, in)
	if err != nil {
		return nil, false, Explain(err)
	}
	return run, before != "" && before == run.GetRunID(), nil
}

// Running gives the open run of a workflow; empty when none is open.
func Running(ctx context.Context, c client.Client, id string) (runID string, err error) {
	state, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", Explain(err)
	case state.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return "", nil
	}
	return state.GetWorkflowExecutionInfo().GetExecution().GetRunId(), nil
}

// Drop terminates the sync that an earlier process left running. No worker may be working on it any more.
func Drop(ctx context.Context, c client.Client, source, reason string) error {
	id := workflows.SyncID(source)
	run, err := Running(ctx, c, id)
	if err != nil || run == "" {
		return err
	}
	if err := c.TerminateWorkflow(ctx, id, run, reason); err != nil {
		return Explain(err)
	}
	return nil
}

// longestCause bounds what is quoted of Temporal, in bytes.
const longestCause = 500

// Explain gives an error of Temporal's client a class and a sentence. An error that has a class stays as it is.
func Explain(err error) error {
	if fault.From(err) != nil {
		return err
	}
	if refused := host.Refused(err); refused != nil {
		return refused
	}
	message := "Temporal refused a request: check TEMPORAL_NAMESPACE, and what this client may do there (" + fault.Short(err.Error(), longestCause) + ")"
	if Unanswered(err) {
		message = "Temporal stopped answering; the sync continues when it is back, and the same command joins it again"
	}
	return &fault.Error{Class: fault.Transient, System: fault.Temporal, Err: err, Message: message}
}

// Unanswered says that an error is about reaching Temporal, not about the sync.
func Unanswered(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded)
}
