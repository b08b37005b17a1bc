package host

import (
	"cmp"
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// longestChain bounds the runs of one sync that are looked at: one of a million reports has a few hundred.
const longestChain = 1000

// howEnded is HowEnded for an activity.
func howEnded(ctx context.Context, workflowID, runID string) (history.Fate, error) {
	return HowEnded(ctx, activity.GetClient(ctx), workflowID, runID)
}

// HowEnded tells how a sync ended that began with a run: it follows the runs that came of that one, by continue-as-new and
// by resets. See history.How.
func HowEnded(ctx context.Context, c client.Client, workflowID, runID string) (history.Fate, error) {
	unknown := history.Fate{Outcome: history.OutcomeUnknown}
	if workflowID == "" || runID == "" {
		return unknown, nil
	}
	for range longestChain {
		answer, err := c.DescribeWorkflowExecution(ctx, workflowID, runID)
		var missing *serviceerror.NotFound
		var invalid *serviceerror.InvalidArgument
		switch {
		case errors.As(err, &missing), errors.As(err, &invalid):
			return unknown, nil
		case err != nil:
			return history.Fate{}, unanswered(err)
		}
		if next := answer.GetWorkflowExtendedInfo().GetResetRunId(); next != "" {
			runID = next
			continue
		}
		info := answer.GetWorkflowExecutionInfo()
		fate := history.Fate{Outcome: outcomes[info.GetStatus()]}
		if fate.Outcome == history.OutcomeRunning {
			return fate, nil
		}
		fate.At, fate.Phase = info.GetCloseTime().AsTime(), phaseOf(info)
		if tellingEnds[fate.Outcome] {
			closed, err := closeEvent(ctx, c, workflowID, runID)
			if err != nil {
				return history.Fate{}, err
			}
			if next := closed.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId(); next != "" {
				runID = next
				continue
			}
			fate.Outcome = cmp.Or(fate.Outcome, resultOf(closed))
			fate.Reason = fault.Clip(closed.GetWorkflowExecutionTerminatedEventAttributes().GetReason(), mostReason)
			failureOf(closed, &fate)
		}
		return fate, nil
	}
	return unknown, nil
}

// tellingEnds are the outcomes by status whose last event tells more; none is that of a status that tells none.
var tellingEnds = map[string]bool{"": true, history.OutcomeTerminated: true, string(workflows.OutcomeFailed): true}

// failureOf takes the failure of a run that failed. That of a sync which lost its source is in no bucket: nothing there is its own any more.
func failureOf(closed *historypb.HistoryEvent, fate *history.Fate) {
	failure := closed.GetWorkflowExecutionFailedEventAttributes().GetFailure()
	var result workflows.Result
	err := converter.GetDefaultDataConverter().FromPayloads(failure.GetApplicationFailureInfo().GetDetails(), &result)
	if failure == nil || err != nil || result.Failure == nil {
		return
	}
	fate.Class, fate.System = string(result.Failure.Class), string(result.Failure.System)
	fate.Message = fault.Clip(result.Failure.Message, history.MostMessage)
}

// mostReason bounds the reason of a termination, in bytes, as that of every order.
const mostReason = 200

// phaseOf is the phase that a run showed last; empty where Temporal knows none.
func phaseOf(info *workflowpb.WorkflowExecutionInfo) (phase string) {
	payload := info.GetSearchAttributes().GetIndexedFields()[attribute.Phase.GetName()]
	if payload == nil || converter.GetDefaultDataConverter().FromPayload(payload, &phase) != nil {
		return ""
	}
	return phase
}

// outcomes are what the status of a run says; that of others is told by how they closed.
var outcomes = map[enumspb.WorkflowExecutionStatus]string{
	enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:    history.OutcomeRunning,
	enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:     history.OutcomeRunning,
	enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED: history.OutcomeTerminated,
	enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:  history.OutcomeTimedOut,
	enumspb.WORKFLOW_EXECUTION_STATUS_FAILED:     string(workflows.OutcomeFailed),
	enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:   string(workflows.OutcomeCancelled),
}

// closeEvent is the last event of a run that is over.
func closeEvent(ctx context.Context, c client.Client, workflowID, runID string) (*historypb.HistoryEvent, error) {
	events := c.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
	if !events.HasNext() {
		return nil, nil
	}
	event, err := events.Next()
	if err != nil {
		return nil, unanswered(err)
	}
	return event, nil
}

// resultOf is the outcome in the result of a run that completed. Of a sync that has no record it can be one word only.
func resultOf(closed *historypb.HistoryEvent) string {
	var result workflows.Result
	err := converter.GetDefaultDataConverter().FromPayloads(closed.GetWorkflowExecutionCompletedEventAttributes().GetResult(), &result)
	if err != nil || result.Outcome != workflows.OutcomeDiscarded {
		return history.OutcomeUnknown
	}
	return string(result.Outcome)
}
