package e2e_test

import (
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

// child is the sync that a workflow under another id runs, once it describes.
func (w works) child(t *testing.T) client.WorkflowRun {
	t.Helper()
	answer, err := w.client.DescribeWorkflowExecution(t.Context(), "sync-acme", "")
	if err != nil {
		t.Fatal(err)
	}
	return w.client.GetWorkflow(t.Context(), "sync-acme", answer.GetWorkflowExecutionInfo().GetExecution().GetRunId())
}

// TestHandOver_aTerminatedSyncFailsItsParent ends the sync from outside.
func TestHandOver_aTerminatedSyncFailsItsParent(t *testing.T) {
	t.Parallel()
	p, run := nightlyInMidDescribe(t)
	if err := p.client.TerminateWorkflow(t.Context(), "sync-acme", "", "by an operator"); err != nil {
		t.Fatal(err)
	}
	if app, result := failure(t, run); result.Outcome != workflows.OutcomeFailed || !strings.Contains(app.Message(), "was terminated or timed out") {
		t.Errorf("the parent ended with %v, %+v", app, result)
	}
	eventually(t, time.Minute, func() bool {
		return len(p.listed(t, `WorkflowId = "nightly-acme" AND LonghaulSource = "acme" AND LonghaulOutcome = "failed"`)) == 1
	})
}

// TestHandOver_outlivesAResetOfTheSync takes the sync back; what is sent to the parent reaches its new run.
func TestHandOver_outlivesAResetOfTheSync(t *testing.T) {
	t.Parallel()
	p, run := nightlyInMidDescribe(t)
	after := p.reset(t, p.child(t), func(finished []int64) int64 { return finished[len(finished)-1] })
	t.Logf("the sync is run %s now", after.GetRunID())
	if err := p.client.SignalWorkflow(t.Context(), nightly, "", workflows.PauseSignal, nil); err != nil {
		t.Fatal(err)
	}
	p.awaitPhase(t, workflows.PhasePaused)
	handle, err := p.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: nightly, UpdateName: workflows.SetQuotaUpdate, Args: []any{map[string]int{"share": 50}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), nil)
	}
	if err != nil {
		t.Errorf("an update of the parent does not reach the new run: %v", err)
	}
	p.quicken(t)
	p.signal(t, workflows.ResumeSignal)
	var result, own workflows.Result
	if err := after.Get(t.Context(), &own); err != nil {
		t.Fatal(err)
	}
	if err := run.Get(t.Context(), &result); err != nil || result.Outcome != own.Outcome || result.Sync != own.Sync {
		t.Errorf("the parent ended as %+v, %v; the sync as %+v", result, err, own)
	}
}

// TestHandOver_aResetOfTheParentHarmsNoSync takes the parent back to before it had a child.
func TestHandOver_aResetOfTheParentHarmsNoSync(t *testing.T) {
	t.Parallel()
	p, run := nightlyInMidDescribe(t)
	sync := p.child(t)
	after := p.reset(t, run, func(finished []int64) int64 { return finished[0] })
	p.quicken(t)
	var result, own workflows.Result
	if err := sync.Get(t.Context(), &own); err != nil {
		t.Fatal(err)
	}
	if err := after.Get(t.Context(), &result); err != nil {
		t.Fatal(err)
	}
	if result.Outcome != own.Outcome && (result.Outcome != workflows.OutcomeSkipped || result.Skipped.RunID != sync.GetRunID()) {
		t.Errorf("the parent ended as %+v, the sync as %+v", result, own)
	}
}

// TestHandOver_anUpdateMayComeWithTheStart is update-with-start, which comes before there is a sync.
func TestHandOver_anUpdateMayComeWithTheStart(t *testing.T) {
	t.Parallel()
	p := newPlant(t, tiny(), nil)
	start := p.client.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: nightly, TaskQueue: workflows.TaskQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, workflows.SyncSourceType, workflows.Input{Source: "acme"})
	handle, err := p.client.UpdateWithStartWorkflow(t.Context(), client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: nightly, UpdateName: workflows.SetQuotaUpdate, Args: []any{map[string]int{"share": 50}},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var answer workflows.QuotaChange
	if err := handle.Get(t.Context(), &answer); err != nil || answer.Share == nil || *answer.Share != 50 {
		t.Errorf("answered with %+v, %v", answer, err)
	}
	run, err := start.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.await(t, run)
}

// TestSignals_largeOnesAreHeard sends as much as Temporal takes.
func TestSignals_largeOnesAreHeard(t *testing.T) {
	t.Parallel()
	p, run := nightlyInMidDescribe(t)
	large := strings.Repeat("x", 1_900_000)
	handedOn := func() (n int) {
		for _, event := range p.history(t, nightly, run.GetRunID()) {
			if event.GetEventType() == enumspb.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED {
				n++
			}
		}
		return n
	}
	for _, id := range []string{nightly, "sync-acme"} {
		for _, name := range []string{workflows.PauseSignal, "pasue", workflows.PauseSignal} {
			if err := p.client.SignalWorkflow(t.Context(), id, "", name, map[string]string{"reason": large}); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, time.Minute, func() bool { return handedOn() == 2 }) // a pause that comes after the resume would stand
		p.awaitPhase(t, workflows.PhasePaused)
		p.signal(t, workflows.ResumeSignal)
		p.awaitPhase(t, workflows.PhaseDescribe)
	}
	p.quicken(t)
	p.await(t, run)
}
