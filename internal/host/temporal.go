package host

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/live"
)

// temporalOf gives the id of the namespace that an activity runs in. Unlike a name, it differs between Temporals, and it lasts
// as long as the content of the namespace.
func temporalOf(ctx context.Context) (string, error) {
	return identityOf(ctx, activity.GetClient(ctx).WorkflowService(), activity.GetInfo(ctx).Namespace)
}

// longestIdentity is the length up to which workflows carry the id of a namespace as it is. Temporal's ids are UUIDs of 36
// characters.
const longestIdentity = 64

// identityOf is the id of a namespace. Where a server does not give one, it is made of the cluster's id and the namespace's name:
// two Temporals must never have the same identity.
func identityOf(ctx context.Context, server workflowservice.WorkflowServiceClient, namespace string) (string, error) {
	answer, err := server.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return "", unanswered(err)
	}
	id := answer.GetNamespaceInfo().GetId()
	if id == "" {
		cluster, err := server.GetClusterInfo(ctx, &workflowservice.GetClusterInfoRequest{})
		switch {
		case err != nil:
			return "", unanswered(err)
		case cluster.GetClusterId() == "":
			return "", fault.Invalidf("Temporal reports no id of namespace %.100q and none of its cluster, so it cannot be distinguished from another "+
				"Temporal that uses the bucket: use a Temporal server that reports one", namespace)
		}
		id = cluster.GetClusterId() + "/" + namespace
	}
	if len(id) > longestIdentity {
		id = fmt.Sprintf("%x", sha256.Sum256([]byte(id)))
	}
	return id, nil
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

// showTimeout bounds the question that lets a workflow show itself anew.
const showTimeout = 5 * time.Second

// metadataQuery is Temporal's own query for what its UI shows.
const metadataQuery = "__temporal_workflow_metadata"

// showWorkflow asks a sync for its progress: the worker that answers shows the same in the UI. It looks whether that is so: a worker that
// had to read the whole history for its answer forgets it.
func showWorkflow(ctx context.Context, workflowID, runID string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	c := activity.GetClient(ctx)
	answer, err := c.QueryWorkflow(ctx, workflowID, runID, workflows.ProgressQuery)
	if err != nil {
		return false, err
	}
	var progress workflows.Progress
	if err := answer.Get(&progress); err != nil {
		return false, err
	}
	if answer, err = c.QueryWorkflow(ctx, workflowID, runID, metadataQuery); err != nil {
		return false, err
	}
	var metadata sdkpb.WorkflowMetadata
	if err := answer.Get(&metadata); err != nil {
		return false, err
	}
	return !workflows.ShownAt(metadata.GetCurrentDetails()).Before(progress.Updated.Truncate(time.Second)), nil
}

// wakeWorkflow sends a sync what its activities have done, so that a worker takes it into its memory.
func wakeWorkflow(ctx context.Context, workflowID, runID string) error {
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	c := activity.GetClient(ctx)
	state, err := c.DescribeWorkflowExecution(ctx, workflowID, runID)
	if err != nil {
		return err
	}
	return c.SignalWorkflow(ctx, workflowID, runID, live.Signal, live.Heartbeats(state))
}

// beatsOf reads the heartbeats of the running activities of a workflow.
func beatsOf(ctx context.Context, workflowID, runID string) ([]activities.Heartbeat, error) {
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	state, err := activity.GetClient(ctx).DescribeWorkflowExecution(ctx, workflowID, runID)
	if err != nil {
		return nil, unanswered(err)
	}
	return live.Heartbeats(state), nil
}

// polled is Polled for an activity.
func polled(ctx context.Context, queue string, since time.Time) (bool, error) {
	return Polled(ctx, activity.GetClient(ctx), queue, since)
}

// Polled says whether a worker has polled a queue for activities since a moment, by Temporal's clock.
func Polled(ctx context.Context, c client.Client, queue string, since time.Time) (bool, error) {
	answer, err := c.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return false, unanswered(err)
	}
	return slices.ContainsFunc(answer.GetPollers(), func(p *taskqueuepb.PollerInfo) bool {
		return !p.GetLastAccessTime().AsTime().Before(since)
	}), nil
}

// updateWorkflow sends an update to another workflow. That workflow's refusal is an answer and no error.
func updateWorkflow(ctx context.Context, update activities.ForwardParams) (activities.ForwardResult, error) {
	options := client.UpdateWorkflowOptions{
		WorkflowID: update.WorkflowID, UpdateID: update.UpdateID, UpdateName: update.Name, WaitForStage: client.WorkflowUpdateStageCompleted,
		FirstExecutionRunID: update.FirstRunID,
	}
	if len(update.Input) > 0 {
		options.Args = []any{update.Input}
	}
	handle, err := activity.GetClient(ctx).UpdateWorkflow(ctx, options)
	var answer json.RawMessage
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	var refused *temporal.ApplicationError
	var missing *serviceerror.NotFound
	var invalid *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &refused):
		return activities.ForwardResult{Refusal: refused.Message()}, nil
	case errors.As(err, &missing):
		return activities.ForwardResult{Refusal: update.WorkflowID + " does not run (any more), so nobody takes " + update.Name}, nil
	case errors.As(err, &invalid):
		return activities.ForwardResult{Refusal: invalid.Error()}, nil
	case err != nil:
		return activities.ForwardResult{}, unanswered(err)
	}
	return activities.ForwardResult{Answer: answer}, nil
}

func unanswered(err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Message: "Temporal does not answer: nothing to change if it passes; else check that it runs", Err: fmt.Errorf("asking Temporal: %w", err),
	}
}
