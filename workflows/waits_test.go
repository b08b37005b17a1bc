package workflows_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// TestWait_isOverInTheUIToo answers a sync that stands still: its timer must not go on beside it.
func TestWait_isOverInTheUIToo(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 1 {
			return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org has used up its daily API calls")
		}
		return healthy(), nil
	}
	env := environment(t, o, "sync-acme")
	open := map[string]bool{}
	env.SetOnTimerScheduledListener(func(id string, _ time.Duration) { open[id] = true })
	env.SetOnTimerFiredListener(func(id string) { delete(open, id) })
	env.SetOnTimerCanceledListener(func(id string) { delete(open, id) })
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds > 100 {
		t.Fatalf("it took %v s, %v", got.Seconds, failure)
	}
	if len(open) > 0 {
		t.Errorf("%d timers are still open", len(open))
	}
}

// TestWait_forALoginContinuesAsNew has an org whose calls others spend, for days.
func TestWait_forALoginContinuesAsNew(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 50 {
			env.SetContinueAsNewSuggested(true)
		}
		return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org has used up its daily API calls")
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) || o.count("Authenticate") != 50 {
		t.Fatalf("after %d logins it ends with %v, want continue-as-new after 50", o.count("Authenticate"), err)
	}
	second := environment(t, new(org), "sync-acme")
	second.SetContinuedExecutionRunID("the-run-before")
	second.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	if got, failure := resultOf(t, second); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("the next run ends with %+v, %v", got, failure)
	}
}

// TestWarnings_keepTheVerdict discards a sync that has had more to say than it can keep.
func TestWarnings_keepTheVerdict(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		auth := healthy()
		for i := range 40 {
			auth.Warnings = append(auth.Warnings, fmt.Sprintf("warning %d", i))
		}
		return auth, nil
	}
	o.guard = func(activities.GuardParams) (activities.GuardResult, error) {
		return activities.GuardResult{Concerns: []string{"half of the reports are gone"}}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.DiscardUpdate, "one", updated(t, "discard", ""))
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeDiscarded || len(got.Warnings) == 0 {
		t.Fatalf("%+v, %v", got, failure)
	}
	if last := got.Warnings[len(got.Warnings)-1]; !strings.HasPrefix(last, "discarded by an operator: half of the reports") {
		t.Errorf("the last warning is %q", last)
	}
}
