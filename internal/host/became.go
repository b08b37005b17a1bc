package host

import (
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/activity"
)

// became is how a workflow ended whose first run is given, or that it runs; empty where Temporal does not know that any more.
func became(ctx context.Context, workflowID, firstRun string) (string, error) {
	newest, err := described(ctx, workflowID, "")
	if err != nil {
		return "", err
	}
	if newest.GetFirstRunId() == firstRun || newest.GetExecution().GetRunId() == firstRun {
		return ends[newest.GetStatus()], nil
	}
	// Another sync began since. A run that continued as new does not say where its chain ended.
	first, err := described(ctx, workflowID, firstRun)
	return ends[first.GetStatus()], err
}

// described is a run, the newest for ""; nil where there is none.
func described(ctx context.Context, workflowID, run string) (*workflowpb.WorkflowExecutionInfo, error) {
	answer, err := activity.GetClient(ctx).DescribeWorkflowExecution(ctx, workflowID, run)
	if errors.As(err, new(*serviceerror.NotFound)) {
		return nil, nil //nolint:nilnil // protobuf reads nil as empty
	}
	if err != nil {
		return nil, unanswered(err)
	}
	return answer.GetWorkflowExecutionInfo(), nil
}

// ends are the ways in which a run ends, in the words of outcomes.
var ends = map[enumspb.WorkflowExecutionStatus]string{
	enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:    "running",
	enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:   "cancelled",
	enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED: "terminated",
	enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:  "timed_out",
	enumspb.WORKFLOW_EXECUTION_STATUS_FAILED:     "failed",
}
