package workflows

import (
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// handOver serves a start under any id but the source's own, such as a schedule's: it runs the one sync as its child,
// passes a cancel on and returns the child's result. When that sync is running already, it ends as skipped.
func handOver(ctx workflow.Context, in Input) (*Result, error) {
	if err := clearAttributes(ctx); err != nil {
		return nil, err
	}
	id := SyncID(in.Source)
	var found activities.FindResult
	if err := workflow.ExecuteActivity(with(ctx, forCall, "look for "+id), acts.Find, id).Get(ctx, &found); err != nil {
		return nil, err
	}
	upsert(ctx, found.Attributes, attribute{AttributeSource.GetName(), AttributeSource.ValueSet(in.Source)})
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            id,
		WaitForCancellation:   true,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON, // a parent that is terminated takes no sync with it
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "sync of source " + in.Source,
	}), SyncSourceType, in)
	var result Result
	err := child.Get(ctx, &result)
	switch {
	case temporal.IsWorkflowExecutionAlreadyStartedError(err):
		return skipped(ctx, in.Source)
	case err == nil:
		show(ctx, found.Attributes, result.Outcome)
		return &result, nil
	case temporal.IsCanceledError(err) || ctx.Err() != nil:
		show(ctx, found.Attributes, OutcomeCancelled)
		return nil, cancelledAs(err)
	}
	show(ctx, found.Attributes, OutcomeFailed)
	return nil, handDown(in.Source, err)
}

func show(ctx workflow.Context, known []string, outcome Outcome) {
	upsert(ctx, known, attribute{AttributeOutcome.GetName(), AttributeOutcome.ValueSet(string(outcome))})
}

// skipped names the sync that is running, as it is after the refusal: an earlier look may have met another run.
func skipped(ctx workflow.Context, source string) (*Result, error) {
	id := SyncID(source)
	var found activities.FindResult
	if err := workflow.ExecuteActivity(with(ctx, forCall, "look for "+id), acts.Find, id).Get(ctx, &found); err != nil {
		return nil, err
	}
	show(ctx, found.Attributes, OutcomeSkipped)
	return &Result{
		Source: source, Outcome: OutcomeSkipped, Files: list[activities.File](nil), Warnings: list[string](nil),
		Skipped: &Skipped{WorkflowID: id, RunID: found.RunID},
	}, nil
}

// cancelledAs hands on what a cancelled child says that it keeps.
func cancelledAs(err error) error {
	var cancelled *temporal.CanceledError
	var result Result
	if errors.As(err, &cancelled) && cancelled.HasDetails() && cancelled.Details(&result) == nil {
		return temporal.NewCanceledError(result)
	}
	return temporal.NewCanceledError()
}

// handDown fails this workflow as its child failed: same type, sentence and result. A child that an operator terminated
// brings none.
func handDown(source string, err error) error {
	var failure *temporal.ApplicationError
	var result Result
	if errors.As(err, &failure) && failure.HasDetails() && failure.Details(&result) == nil && result.Failure != nil {
		return failed(&result)
	}
	return failed(&Result{
		Source: source, Outcome: OutcomeFailed, Warnings: []string{},
		Failure: &activities.Failure{
			Class: fault.Transient, System: fault.Temporal,
			Message: SyncID(source) + " was ended from outside; what it had read is kept, so start it again",
		},
	})
}
