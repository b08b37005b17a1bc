package workflows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/mock"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
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
	o := &org{find: func(id string) (activities.FindRunningSyncResult, error) {
		return activities.FindRunningSyncResult{RunID: "run-of-" + id}, nil
	}}
	env := environment(t, o, "both")
	env.RegisterWorkflow(startTwice)
	env.ExecuteWorkflow(startTwice)
	got, failure := resultOf(t, env)
	if failure != nil {
		t.Fatal(failure)
	}
	want := workflows.Skipped{WorkflowID: "sync-acme", RunID: "run-of-sync-acme"}
	if got.Outcome != workflows.OutcomeSkipped || got.Skipped == nil || *got.Skipped != want {
		t.Errorf("got %s, %+v", got.Outcome, got.Skipped)
	}
}

// startTwice runs a sync, and while it runs, another start of the same source under another id.
func startTwice(ctx workflow.Context) (*workflows.Result, error) {
	start := func(id string) workflow.ChildWorkflowFuture {
		options := workflow.ChildWorkflowOptions{WorkflowID: id, TaskQueue: workflows.TaskQueue}
		return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), workflows.SyncSourceType, workflows.Input{Source: "acme"})
	}
	first := start("sync-acme")
	if err := first.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
		return nil, err
	}
	var second workflows.Result
	if err := start("by-hand").Get(ctx, &second); err != nil {
		return nil, err
	}
	return &second, first.Get(ctx, nil)
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
	if o.count("MergeDescriptions") != 0 {
		t.Error("the child went on")
	}
}

func TestAttributes_onlyKnownOnesAreSetAndCopiedOnesCleared(t *testing.T) {
	t.Parallel()
	o := &org{attributes: func() attribute.Namespace {
		return attribute.Namespace{Listed: true, Types: map[string]enumspb.IndexedValueType{
			"LonghaulPhase": enumspb.INDEXED_VALUE_TYPE_KEYWORD, "LonghaulOutcome": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		}}
	}}
	env := environment(t, o, "sync-acme")
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{
		ID: "sync-acme", TaskQueue: workflows.TaskQueue,
		TypedSearchAttributes: temporal.NewSearchAttributes(attribute.Outcome.ValueSet("complete"), attribute.Phase.ValueSet("done")),
	})
	set := map[string]int{}
	look := func(a temporal.SearchAttributes) bool {
		if a.ContainsKey(attribute.Source) || a.ContainsKey(attribute.Coverage) {
			t.Error("an attribute that the namespace does not know was set")
		}
		if phase, ok := a.GetKeyword(attribute.Phase); ok {
			set[phase]++
		}
		return true
	}
	env.OnUpsertTypedSearchAttributes(mock.MatchedBy(look)).Return(nil).Maybe()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	for _, phase := range []string{"enumerate", "plan", "describe", "assemble", "upload", "record", "done"} {
		if set[phase] == 0 {
			t.Errorf("phase %s was not shown", phase)
		}
	}
}
