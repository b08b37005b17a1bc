package control

import (
	"context"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/doctor"
	"longhaul/internal/sourcename"
	"longhaul/internal/spelling"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

const (
	// mostRuns and mostNeighbours bound what is asked of Temporal for a suggestion.
	mostRuns       = 500
	mostNeighbours = 20
)

// Suggest names in a sentence the sources that workers serve, and which of them a source may have been meant for that none serves. It is
// empty where none is known: Temporal tells of no task queue by itself, so they are those that were synced, checked or planned before, and
// those that workers name in their labels.
func Suggest(ctx context.Context, c client.Client, source string) string {
	ctx, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	served := neighbours(ctx, c, source)
	if len(served) == 0 {
		return ""
	}
	words := "Workers serve " + strings.Join(served, ", ")
	if near := spelling.Nearest(source, served); near != "" {
		return words + ": did you mean " + near + "?"
	}
	return words + "."
}

// neighbours are other sources that workers serve.
func neighbours(ctx context.Context, c client.Client, source string) (served []string) {
	names := slices.DeleteFunc(known(ctx, c), func(name string) bool { return name == source })
	if near := spelling.Nearest(source, names); near != "" {
		names = slices.Insert(names, 0, near) // whatever the bound is
	}
	for _, name := range names[:min(len(names), mostNeighbours)] {
		if slices.Contains(served, name) {
			continue
		}
		if polled, err := Served(ctx, c, name); polled && err == nil {
			served = append(served, name)
		}
	}
	slices.Sort(served)
	return served
}

// known are the sources of workflows that ran, and of the workers that take workflows, each once.
func known(ctx context.Context, c client.Client) (names []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if workers, err := c.DescribeTaskQueue(ctx, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW); err == nil {
		for _, p := range workers.GetPollers() {
			for _, name := range doctor.ParseLabel(p.GetIdentity()).Sources {
				add(name)
			}
		}
	}
	runs, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: mostRuns, Query: `WorkflowType IN ("` + strings.Join(
			[]string{workflows.SyncSourceType, question.CheckSourceType, question.PlanSourceType}, `", "`) + `")`,
	})
	if err == nil {
		for _, run := range runs.GetExecutions() {
			add(sourceOf(run.GetExecution().GetWorkflowId()))
		}
	}
	return names
}

// sourceOf is the source of a workflow by its id; empty where the id, as that of a schedule's run, does not tell.
func sourceOf(id string) string {
	for _, prefix := range []string{workflows.SyncID(""), question.CheckID(""), question.PlanID("")} {
		if name, ok := strings.CutPrefix(id, prefix); ok && sourcename.Check(name) == nil { // the check of a candidate has more in its id
			return name
		}
	}
	return ""
}
