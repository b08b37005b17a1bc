package e2e_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

const nightly = "nightly-acme" // as a schedule may call it

// nightlyInMidDescribe is inMidDescribe for a sync that was started under another id.
func nightlyInMidDescribe(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p := newPlant(t, longDescribe(), fewInFlight)
	run := p.start(t, nightly, workflows.Input{Source: "acme"})
	eventually(t, time.Minute, func() bool {
		begun, _ := p.sim.Describes()
		return begun > 16
	})
	return p, run
}

// ask sends an update to a workflow by its id and gives the error that comes back.
func (w works) ask(t *testing.T, id, name string, answer any, args ...any) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	handle, err := w.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, answer)
}

// message is the sentence of an error that a workflow gave.
func message(err error) string {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		return failure.Message()
	}
	return ""
}

// TestHandOver_operatorsReachTheSyncByTheParent sends everything to the workflow that was started.
func TestHandOver_operatorsReachTheSyncByTheParent(t *testing.T) {
	t.Parallel()
	p, run := nightlyInMidDescribe(t)
	send := func(name string, input any) {
		t.Helper()
		if err := p.client.SignalWorkflow(t.Context(), nightly, "", name, input); err != nil {
			t.Fatal(err)
		}
	}
	send("pasue", nil)
	send(workflows.PauseSignal, map[string]string{"reason": "org maintenance"})
	p.awaitPhase(t, workflows.PhasePaused)
	if why := p.progress(t).Waiting; !strings.Contains(why, "org maintenance") {
		t.Errorf("it waits for %q", why)
	}
	value, err := p.client.QueryWorkflow(t.Context(), nightly, "", workflows.ProgressQuery)
	if err != nil {
		t.Fatal(err)
	}
	var shown workflows.Progress
	if err := value.Get(&shown); err != nil || shown.Phase != workflows.PhaseHandedOver || shown.HandedOver == nil {
		t.Fatalf("the parent says %+v, %v", shown, err)
	}
	if _, err := p.client.QueryWorkflow(t.Context(), shown.HandedOver.WorkflowID, shown.HandedOver.RunID, workflows.ProgressQuery); err != nil {
		t.Errorf("whom it names does not answer: %v", err)
	}
	if !strings.Contains(strings.Join(messages(shown.Warnings), " "), `signal "pasue" is not known`) {
		t.Errorf("the parent warns of %v", shown.Warnings)
	}
	var quota workflows.QuotaChange
	if err := p.ask(t, nightly, workflows.SetQuotaUpdate, &quota, map[string]int{"share": 50}); err != nil || quota.Share == nil || *quota.Share != 50 {
		t.Errorf("set-quota was answered with %+v, %v", quota, err)
	}
	direct, handedOn := p.ask(t, "sync-acme", workflows.ApproveUpdate, nil), p.ask(t, nightly, workflows.ApproveUpdate, nil)
	if message(direct) == "" || message(direct) != message(handedOn) {
		t.Errorf("the sync refuses with %v, the parent with %v", direct, handedOn)
	}
	send(workflows.ResumeSignal, nil)
	p.quicken(t)
	p.await(t, run)
	if err := p.ask(t, nightly, workflows.ApproveUpdate, nil); err == nil {
		t.Error("a workflow that has ended took an update")
	}
}

// TestHandOver_verdictsReachTheSyncByTheParent lets a sync hold that a schedule has started.
func TestHandOver_verdictsReachTheSyncByTheParent(t *testing.T) {
	t.Parallel()
	for verdict, outcome := range map[string]workflows.Outcome{
		workflows.ApproveUpdate: workflows.OutcomeComplete, workflows.DiscardUpdate: workflows.OutcomeDiscarded,
	} {
		t.Run(verdict, func(t *testing.T) {
			t.Parallel()
			p, _ := guarded(t, nil)
			p.churn(t, server.Churn{Delete: server.Picks{Number: 60}})
			run := p.start(t, nightly, workflows.Input{Source: "acme"})
			eventually(t, time.Minute, func() bool { return p.ask(t, nightly, verdict, nil, map[string]string{"reason": "quarter end"}) == nil })
			var result workflows.Result
			if err := run.Get(t.Context(), &result); err != nil || result.Outcome != outcome ||
				!strings.Contains(strings.Join(messages(result.Warnings), " "), "by an operator (quarter end)") {
				t.Errorf("it ended as %s with %v, %v", result.Outcome, result.Warnings, err)
			}
		})
	}
}

// TestHandOver_aPauseWithTheStartIsHeard is signal-with-start under another id, before there is a sync and while one runs.
func TestHandOver_aPauseWithTheStartIsHeard(t *testing.T) {
	t.Parallel()
	options := longDescribe()
	late := options.Faults
	options.Faults = nil
	p := newPlant(t, options, fewInFlight)
	start := func(id string) client.WorkflowRun {
		t.Helper()
		run, err := p.client.SignalWithStartWorkflow(t.Context(), id, workflows.PauseSignal, nil,
			client.StartWorkflowOptions{TaskQueue: workflows.TaskQueue}, workflows.SyncSourceType, workflows.Input{Source: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	direct := start("sync-acme")
	p.awaitPhase(t, workflows.PhasePaused)
	if n := scheduled(p.history(t, "sync-acme", direct.GetRunID()), "Authenticate"); n > 0 {
		t.Error("a sync that was paused with its start logged in")
	}
	p.signal(t, workflows.ResumeSignal)
	p.await(t, direct)

	run := start(nightly)
	begun, _ := p.sim.Describes()
	eventually(t, time.Minute, func() bool { return len(p.listed(t, `WorkflowId = "sync-acme"`)) == 2 })
	p.awaitPhase(t, workflows.PhasePaused)
	if now, _ := p.sim.Describes(); now > begun {
		t.Errorf("%d describes were begun", now-begun)
	}
	p.signal(t, workflows.ResumeSignal)
	p.await(t, run)

	p.set(t, late...)
	sync := p.start(t, "sync-acme", workflows.Input{Mode: workflows.ModeFull})
	p.awaitPhase(t, workflows.PhaseDescribe)
	second := start("by-hand")
	var skipped workflows.Result
	if err := second.Get(t.Context(), &skipped); err != nil || skipped.Outcome != workflows.OutcomeSkipped {
		t.Fatalf("it ended as %+v, %v", skipped, err)
	}
	p.awaitPhase(t, workflows.PhasePaused)
	p.quicken(t)
	p.signal(t, workflows.ResumeSignal)
	p.await(t, sync)
}
