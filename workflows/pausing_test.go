package workflows_test

import (
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/workflows"
)

// TestProgress_saysInAWordWhyItWaits pauses a sync that is held, which is paused once the hold is answered.
func TestProgress_saysInAWordWhyItWaits(t *testing.T) {
	t.Parallel()
	env := environment(t, heldFor("half of the reports are missing"), "sync-acme")
	shows := func(after time.Duration, wait string, pausing bool) {
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Wait != wait || p.Pausing != pausing {
				t.Errorf("after %s it is in %s, waits for %q, and is pausing: %t", after, p.Phase, p.Wait, p.Pausing)
			}
		}, after)
	}
	shows(time.Hour, history.WaitHeld, false)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 2*time.Hour)
	shows(3*time.Hour, history.WaitHeld, true)
	env.RegisterDelayedCallback(func() { env.UpdateWorkflow(workflows.ApproveUpdate, "", updated(t, workflows.ApproveUpdate, "")) }, 4*time.Hour)
	shows(5*time.Hour, history.WaitPaused, false)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 6*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, err := resultOf(t, env); err != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("it ended as %+v, %v", got, err)
	}
	if p := ask(t, env); p.Wait != "" || p.Pausing {
		t.Errorf("at its end it waits for %q, pausing: %t", p.Wait, p.Pausing)
	}
}
