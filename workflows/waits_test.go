package workflows_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/warning"
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
	env.SetOnTimerScheduledListener(func(id string, d time.Duration) { open[id] = d != 3*time.Minute })
	env.SetOnTimerFiredListener(func(id string) { delete(open, id) })
	env.SetOnTimerCanceledListener(func(id string) { delete(open, id) })
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds > 100 {
		t.Fatalf("it took %v s, %v", got.Seconds, failure)
	}
	for id, waits := range open { // that of the next look whether the sync gets on ends with the sync
		if waits {
			t.Errorf("timer %s is still open", id)
		}
	}
}

// TestWait_forALoginSaysWhenItLooks has an org whose calls others spend: nobody knows when they come back.
func TestWait_forALoginSaysWhenItLooks(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 1 {
			return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org has used up its daily API calls")
		}
		return healthy(), nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Waiting == "" || p.Until != nil || p.Looks == nil {
			t.Errorf("it waits until %v and looks at %v", p.Until, p.Looks)
		}
	}, 10*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("got %+v, %v", got, failure)
	}
}

// TestWait_forALoginContinuesAsNew has an org whose calls others spend, for days.
func TestWait_forALoginContinuesAsNew(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 50 {
			suggestContinueAsNew(env)
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

// TestWait_endsWithACancel cancels syncs that stand still.
func TestWait_endsWithACancel(t *testing.T) {
	t.Parallel()
	for name, stand := range map[string]func(*org){
		"blocked": func(o *org) { revoked(o, refusal(fault.LoginRefused, "the client secret is wrong"), new(atomic.Bool)) },
		"held": func(o *org) {
			o.guard = func(activities.GuardParams) (activities.GuardResult, error) {
				return activities.GuardResult{Concerns: []string{"half of the reports are gone"}}, nil
			}
		},
		"for a login": func(o *org) {
			o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org has used up its daily API calls")
			}
		},
		"for the quota": func(o *org) { o.authenticate = spentBut(1990) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			stand(o)
			env := environment(t, o, "sync-acme")
			var before int
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Waiting == "" {
					t.Errorf("it does not stand still, but is in phase %s", p.Phase)
				}
				before = o.count("Authenticate") + o.count("Remind") + o.count("CheckQuota") + o.count("Describe")
				env.CancelWorkflow()
			}, 5*time.Minute)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
				t.Errorf("it ends with %v, want cancelled", err)
			}
			if after := o.count("Authenticate") + o.count("Remind") + o.count("CheckQuota") + o.count("Describe"); after != before || before == 0 {
				t.Errorf("%d activities ran after the cancel", after-before)
			}
		})
	}
}

// TestSignals_allSayWhatTheyDo reads what the UI offers to send to a sync.
func TestSignals_allSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	env := environment(t, &org{authenticate: spentBut(1990)}, "sync-acme")
	var metadata sdkpb.WorkflowMetadata
	env.RegisterDelayedCallback(func() {
		value, err := env.QueryWorkflow("__temporal_workflow_metadata")
		if err == nil {
			err = value.Get(&metadata)
		}
		if err != nil {
			t.Error(err)
		}
		env.CancelWorkflow()
	}, time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	said := metadata.GetDefinition()
	if len(said.GetSignalDefinitions()) != 6 || len(said.GetUpdateDefinitions()) != 3 {
		t.Errorf("it takes %d signals and %d updates", len(said.GetSignalDefinitions()), len(said.GetUpdateDefinitions()))
	}
	for _, one := range slices.Concat(said.GetSignalDefinitions(), said.GetUpdateDefinitions()) {
		internal := strings.HasPrefix(one.GetDescription(), "Sent by Longhaul itself, never by a person: ")
		if one.GetDescription() == "" || internal != strings.HasPrefix(one.GetName(), "longhaul-") {
			t.Errorf("%s does not say who sends it, and what it does: %q", one.GetName(), one.GetDescription())
		}
	}
}

// TestWarnings_keepTheVerdict discards a sync that has had more to say than it can keep.
func TestWarnings_keepTheVerdict(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		auth := healthy()
		for i := range 40 {
			auth.Warnings = append(auth.Warnings, warning.New(warning.FieldHidden, warning.Params{"field": fmt.Sprintf("Field%d__c", i), "object": "Report"}))
		}
		return auth, nil
	}
	o.guard = concerned(activities.GuardInventory)
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.DiscardUpdate, "one", updated(t, "discard", ""))
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeDiscarded || len(got.Warnings) == 0 {
		t.Fatalf("%+v, %v", got, failure)
	}
	if last := got.Warnings[len(got.Warnings)-1]; last.Message != "discarded by an operator: "+half {
		t.Errorf("the last warning is %+v", last)
	}
}
