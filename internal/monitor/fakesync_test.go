package monitor

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/workflows"
)

// fakeSync is a Temporal with one open sync. A method that is not here panics.
type fakeSync struct {
	client.Client

	progress   workflows.Progress // what the sync answers
	unattended bool               // nobody takes the next workflow task
}

func (f *fakeSync) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	var task *workflowpb.PendingWorkflowTaskInfo
	if f.unattended {
		task = &workflowpb.PendingWorkflowTaskInfo{
			State: enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, ScheduledTime: timestamppb.New(time.Now().Add(-time.Minute)),
		}
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{PendingWorkflowTask: task}, nil
}

func (f *fakeSync) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return encoded{f.progress}, nil
}

// encoded hands a value over as Temporal does: through JSON.
type encoded struct{ value any }

func (e encoded) HasValue() bool { return true }

func (e encoded) Get(into any) error {
	payload, err := converter.GetDefaultDataConverter().ToPayload(e.value)
	if err != nil {
		return err
	}
	return converter.GetDefaultDataConverter().FromPayload(payload, into)
}
