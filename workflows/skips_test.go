package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/workflows"
	"longhaul/workflows/course"
)

// TestSkips_areToldToTheSyncThatRuns starts a source a second time while its sync runs.
func TestSkips_areToldToTheSyncThatRuns(t *testing.T) {
	t.Parallel()
	o := &org{describes: time.Hour, find: func(id string) (activities.FindRunningSyncResult, error) {
		return activities.FindRunningSyncResult{RunID: "run-of-" + id}, nil
	}}
	var kept history.Course
	o.record = func(p activities.RecordParams) { kept = p.Course }
	env := environment(t, o, "both")
	env.RegisterWorkflow(startSecondLater)
	env.ExecuteWorkflow(startSecondLater)
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeSkipped {
		t.Fatalf("%+v, %v", got, failure)
	}
	if len(kept.Skips) != 1 || kept.Skips[0].By != history.TriggerOther || kept.Skips[0].Count != 1 || kept.Skips[0].First.IsZero() {
		t.Errorf("the record has %+v", kept.Skips)
	}
}

// startSecondLater runs a sync, and some time after it began another start of the same source.
func startSecondLater(ctx workflow.Context) (*workflows.Result, error) {
	start := func(id string) workflow.ChildWorkflowFuture {
		options := workflow.ChildWorkflowOptions{WorkflowID: id, TaskQueue: workflows.TaskQueue}
		return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), workflows.SyncSourceType, workflows.Input{Source: "acme"})
	}
	first := start("sync-acme")
	if err := workflow.Sleep(ctx, time.Minute); err != nil {
		return nil, err
	}
	var second workflows.Result
	if err := start("by-hand").Get(ctx, &second); err != nil {
		return nil, err
	}
	return &second, first.Get(ctx, nil)
}

// TestSkips_areCountedByWhatWouldHaveStarted tells a held sync of starts, of which one was before it began, and reads what it shows and
// leaves.
func TestSkips_areCountedByWhatWouldHaveStarted(t *testing.T) {
	t.Parallel()
	o := &org{guard: concerned(activities.GuardInventory)}
	env := environment(t, o, "sync-acme")
	began := env.Now().UTC().Truncate(time.Millisecond)
	nightly := history.TriggerSchedule + "acme_nightly"
	env.RegisterDelayedCallback(func() {
		for _, skipped := range []course.Skipped{
			{By: nightly, At: began.Add(time.Hour)},
			{By: nightly, At: began.Add(2 * time.Hour)},
			{By: "somebody", At: began.Add(time.Hour)},
			{By: history.TriggerCLI, At: began.Add(-time.Hour)},
		} {
			env.SignalWorkflow(course.SkipSignal, skipped)
		}
	}, 3*time.Hour)
	env.RegisterDelayedCallback(func() {
		var progress workflows.Progress
		if value, err := env.QueryWorkflow(workflows.ProgressQuery); err != nil || value.Get(&progress) != nil {
			t.Errorf("no progress: %v", err)
		}
		if len(progress.Skips) != 2 || len(progress.Warnings) != 0 {
			t.Errorf("the progress has the skips %+v and the warnings %v", progress.Skips, progress.Warnings)
		}
		says := `3 starts were skipped while it ran: schedule acme\_nightly ` + began.Add(time.Hour).Format("2 Jan 15:04 UTC") + " to " +
			began.Add(2*time.Hour).Format("2 Jan 15:04 UTC") + " (2 starts), a start in Temporal "
		answer, err := env.QueryWorkflow("__temporal_workflow_metadata")
		var metadata sdkpb.WorkflowMetadata
		if err == nil {
			err = answer.Get(&metadata)
		}
		if err != nil || !strings.Contains(metadata.GetCurrentDetails(), says) {
			t.Errorf("the page lacks %q: %v\n%s", says, err, metadata.GetCurrentDetails())
		}
		env.UpdateWorkflow(workflows.DiscardUpdate, "", updated(t, "discard", ""))
	}, 4*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeDiscarded {
		t.Fatalf("%+v, %v", got, failure)
	}
	want := []history.Skip{
		{By: nightly, Count: 2, First: began.Add(time.Hour), Last: began.Add(2 * time.Hour)},
		{By: history.TriggerOther, Count: 1, First: began.Add(time.Hour), Last: began.Add(time.Hour)},
	}
	if diff := cmp.Diff(want, o.end.Skips); diff != "" {
		t.Errorf("the end (-want +got):\n%s", diff)
	}
	for _, order := range o.end.Orders {
		if order.Name != workflows.DiscardUpdate {
			t.Errorf("a skipped start is an order: %+v", order)
		}
	}
}

// TestSkips_ofManyTriggersAreBounded tells a course of more schedules than it tells apart.
func TestSkips_ofManyTriggersAreBounded(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	var c course.Course
	for n := range 20 {
		c.Skip(course.Skipped{By: history.TriggerSchedule + strings.Repeat("s", n+1), At: noon})
	}
	sum := int64(0)
	for _, one := range c.SkippedStarts() {
		sum += one.Count
	}
	if len(c.Skips) != history.MostSkips || sum != 20 || c.Skips[history.MostSkips-1].By != history.TriggerOther {
		t.Errorf("%+v", c.Skips)
	}
}
