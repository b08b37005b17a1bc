package workflows

import (
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
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
		return skipped(ctx, in.Source, found)
	case err == nil:
		upsert(ctx, found.Attributes, attribute{AttributeOutcome.GetName(), AttributeOutcome.ValueSet(string(result.Outcome))})
		return &result, nil
	}
	return nil, handDown(err)
}

// skipped names the sync that is running.
func skipped(ctx workflow.Context, source string, found activities.FindResult) (*Result, error) {
	id := SyncID(source)
	if found.RunID == "" { // it began between the look and the start
		if err := workflow.ExecuteActivity(with(ctx, forCall, "look for "+id), acts.Find, id).Get(ctx, &found); err != nil {
			return nil, err
		}
	}
	upsert(ctx, found.Attributes, attribute{AttributeOutcome.GetName(), AttributeOutcome.ValueSet(string(OutcomeSkipped))})
	return &Result{
		Source: source, Outcome: OutcomeSkipped, Files: list[activities.File](nil), Warnings: list[string](nil),
		Skipped: &Skipped{WorkflowID: id, RunID: found.RunID},
	}, nil
}

// handDown fails this workflow as its child failed: same type, sentence and result.
func handDown(err error) error {
	var failure *temporal.ApplicationError
	var result Result
	if errors.As(err, &failure) && failure.HasDetails() && failure.Details(&result) == nil && result.Failure != nil {
		return failed(&result)
	}
	return err
}
