package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/source"
	"longhaul/internal/warning"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// before is the id of a run that continued as new.
const before = "the-run-before"

// decode reads the input of the next run, as run before has handed it on.
func decode(t *testing.T, next *workflow.ContinueAsNewError) workflows.Input {
	t.Helper()
	if next.WorkflowType.Name != workflows.SyncSourceType {
		t.Errorf("the next run is a %s", next.WorkflowType.Name)
	}
	var in workflows.Input
	if err := converter.GetDefaultDataConverter().FromPayloads(next.Input, &in); err != nil {
		t.Fatal(err)
	}
	if in.State == nil || in.State.Run == "" {
		t.Fatal("the state does not tell which run handed it on")
	}
	in.State.Run = before
	return in
}

func TestSyncSource_carriesItsStateOver(t *testing.T) {
	t.Parallel()
	o := &org{
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 8000, ToDescribe: 8000, Shards: 64}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 10 {
			suggestContinueAsNew(env)
		}
		return described(125), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	in := decode(t, next)
	state := in.State
	if state == nil || state.NextShard <= 10 || state.NextShard >= 64 || state.Shards != state.NextShard {
		t.Fatalf("the window was not drained: %+v", state)
	}
	if n := o.count("Describe"); n != state.NextShard {
		t.Errorf("%d shards ran, the state says %d", n, state.NextShard)
	}

	rest := new(org)
	second := environment(t, rest, "sync-acme")
	second.SetContinuedExecutionRunID(before)
	second.ExecuteWorkflow(workflows.SyncSourceType, in)
	got, failure := resultOf(t, second)
	if failure != nil || got.Sync != state.Sync.ID {
		t.Fatalf("got %+v, %v", got, failure)
	}
	if n := rest.count("Describe"); n != 64-state.NextShard {
		t.Errorf("the second run described %d shards, want %d", n, 64-state.NextShard)
	}
	if rest.count("Authenticate")+rest.count("Enumerate")+rest.count("Plan") != 0 {
		t.Error("the second run began from the start")
	}
	if want := state.Calls + int64(64-state.NextShard)*10 + 4; got.APICalls != want {
		t.Errorf("api_calls is %d, want %d", got.APICalls, want)
	}

	copied := new(org)
	third := environment(t, copied, "sync-acme")
	third.ExecuteWorkflow(workflows.SyncSourceType, in)
	if resultOf(t, third); copied.count("Plan") != 1 {
		t.Error("a start with the copied state of another run believed it")
	}
}

func TestInput_readsTheStateOfANewerWorker(t *testing.T) {
	t.Parallel()
	var in workflows.Input
	text := `{"source":"acme","state":{"phase":"describe","next_shard":7,"run":"the-run-before","a_field_of_tomorrow":{"x":1}}}`
	if err := json.Unmarshal([]byte(text), &in); err != nil || in.State == nil || in.State.NextShard != 7 {
		t.Fatalf("got %+v, %v", in.State, err)
	}
	env := environment(t, new(org), "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.ExecuteWorkflow(workflows.SyncSourceType, json.RawMessage(text))
	if _, failure := resultOf(t, env); failure != nil {
		t.Errorf("got %v", failure)
	}
}

// mostReason is how much is kept of the reason of a pause that JSON writes as six bytes a character.
const mostReason = 50

// TestPause_keepsAReasonThatTheStateHolds sends a reason that is short as a text and long in JSON.
func TestPause_keepsAReasonThatTheStateHolds(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.PauseSignal, operator.Reason{Reason: strings.Repeat("<", 200)})
	}, 0)
	env.RegisterDelayedCallback(func() {
		if n := strings.Count(ask(t, env).Waiting, "<"); n == 0 || n > mostReason {
			t.Errorf("%d characters of the reason are kept, want up to %d", n, mostReason)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil {
		t.Errorf("got %+v, %v", got, failure)
	}
}

// TestState_staysSmall carries over the fullest state there is, after a plan that warned of everything it met. JSON writes a
// less-than sign as six bytes.
func TestState_staysSmall(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 16, 0, 0, 123456789, time.UTC)
	state := fullState(t, now)
	o := &org{plan: func(activities.PlanParams) (activities.PlanResult, error) {
		r := activities.PlanResult{Reports: 1 << 40, ToDescribe: 1 << 40, Audits: 1 << 40, Shards: 1 << 20}
		for n := range 100 { // more than are kept
			r.Warnings = append(r.Warnings, warning.Warning{Code: "a_code", Params: warning.Params{"n": fmt.Sprint(n), "text": long[:max(1, len(long)-n*4)]}})
		}
		return r, nil
	}}
	env := environment(t, o, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.SetContinueAsNewSuggested(true)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{State: &state})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	carried := decode(t, next).State
	if len(carried.Warnings) == 0 || len(carried.Queue) != source.MostShards || len(carried.Quota.Hours) != 25 || len(carried.Exports[0].Written) != 7 {
		t.Fatalf("the state is not full: %+v", carried)
	}
	blocked, err := json.Marshal(workflows.Blocked{Until: now, Failure: activities.Failure{
		Class: fault.PermissionMissing, System: fault.Salesforce, Message: long[:mostReason],
	}})
	if len(carried.Course.Orders) != history.MostOrders || carried.Course.Orders[history.MostOrders-1].Reason == "" {
		t.Errorf("its orders are %+v", carried.Course.Orders)
	}
	if n := len(next.Input.GetPayloads()[0].GetData()) + len(blocked); n >= 20_000 || err != nil {
		t.Errorf("the state is %d bytes with %d warnings, want under 20,000", n, len(carried.Warnings))
	}
}
