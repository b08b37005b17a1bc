package control

import (
	"context"
	"fmt"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/sourcename"
	"longhaul/workflows"
)

const (
	// mostSchedules and mostSyncs bound what is asked of Temporal for the names that a shell completes.
	mostSchedules = 500
	mostSyncs     = 20
)

// Sources are the names of sources that Temporal knows: of workflows that ran, of the workers, and of schedules. What it does not answer is
// left out.
func Sources(ctx context.Context, c client.Client) []string {
	names := known(ctx, c)
	schedules, err := c.ScheduleClient().List(ctx, client.ScheduleListOptions{PageSize: mostSchedules})
	for n := 0; err == nil && n < mostSchedules && schedules.HasNext(); n++ {
		var one *client.ScheduleListEntry
		if one, err = schedules.Next(); err == nil {
			if name, ok := strings.CutPrefix(one.ID, sourcename.SchedulePrefix); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Syncs are the ids of the newest syncs of a source that Temporal remembers, the newest first, as the bucket names them. A run that goes on
// with the sync of another, after it continued as new or was reset, is that sync.
func Syncs(ctx context.Context, c client.Client, source string) (ids []string) {
	id := workflows.SyncID(source)
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: mostSyncs, Query: fmt.Sprintf("WorkflowId = %q", id)})
	if err != nil {
		return nil
	}
	runs := list.GetExecutions()
	slices.SortFunc(runs, func(a, b *workflowpb.WorkflowExecutionInfo) int {
		return b.GetStartTime().AsTime().Compare(a.GetStartTime().AsTime())
	})
	for i, run := range runs {
		if mayGoOn(runs[i+1:]) {
			state, err := c.DescribeWorkflowExecution(ctx, id, run.GetExecution().GetRunId())
			if err != nil || state.GetWorkflowExecutionInfo().GetFirstRunId() != run.GetExecution().GetRunId() {
				continue
			}
		}
		ids = append(ids, workflows.StagedID(run.GetStartTime().AsTime(), run.GetExecution().GetRunId()))
	}
	return ids
}

// mayGoOn says whether a run may go on with the sync of the run before it, whose end leaves that open. The oldest of a list may.
func mayGoOn(before []*workflowpb.WorkflowExecutionInfo) bool {
	if len(before) == 0 {
		return true
	}
	status := before[0].GetStatus()
	return status == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW || status == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
}
