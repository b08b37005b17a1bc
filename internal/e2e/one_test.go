package e2e_test

import (
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

// TestOneSync_howeverItIsStarted starts the same source in every way there is while one sync runs.
func TestOneSync_howeverItIsStarted(t *testing.T) {
	t.Parallel()
	p := newPlant(t, longDescribe(), fewInFlight) // the others start and end meanwhile, however slow the machine
	ctx := t.Context()
	main := p.start(t, "sync-acme")

	again, err := p.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "sync-acme", TaskQueue: workflows.TaskQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, workflows.SyncSourceType)
	if err != nil || again.GetRunID() != main.GetRunID() {
		t.Fatalf("a second start under the id did not join: %v", err)
	}
	byHand := p.start(t, "6f1c2a4e-made-up-by-the-ui", map[string]any{"source": "acme"})
	schedule, err := p.client.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:   "acme-nightly",
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour}}},
		Action: &client.ScheduleWorkflowAction{
			ID: "acme-nightly", Workflow: workflows.SyncSourceType, TaskQueue: workflows.TaskQueue,
			Args: []any{map[string]any{"source": "acme"}},
		},
		TriggerImmediately: true,
		Paused:             true, // nothing starts at midnight
	})
	if err != nil {
		t.Fatal(err)
	}

	for name, run := range map[string]client.WorkflowRun{"another id": byHand, "a schedule": p.scheduled(t, schedule)} {
		var result workflows.Result
		if err := run.Get(ctx, &result); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := workflows.Skipped{WorkflowID: "sync-acme", RunID: main.GetRunID()}
		if result.Outcome != workflows.OutcomeSkipped || result.Skipped == nil || *result.Skipped != want {
			t.Errorf("%s ended as %s, %+v", name, result.Outcome, result.Skipped)
		}
	}
	p.quicken(t)
	var result workflows.Result
	if err := main.Get(ctx, &result); err != nil {
		t.Fatal(err)
	}
	if logins := p.sim.Stats().Logins; logins != 1 {
		t.Errorf("%d logins: more than one sync ran", logins)
	}

	// Nothing runs now, so a start under another id is served: by the one sync, as its child.
	var child workflows.Result
	if err := p.start(t, "by-hand-later", map[string]any{"source": "acme"}).Get(ctx, &child); err != nil {
		t.Fatal(err)
	}
	if child.Outcome != workflows.OutcomeGaps && child.Outcome != workflows.OutcomeComplete || child.Sync == result.Sync {
		t.Errorf("got %+v", child)
	}
}

// scheduled waits for the workflow that a trigger of the schedule started.
func (w works) scheduled(t *testing.T, schedule client.ScheduleHandle) client.WorkflowRun {
	t.Helper()
	var run client.WorkflowRun
	eventually(t, time.Minute, func() bool {
		d, err := schedule.Describe(t.Context())
		if err != nil || len(d.Info.RecentActions) == 0 {
			return false
		}
		started := d.Info.RecentActions[0].StartWorkflowResult
		run = w.client.GetWorkflow(t.Context(), started.WorkflowID, started.FirstExecutionRunID)
		return true
	})
	return run
}

// eventually polls until met says yes.
func eventually(t *testing.T, within time.Duration, met func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-deadline:
			t.Fatalf("it did not happen within %s", within)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-tick.C:
		}
	}
}
