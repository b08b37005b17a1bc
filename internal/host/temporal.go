package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

// customAttributes lists those of our search attributes that the namespace of the calling activity has.
func customAttributes(ctx context.Context) ([]string, error) {
	answer, err := activity.GetClient(ctx).OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{
		Namespace: activity.GetInfo(ctx).Namespace,
	})
	var denied *serviceerror.PermissionDenied
	var unknown *serviceerror.Unimplemented
	switch {
	case errors.As(err, &denied), errors.As(err, &unknown):
		return nil, nil // a hosted Temporal may keep this to itself; a sync runs without attributes
	case err != nil:
		return nil, unanswered(err)
	}
	var names []string
	for name, kind := range workflows.Attributes() {
		if answer.GetCustomAttributes()[name] == kind { // one of another type would be refused when it is set
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// runningWorkflow gives the run of an open workflow, or "" when none is open under the id.
func runningWorkflow(ctx context.Context, workflowID string) (string, error) {
	answer, err := activity.GetClient(ctx).DescribeWorkflowExecution(ctx, workflowID, "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", unanswered(err)
	case answer.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return "", nil
	}
	return answer.GetWorkflowExecutionInfo().GetExecution().GetRunId(), nil
}

// polled says whether a worker has asked for the activities of a queue since a moment.
func polled(ctx context.Context, queue string, since time.Time) (bool, error) {
	return Polled(ctx, activity.GetClient(ctx), queue, since)
}

func unanswered(err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Message: "Temporal does not answer", Err: fmt.Errorf("asking Temporal: %w", err),
	}
}
