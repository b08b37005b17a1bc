package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// ErrNoSync says that no sync of a source runs which could take an order.
var ErrNoSync = errors.New("no sync runs")

// orderedWithin bounds an order that a worker answers. An answer takes a task of the workflow, thus far less while a worker lives.
const orderedWithin = 10 * time.Second

// Signal sends a signal to the running sync of a source. Temporal keeps it until a worker takes it.
func Signal(ctx context.Context, c client.Client, source, name, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	return unordered(name, c.SignalWorkflow(ctx, workflows.SyncID(source), "", name, Because(reason)))
}

// Update sends an update to the running sync of a source, and waits for what the sync says. A refusal is an error of class invalid.
func Update(ctx context.Context, c client.Client, source, name string, input any) error {
	within, cancel := context.WithTimeout(ctx, orderedWithin)
	defer cancel()
	options := client.UpdateWorkflowOptions{
		WorkflowID: workflows.SyncID(source), UpdateName: name, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	if input != nil {
		options.Args = []any{input}
	}
	handle, err := c.UpdateWorkflow(within, options)
	if err == nil {
		err = handle.Get(within, nil)
	}
	var refused *temporal.ApplicationError
	var unknown *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &refused):
		return fault.Invalidf("%s", refused.Message())
	case errors.As(err, &unknown):
		return fault.Invalidf("%s", unknown.Error())
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil && within.Err() != nil:
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: fmt.Sprintf("no worker answered %s within %s, and it may still come to the sync: look at the sync, and at the worker's log", name, orderedWithin),
		}
	}
	return unordered(name, err)
}

// Because is the input of a signal or an update with a reason; nil without one.
func Because(reason string) any {
	if reason == "" {
		return nil
	}
	return workflows.Reason{Reason: reason}
}

// Cancel cancels the sync of a source to which a run belongs, in whichever run it goes on. Its reason goes before it, because a cancel brings
// none. A sync that was started after that one had ended is left alone.
func Cancel(ctx context.Context, c client.Client, source, run, reason string) error {
	if reason != "" {
		if err := Signal(ctx, c, source, workflows.CancelReason, reason); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	id := workflows.SyncID(source)
	state, err := c.DescribeWorkflowExecution(ctx, id, run)
	if err == nil {
		err = c.CancelWorkflowWithOptions(ctx, client.CancelWorkflowOptions{
			WorkflowID: id, FirstExecutionRunID: state.GetWorkflowExecutionInfo().GetFirstRunId(),
		})
	}
	if errors.As(err, new(*serviceerror.NotFound)) {
		if another, _ := Running(ctx, c, id); another != "" {
			return fault.Invalidf("the sync of %s that was to be cancelled has ended meanwhile, and another one has begun, which goes on", source)
		}
	}
	return unordered("cancel", err)
}

// unordered explains why an order did not come to the sync.
func unordered(name string, err error) error {
	var missing *serviceerror.NotFound
	switch {
	case err == nil:
		return nil
	case errors.As(err, &missing):
		return ErrNoSync
	case fault.From(err) == nil && host.Refused(err) == nil && Unanswered(err):
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "Temporal stopped answering, so it is not known whether the sync got " + name + ": give the order again when it is back",
		}
	}
	return Explain(err)
}
