package host

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/call"
)

// chain is a Temporal that knows some runs of one workflow.
type chain struct {
	client.Client
	runs map[string]past
}

// past is how a run ended.
type past struct {
	status enumspb.WorkflowExecutionStatus
	reset  string            // the run that came of a reset
	next   string            // the run that continues it as new
	result workflows.Outcome // of one that completed
	fails  string            // the sentence of one that failed; empty: it failed without a result
	err    error             // in place of an answer
	closed time.Time
}

func (c *chain) DescribeWorkflowExecution(_ context.Context, _, run string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	of, known := c.runs[run]
	switch {
	case of.err != nil:
		return nil, of.err
	case !known:
		return nil, serviceerror.NewNotFound("no such run")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
			Status: of.status, CloseTime: timestamppb.New(of.closed),
			SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{"LonghaulPhase": {
				Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"describe"`),
			}}},
		},
		WorkflowExtendedInfo: &workflowpb.WorkflowExecutionExtendedInfo{ResetRunId: of.reset},
	}, nil
}

func (c *chain) GetWorkflowHistory(
	_ context.Context, _, run string, wait bool, filter enumspb.HistoryEventFilterType,
) client.HistoryEventIterator {
	if wait || filter != enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT {
		return &last{err: errors.New("only the end is of interest, and only where it is there")}
	}
	of, event := c.runs[run], &historypb.HistoryEvent{}
	if of.next != "" {
		event.Attributes = &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{
			WorkflowExecutionContinuedAsNewEventAttributes: &historypb.WorkflowExecutionContinuedAsNewEventAttributes{NewExecutionRunId: of.next},
		}
		return &last{event: event}
	}
	if of.status == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED {
		event.Attributes = &historypb.HistoryEvent_WorkflowExecutionTerminatedEventAttributes{
			WorkflowExecutionTerminatedEventAttributes: &historypb.WorkflowExecutionTerminatedEventAttributes{
				Reason: "by an operator" + strings.Repeat(" who says much", 20),
			},
		}
		return &last{event: event}
	}
	if of.status == enumspb.WORKFLOW_EXECUTION_STATUS_FAILED {
		return &last{event: failedEvent(of.fails)}
	}
	result, err := converter.GetDefaultDataConverter().ToPayloads(workflows.Result{Outcome: of.result})
	event.Attributes = &historypb.HistoryEvent_WorkflowExecutionCompletedEventAttributes{
		WorkflowExecutionCompletedEventAttributes: &historypb.WorkflowExecutionCompletedEventAttributes{Result: result},
	}
	return &last{event: event, err: err}
}

// failedEvent closes a run that failed with a sentence.
func failedEvent(says string) *historypb.HistoryEvent {
	result := workflows.Result{Outcome: workflows.OutcomeFailed}
	if says != "" {
		result.Failure = &activities.Failure{Class: fault.Invalid, System: fault.Bucket, Message: says}
	}
	failure := temporal.GetDefaultFailureConverter().ErrorToFailure(call.Fail(&activities.Failure{Class: fault.Invalid, Message: says}, result))
	return &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_WorkflowExecutionFailedEventAttributes{
		WorkflowExecutionFailedEventAttributes: &historypb.WorkflowExecutionFailedEventAttributes{Failure: failure},
	}}
}

// last is the one event that closes a run.
type last struct {
	event *historypb.HistoryEvent
	err   error
	read  bool
}

func (l *last) HasNext() bool { return !l.read }

func (l *last) Next() (*historypb.HistoryEvent, error) {
	l.read = true
	return l.event, l.err
}

func TestHowEnded_followsTheRunsOfASync(t *testing.T) {
	t.Parallel()
	closed := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	c := &chain{runs: map[string]past{
		"running":    {status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING},
		"terminated": {status: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, closed: closed},
		"timed out":  {status: enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT, closed: closed},
		"failed":     {status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, closed: closed, fails: "another Temporal has taken the source over"},
		"broken":     {status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, closed: closed},
		"cancelled":  {status: enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED, closed: closed},
		"discarded":  {status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, closed: closed, result: workflows.OutcomeDiscarded},
		"complete":   {status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, closed: closed, result: workflows.OutcomeComplete},
		"long":       {status: enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, next: "longer"},
		"longer":     {status: enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, next: "reset"},
		"reset":      {status: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, reset: "timed out"},
		"reset, on":  {status: enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, reset: "running"},
		"cut off":    {status: enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, next: "forgotten"},
		"in circles": {status: enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, next: "in circles"},
		"no run id":  {err: serviceerror.NewInvalidArgument("invalid RunId")},
		"not heard":  {err: serviceerror.NewUnavailable("connection refused")},
	}}
	for run, want := range map[string]string{
		"running": "running", "terminated": "terminated", "timed out": "timed_out", "failed": "failed", "broken": "failed", "cancelled": "cancelled",
		"discarded": "discarded", "complete": "unknown", "long": "timed_out", "reset, on": "running", "forgotten": "unknown",
		"cut off": "unknown", "in circles": "unknown", "no run id": "unknown", "": "unknown",
	} {
		fate, err := HowEnded(t.Context(), c, "sync-acme", run)
		at := fate.At
		if dated := at.Equal(closed); err != nil || fate.Outcome != want || dated == at.IsZero() || want == "running" && dated {
			t.Errorf("%s: got %+v, %v; want %s", run, fate, err, want)
		}
		if phased := fate.Phase == "describe"; phased != fate.At.Equal(closed) {
			t.Errorf("%s: the phase is %q", run, fate.Phase)
		}
		if failure := fate.Class + " of " + fate.System + ": " + fate.Message; (run == "failed") != (failure == "invalid of bucket: "+c.runs[run].fails) {
			t.Errorf("%s: it failed as %s", run, failure)
		}
		if short := strings.HasPrefix(fate.Reason, "by an operator") && len(fate.Reason) <= 200; short != (want == "terminated") {
			t.Errorf("%s: the reason is %q", run, fate.Reason)
		}
	}
	if _, err := HowEnded(t.Context(), c, "sync-acme", "not heard"); err == nil {
		t.Error("a Temporal that is away knows how it ended")
	}
}
