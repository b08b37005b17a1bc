package workflows_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// flooded runs a sync that stands still after an hour, and then receives signals until its history is full. It gives the input of the
// run that goes on and the end of the wait as it was shown.
func flooded(t *testing.T, env *testsuite.TestWorkflowEnvironment, phase workflows.Phase) (next workflows.Input, until *time.Time) {
	t.Helper()
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if until = p.Until; p.Phase != phase {
			t.Errorf("it is %s, want %s", p.Phase, phase)
		}
		env.SetContinueAsNewSuggested(true)
		env.SignalWorkflow("pasue", nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var err *workflow.ContinueAsNewError
	if !errors.As(env.GetWorkflowError(), &err) {
		t.Fatalf("it ends with %v, want continue-as-new", env.GetWorkflowError())
	}
	return decode(t, err), until
}

// goesOn is an environment for the next run, which is looked at after a minute.
func goesOn(t *testing.T, o *org, phase workflows.Phase, until *time.Time) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := environment(t, o, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != phase || (until == nil) != (p.Until == nil) || until != nil && !p.Until.Equal(*until) {
			t.Errorf("the next run is %s until %v, want %s until %v", p.Phase, p.Until, phase, until)
		}
		if n := o.count("Describe") + o.count("Upload"); n > 0 {
			t.Errorf("the next run did %d steps", n)
		}
	}, time.Minute)
	return env
}

func TestLongStand_aPausedSyncContinuesAsNew(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.PauseSignal, operator.Reason{Reason: "org maintenance"})
	}, 0)
	in, until := flooded(t, env, workflows.PhasePaused)
	second := goesOn(t, new(org), workflows.PhasePaused, until)
	second.RegisterDelayedCallback(func() { second.SignalWorkflow(workflows.ResumeSignal, nil) }, time.Hour)
	second.ExecuteWorkflow(workflows.SyncSourceType, in)
	if got, failure := resultOf(t, second); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("it ends with %s, %v", got.Outcome, failure)
	}
}

func TestLongStand_aBlockedSyncContinuesAsNew(t *testing.T) {
	t.Parallel()
	for name, resumed := range map[string]bool{"and is resumed": true, "and nobody resumes it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			revoked(o, refusal(fault.SessionPolicy, "not for the REST API"), new(atomic.Bool))
			in, until := flooded(t, environment(t, o, "sync-acme"), workflows.PhaseBlocked)
			rest := new(org)
			second := goesOn(t, rest, workflows.PhaseBlocked, until)
			if resumed {
				second.RegisterDelayedCallback(func() { second.SignalWorkflow(workflows.ResumeSignal, nil) }, time.Hour)
			}
			second.ExecuteWorkflow(workflows.SyncSourceType, in)
			got, failure := resultOf(t, second)
			switch late := second.Now().Sub(*until); {
			case resumed && (failure != nil || got.Kept != 160):
				t.Errorf("%d reports are described, %v", got.Kept, failure)
			case !resumed && (failure == nil || failure.Type() != string(fault.SessionPolicy) || failure.Message() != "not for the REST API"):
				t.Errorf("it ends with %v", failure)
			case !resumed && (late < 0 || late > time.Minute || rest.count("Describe") > 0):
				t.Errorf("it ends %s after its time, and %d shards ran", late, rest.count("Describe"))
			}
		})
	}
}

func TestLongStand_aHeldSyncContinuesAsNew(t *testing.T) {
	t.Parallel()
	shrunk := func(p activities.GuardParams) (activities.GuardResult, error) {
		if p.Stage != activities.GuardInventory {
			return activities.GuardResult{}, nil
		}
		return activities.GuardResult{Concerns: []string{"half of the reports are gone"}}, nil
	}
	for name, verdict := range map[string]operator.Verdict{
		"and is approved": "", "and nobody decides": "", "and was approved": operator.Approved, "and was discarded": operator.Discarded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, until := flooded(t, environment(t, &org{guard: shrunk}, "sync-acme"), workflows.PhaseHeld)
			in.State.Held.Verdict = verdict // as one that came with the last task of the run before
			second := environment(t, &org{guard: shrunk}, "sync-acme")
			if verdict == "" {
				second = goesOn(t, &org{guard: shrunk}, workflows.PhaseHeld, until)
			}
			second.SetContinuedExecutionRunID(before)
			if name == "and is approved" {
				second.RegisterDelayedCallback(func() {
					second.UpdateWorkflow(workflows.ApproveUpdate, "one", updated(t, "approve", ""))
				}, time.Hour)
			}
			second.ExecuteWorkflow(workflows.SyncSourceType, in)
			got, failure := resultOf(t, second)
			want := workflows.OutcomeDiscarded
			if name == "and is approved" || verdict == operator.Approved {
				want = workflows.OutcomeComplete
			}
			if failure != nil || got.Outcome != want {
				t.Errorf("it ends with %s, %v, %q", got.Outcome, failure, got.Warnings)
			}
			if late := second.Now().Sub(*until); name == "and nobody decides" && (late < 0 || late > time.Hour) {
				t.Errorf("it ends %s after its time", late)
			}
		})
	}
}
