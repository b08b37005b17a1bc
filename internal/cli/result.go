package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"longhaul/activities"
	"longhaul/internal/config"
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
func refer(ctx context.Context, c client.Client, id, runID string, ui webUI) workflowRef {
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
	ref.URL = ui.page(id, ref.RunID)
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

// webUI is Temporal's UI: its address, empty where nobody told it, and the namespace that its links are about.
type webUI struct{ address, namespace string }

// ui is the UI at an address that a person gave, with the namespace that host.Dial finds too.
func (a *App) ui(address string) webUI {
	ui := webUI{address: address, namespace: client.DefaultNamespace}
	settings, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: processEnv(a.Environ)})
	if err == nil && settings.Namespace != "" {
		ui.namespace = settings.Namespace
	}
	return ui
}

// page is the address of a run's history.
func (u webUI) page(id, runID string) string {
	if u.address == "" || runID == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history",
		strings.TrimRight(u.address, "/"), url.PathEscape(u.namespace), url.PathEscape(id), url.PathEscape(runID))
}

// processEnv shows Temporal's library the environment that the program was given.
type processEnv []string

func (e processEnv) Environ() []string { return e }

func (e processEnv) LookupEnv(name string) (string, bool) { return config.Environment(e).Lookup(name) }
