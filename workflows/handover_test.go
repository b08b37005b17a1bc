package workflows_test

import (
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

func TestHandOver_runsTheOneSyncAsItsChild(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "acme-nightly-2026-11-23T02:00:00Z")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || got.Source != "acme" {
		t.Fatalf("got %+v, %v", got, failure)
	}
	if o.count("Authenticate") != 1 {
		t.Errorf("%d syncs ran", o.count("Authenticate"))
	}
}

func TestHandOver_isSkippedWhenTheSyncRuns(t *testing.T) {
	t.Parallel()
	o := &org{find: func(id string) (activities.FindResult, error) {
		return activities.FindResult{RunID: "run-of-" + id, Attributes: all}, nil
	}}
	env := environment(t, o, "by-hand")
	env.OnWorkflow(workflows.SyncSourceType, anything, anything).
		Return(nil, &temporal.ChildWorkflowExecutionAlreadyStartedError{}).Once()
	env.ExecuteWorkflow(workflows.SyncSource, workflows.Input{Source: "acme"})
	got, failure := resultOf(t, env)
	if failure != nil {
		t.Fatal(failure)
	}
	want := workflows.Skipped{WorkflowID: "sync-acme", RunID: "run-of-sync-acme"}
	if got.Outcome != workflows.OutcomeSkipped || got.Skipped == nil || *got.Skipped != want {
		t.Errorf("got %s, %+v", got.Outcome, got.Skipped)
	}
}

func TestHandOver_failsAsItsChildFails(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "the client secret is wrong")
	}}
	env := environment(t, o, "by-hand")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	got, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.LoginRefused) || got.Failure.System != fault.Salesforce {
		t.Errorf("got %v, %+v", failure, got.Failure)
	}
}

func TestHandOver_passesACancelOn(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "by-hand")
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		env.CancelWorkflow()
		return activities.PlanResult{Reports: 10, ToDescribe: 10, Shards: 8}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) && !strings.Contains(err.Error(), "canceled") {
		t.Fatalf("got %v, want cancelled", err)
	}
	if o.count("Settle") != 0 {
		t.Error("the child went on")
	}
}

func TestAttributes_onlyKnownOnesAreSetAndCopiedOnesCleared(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Attributes = []string{"LonghaulPhase"}
		return r, nil
	}}
	var suite testsuite.WorkflowTestSuite
	_ = suite
	env := environment(t, o, "sync-acme")
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{
		ID: "sync-acme", TaskQueue: workflows.TaskQueue,
		TypedSearchAttributes: temporal.NewSearchAttributes(workflows.AttributeOutcome.ValueSet("complete"), workflows.AttributePhase.ValueSet("done")),
	})
	set := map[string]int{}
	env.OnUpsertTypedSearchAttributes(anything).Return(func(a temporal.SearchAttributes) error {
		if a.ContainsKey(workflows.AttributeSource) || a.ContainsKey(workflows.AttributeCoverage) {
			t.Error("an attribute that the namespace does not know was set")
		}
		if phase, ok := a.GetKeyword(workflows.AttributePhase); ok {
			set[phase]++
		}
		return nil
	}).Maybe()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	for _, phase := range []string{"enumerate", "plan", "describe", "assemble", "upload", "record", "done"} {
		if set[phase] != 1 {
			t.Errorf("phase %s was shown %d times", phase, set[phase])
		}
	}
}
