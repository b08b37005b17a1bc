package workflows_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// heldFor is a sync that holds until somebody decides.
func heldFor(concern string) *org {
	return &org{guard: func(p activities.GuardParams) (activities.GuardResult, error) {
		if p.Stage != activities.GuardInventory {
			return activities.GuardResult{}, nil
		}
		return activities.GuardResult{Concerns: []string{concern}}, nil
	}}
}

// handedOver starts a source under another id; do happens an hour later.
func handedOver(t *testing.T, o *org, do func(*testsuite.TestWorkflowEnvironment)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := environment(t, o, "nightly-acme")
	env.RegisterDelayedCallback(func() { do(env) }, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	return env
}

// askChild asks the sync itself, however it was started.
func askChild(t *testing.T, env *testsuite.TestWorkflowEnvironment) (p workflows.Progress) {
	t.Helper()
	value, err := env.QueryWorkflowByID("sync-acme", workflows.ProgressQuery)
	if err == nil {
		err = value.Get(&p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHandOver_handsSignalsToTheSync(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "nightly-acme")
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		env.SignalWorkflow(workflows.PauseSignal, map[string]string{"reason": "org maintenance"})
		return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
	}
	wait := untilCancelled(env)
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		wait()
		return described(10), nil
	}
	env.RegisterDelayedCallback(func() {
		if p := askChild(t, env); p.Phase != workflows.PhasePaused || !strings.Contains(p.Waiting, "org maintenance") || p.Done != 0 {
			t.Errorf("after a pause that was sent to the parent the sync is in %s with %d reports, waiting for %q", p.Phase, p.Done, p.Waiting)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds < 3500 || len(got.Warnings) > 0 {
		t.Errorf("got %+v, %v", got, failure)
	}
}

// TestHandOver_handsOnWhatComesBeforeTheSync sends a pause with the start, before there is anybody who could obey it.
func TestHandOver_handsOnWhatComesBeforeTheSync(t *testing.T) {
	t.Parallel()
	for name, orders := range map[string][]string{
		"pause":                {workflows.PauseSignal},
		"pause, resume, pause": {workflows.PauseSignal, workflows.ResumeSignal, workflows.PauseSignal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			env := environment(t, o, "nightly-acme")
			env.RegisterDelayedCallback(func() {
				for _, name := range orders {
					env.SignalWorkflowSkippingWorkflowTask(name, nil)
				}
			}, 0)
			env.RegisterDelayedCallback(func() {
				if p := askChild(t, env); p.Phase != workflows.PhasePaused || o.count("Describe") != 0 {
					t.Errorf("the sync is in %s after %d describes", p.Phase, o.count("Describe"))
				}
				env.SignalWorkflow(workflows.ResumeSignal, nil)
			}, time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
			if got, failure := resultOf(t, env); failure != nil || got.Seconds < 3500 {
				t.Errorf("got %+v, %v", got, failure)
			}
		})
	}
}

// TestPause_withTheStartComesBeforeTheLogin is signal-with-start under the sync's own id.
func TestPause_withTheStartComesBeforeTheLogin(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, "the org is away") }, 0)
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhasePaused || !strings.Contains(p.Waiting, "the org is away") || o.count("Enumerate") != 0 {
			t.Errorf("the sync is in %s, waiting for %q", p.Phase, p.Waiting)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds < 3500 {
		t.Errorf("got %+v, %v", got, failure)
	}
}

func TestHandOver_handsUpdatesToTheSync(t *testing.T) {
	t.Parallel()
	o := heldFor("half of the reports are missing")
	var env *testsuite.TestWorkflowEnvironment
	o.forward = func(p activities.ForwardParams) (activities.ForwardResult, error) {
		if p.WorkflowID != "sync-acme" || p.UpdateID == "" || p.Name != workflows.ApproveUpdate || string(p.Input) != `{"reason":"quarter end"}` {
			t.Errorf("handed on as %+v", p)
		}
		if p.FirstRunID == "" || p.FirstRunID != ask(t, env).HandedOver.RunID {
			t.Errorf("it may reach another sync than the child: its run is %q", p.FirstRunID)
		}
		env.UpdateWorkflowByID(p.WorkflowID, p.Name, p.UpdateID, updated(t, p.Name, ""), p.Input) //nolint:errcheck // updated looks
		return activities.ForwardResult{Answer: json.RawMessage(`"approved"`)}, nil
	}
	var answer any
	env = environment(t, o, "nightly-acme")
	env.RegisterDelayedCallback(func() {
		taken := updated(t, workflows.ApproveUpdate, "")
		taken.OnComplete = func(got any, err error) {
			if answer = got; err != nil {
				t.Error(err)
			}
		}
		env.UpdateWorkflow(workflows.ApproveUpdate, "", taken, map[string]any{"reason": "quarter end", "more": strings.Repeat("x", 9000)})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete ||
		!strings.Contains(said(got.Warnings), "approved by an operator (quarter end)") {
		t.Errorf("got %+v, %v", got, failure)
	}
	if raw, ok := answer.(json.RawMessage); !ok || string(raw) != `"approved"` {
		t.Errorf("the update was answered with %v", answer)
	}
}

func TestHandOver_refusesInTheSyncsWords(t *testing.T) {
	t.Parallel()
	const why = "the sync does not hold, so there is nothing to approve or discard; `progress` shows its phase"
	o := heldFor("half of the reports are missing")
	o.forward = func(p activities.ForwardParams) (activities.ForwardResult, error) {
		if p.Name == workflows.ApproveUpdate {
			return activities.ForwardResult{Refusal: why}, nil
		}
		return activities.ForwardResult{Answer: p.Input}, nil
	}
	var ended error
	env := handedOver(t, o, func(env *testsuite.TestWorkflowEnvironment) {
		refused := updated(t, workflows.ApproveUpdate, "")
		refused.OnComplete = func(_ any, err error) { ended = err }
		env.UpdateWorkflow(workflows.ApproveUpdate, "", refused)
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, workflows.SetQuotaUpdate, "1 to 100"), map[string]int{"share": 101})
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, workflows.SetQuotaUpdate, ""), map[string]int{"share": 5})
	})
	resultOf(t, env)
	if ended == nil || ended.Error() != why {
		t.Errorf("the update ended with %v, want %s", ended, why)
	}
	if n := o.count("ForwardUpdate"); n != 2 {
		t.Errorf("%d updates were handed on, want 2", n)
	}
}

func TestHandOver_progressNamesWhomToAsk(t *testing.T) {
	t.Parallel()
	env := handedOver(t, heldFor("half of the reports are missing"), func(env *testsuite.TestWorkflowEnvironment) {
		p := ask(t, env)
		want := &workflows.HandedOver{WorkflowID: "sync-acme", RunID: p.HandedOver.RunID}
		if p.Source != "acme" || p.Phase != "handed_over" || p.HandedOver.RunID == "" || p.Started.IsZero() || cmp.Diff(want, p.HandedOver) != "" {
			t.Errorf("it says %+v, handed over to %+v", p, p.HandedOver)
		}
	})
	resultOf(t, env)
	if p := ask(t, env); p.Outcome != workflows.OutcomeDiscarded {
		t.Errorf("after the end it says %q", p.Outcome)
	}
	skipped := environment(t, new(org), "both")
	skipped.RegisterWorkflow(startTwice)
	skipped.ExecuteWorkflow(startTwice)
	value, err := skipped.QueryWorkflowByID("by-hand", workflows.ProgressQuery)
	if err != nil {
		t.Fatal(err)
	}
	var p workflows.Progress
	if err := value.Get(&p); err != nil || p.Outcome != workflows.OutcomeSkipped || p.HandedOver.WorkflowID != "sync-acme" {
		t.Errorf("a skipped one says %+v, %v", p, err)
	}
}

// TestHandOver_cancelBeforeTheSyncStarts cancels in the first workflow task.
func TestHandOver_cancelBeforeTheSyncStarts(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "nightly-acme")
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflowSkippingWorkflowTask(workflows.PauseSignal, nil)
		env.CancelWorkflow()
	}, 0)
	shown := outcomes(env)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	if err := env.GetWorkflowError(); !env.IsWorkflowCompleted() || !temporal.IsCanceledError(err) {
		t.Fatalf("got %v, want cancelled", err)
	}
	if got := shown(); got != "cancelled" {
		t.Errorf("LonghaulOutcome is %q", got)
	}
	if warnings := said(ask(t, env).Warnings); !strings.Contains(warnings, "signal pause was not forwarded") {
		t.Errorf("it warns of %q", warnings)
	}
}

// TestHandOver_endsBeforeItsHistoryIsFull is what somebody makes of it who sends signals without end.
func TestHandOver_endsBeforeItsHistoryIsFull(t *testing.T) {
	t.Parallel()
	o := heldFor("half of the reports are missing")
	o.find = func(string) (activities.FindRunningSyncResult, error) {
		return activities.FindRunningSyncResult{RunID: "the-child"}, nil
	}
	env := environment(t, o, "nightly-acme")
	env.RegisterDelayedCallback(func() {
		env.SetCurrentHistoryLength(10_000)
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeSkipped || got.Skipped == nil || got.Skipped.RunID != "the-child" ||
		!strings.Contains(said(got.Warnings), "sync-acme continues") {
		t.Errorf("got %+v, %v", got, failure)
	}
}

// outcomes gives the last outcome that a workflow showed as a search attribute.
func outcomes(env *testsuite.TestWorkflowEnvironment) func() string {
	var last string
	env.OnUpsertTypedSearchAttributes(anything).Run(func(args mock.Arguments) {
		if shown, ok := args.Get(0).(temporal.SearchAttributes); ok {
			if outcome, ok := shown.GetKeyword(attribute.Outcome); ok {
				last = outcome
			}
		}
	}).Return(nil).Maybe()
	return func() string { return last }
}
