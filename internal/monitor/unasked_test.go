package monitor

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/control"
	"longhaul/workflows"
)

// deserted is a Temporal with a sync that nobody answers for, in its second run.
type deserted struct {
	runs
	polls int    // workers that polled lately
	phase string // of the search attribute; empty: the namespace lacks it
	began time.Time
}

func (d *deserted) DescribeWorkflowExecution(_ context.Context, _, run string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	info := &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: "sync-acme", RunId: "two"}, FirstRunId: "one",
		Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, StartTime: timestamppb.New(d.began.Add(time.Hour)),
	}
	if run == "one" {
		info.StartTime = timestamppb.New(d.began)
	}
	if d.phase != "" {
		payload, err := converter.GetDefaultDataConverter().ToPayload(d.phase)
		if err != nil {
			return nil, err
		}
		info.SearchAttributes = &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{"LonghaulPhase": payload}}
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, nil
}

func (d *deserted) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	answer := &workflowservice.DescribeTaskQueueResponse{}
	for range d.polls {
		answer.Pollers = append(answer.Pollers, &taskqueuepb.PollerInfo{LastAccessTime: timestamppb.Now()})
	}
	return answer, nil
}

func (d *deserted) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return nil, errors.New("no worker answers")
}

func TestStatus_saysWhatTemporalKnowsWhereNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	for phase, want := range map[string]workflows.Phase{"describe": workflows.PhaseDescribe, "": phaseUnknown} {
		s, err := NewStatus(t.Context(), &deserted{phase: phase, began: began}, "acme", UI{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Running == nil || s.Running.Phase != want || !s.Running.Started.Equal(began) || s.Running.Updated.IsZero() ||
			s.Running.Waiting != control.NoWorker {
			t.Errorf("got %+v", s.Running)
		}
		var shown bytes.Buffer
		s.Print(&shown, false)
		first, _, _ := strings.Cut(shown.String(), "\n")
		if want := "acme is being synced: " + string(want) + ": begun at 29 Nov 08:00 UTC; waiting: no worker polls task queue longhaul: start one"; !strings.HasPrefix(first, want) {
			t.Errorf("got %q, want %q", first, want)
		}
	}
}

// TestStatus_tellsNobodyToStartAWorkerWhileOthersPoll has one of several workers killed: the others go on with its sync.
func TestStatus_tellsNobodyToStartAWorkerWhileOthersPoll(t *testing.T) {
	t.Parallel()
	for polls, says := range map[int]string{
		1: "a worker did not answer in time; it polled task queue longhaul within the last 90 s: if this stays, look into its log, or start one",
		2: "a worker did not answer in time; 2 polled task queue longhaul within the last 90 s, and another of them goes on with the sync by itself: " +
			"start one only if this stays",
	} {
		s, err := NewStatus(t.Context(), &deserted{phase: "describe", polls: polls}, "acme", UI{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Running.Waiting; got != says {
			t.Errorf("with %d: %q, want %q", polls, got, says)
		}
	}
}
