package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/workflows"
)

// outcome is what --json prints of a sync: the workflow's result and where to look it up.
type outcome struct {
	*workflows.Result
	Workflow workflowRef `json:"workflow"`
}

// listable makes the lists of a result lists in JSON too when they are empty.
func listable(r *workflows.Result) *workflows.Result {
	if r == nil {
		return nil
	}
	shown := *r
	if shown.Files == nil {
		shown.Files = []activities.File{}
	}
	if shown.Warnings == nil {
		shown.Warnings = []string{}
	}
	return &shown
}

// workflowRef says where a sync's history is.
type workflowRef struct {
	ID            string `json:"id"`
	RunID         string `json:"run_id"`
	URL           string `json:"url,omitempty"` // in the UI, where its address is known
	HistoryEvents int64  `json:"history_events"`
}

// refer describes the newest run of a workflow, with the events of the whole chain of runs that one sync is.
func refer(ctx context.Context, c client.Client, id, runID, ui string) workflowRef {
	ref := workflowRef{ID: id, RunID: runID}
	for next := runID; ; {
		state, err := c.DescribeWorkflowExecution(ctx, id, next)
		if err != nil {
			break
		}
		info := state.GetWorkflowExecutionInfo()
		if next == runID {
			ref.RunID = info.GetExecution().GetRunId()
		}
		ref.HistoryEvents += info.GetHistoryLength()
		if info.GetExecution().GetRunId() == info.GetFirstRunId() {
			break
		}
		if next = runBefore(ctx, c, info.GetExecution()); next == "" {
			break
		}
	}
	ref.URL = workflowURL(ui, id, ref.RunID)
	return ref
}

// runBefore is the run that continued as the given one; empty for the first of a chain.
func runBefore(ctx context.Context, c client.Client, run *commonpb.WorkflowExecution) string {
	events := c.GetWorkflowHistory(ctx, run.GetWorkflowId(), run.GetRunId(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if events == nil || !events.HasNext() {
		return ""
	}
	first, err := events.Next()
	if err != nil {
		return ""
	}
	return first.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
}

// workflowURL is the page of a run in Temporal's UI.
func workflowURL(ui, id, runID string) string {
	if ui == "" || runID == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history",
		strings.TrimRight(ui, "/"), client.DefaultNamespace, url.PathEscape(id), url.PathEscape(runID))
}
