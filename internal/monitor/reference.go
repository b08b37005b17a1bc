package monitor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// Outcome is what --json prints of a sync: the workflow's result and where to look it up.
type Outcome struct {
	*workflows.Result
	Workflow Reference `json:"workflow"`
}

// NewOutcome joins a result with its reference. Empty lists of the result are lists in JSON too.
func NewOutcome(r *workflows.Result, ref Reference) Outcome {
	return Outcome{Result: withLists(r), Workflow: ref}
}

func withLists(r *workflows.Result) *workflows.Result {
	if r == nil {
		return nil
	}
	shown := *r
	if shown.Files == nil {
		shown.Files = map[string][]activities.File{}
	}
	if shown.Exports == nil {
		shown.Exports = map[string]activities.Delivery{}
	}
	if shown.Warnings == nil {
		shown.Warnings = warning.Show(nil)
	}
	return &shown
}

// Reference says where a sync's history is.
type Reference struct {
	ID            string `json:"id"`
	RunID         string `json:"run_id"`
	URL           string `json:"url,omitempty"` // in the UI, where its address is known
	HistoryEvents int64  `json:"history_events"`
}

// Refer describes a run of a workflow, the newest for "", with the events of the whole chain of runs that one sync is.
func Refer(ctx context.Context, c client.Client, id, runID string, ui UI) Reference {
	ref := Reference{ID: id, RunID: runID}
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
	ref.URL = ui.Page(id, ref.RunID)
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

// UI is Temporal's UI: its address, empty where nobody gave it, and the namespace that its links are about.
type UI struct{ Address, Namespace string }

// Page is the address of a run's history; empty where the UI's address is not known.
func (u UI) Page(id, runID string) string {
	if u.Address == "" || runID == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history",
		strings.TrimRight(u.Address, "/"), url.PathEscape(u.Namespace), url.PathEscape(id), url.PathEscape(runID))
}
