package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// updated takes the answer to an update, which must be refused with a sentence that holds want, or accepted when that is
// empty.
func updated(t *testing.T, name, want string) *testsuite.TestUpdateCallback {
	t.Helper()
	return &testsuite.TestUpdateCallback{
		OnAccept: func() {
			if want != "" {
				t.Errorf("%s was accepted", name)
			}
		},
		OnReject: func(err error) {
			if want == "" || !strings.Contains(err.Error(), want) {
				t.Errorf("%s was refused: %v, want %q", name, err, want)
			}
		},
		OnComplete: func(_ any, err error) {
			if err != nil {
				t.Errorf("%s ended with %v", name, err)
			}
		},
	}
}

func quotaOf(t *testing.T, text string) operator.QuotaChange {
	t.Helper()
	var change operator.QuotaChange
	if err := json.Unmarshal([]byte(text), &change); err != nil {
		t.Fatal(err)
	}
	return change
}

// untilCancelled waits until the first activity of the sync is cancelled.
func untilCancelled(env *testsuite.TestWorkflowEnvironment) func() {
	done := make(chan struct{})
	env.SetOnActivityCanceledListener(func(*activity.Info) {
		select {
		case <-done:
		default:
			close(done)
		}
	})
	return func() { <-done }
}

// together lets n shards start, then does what, which cancels them, and lets them end. The test environment gives a cancelled activity no
// time to answer, so what they have is lost here; internal/e2e shows that it is not.
func together(env *testsuite.TestWorkflowEnvironment, n int64, what func()) func() {
	var begun atomic.Int64
	wait := untilCancelled(env)
	return func() {
		switch count := begun.Add(1); {
		case count == n:
			what()
			wait()
		case count < n:
			wait()
		}
	}
}

func TestPause_stopsTheShardsAndResumeGoesOnThere(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	start := together(env, 8, func() { env.SignalWorkflow(workflows.PauseSignal, nil) })
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		start()
		return described(10), nil
	}
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != workflows.PhasePaused || p.Done != 0 || !strings.Contains(p.Waiting, "resume") ||
			!strings.HasPrefix(p.Waiting, "paused by an operator since ") {
			t.Errorf("a paused sync says %s, %d described, %q", p.Phase, p.Done, p.Waiting)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Kept != 80 || o.count("Describe") != 16 || got.Seconds < 3600 {
		t.Errorf("described %d in %d runs and %v s: %v", got.Kept, o.count("Describe"), got.Seconds, failure)
	}
}

func TestPause_holdsBetweenPhasesToo(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		env.SignalWorkflow(workflows.PauseSignal, nil)
		return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
	}
	env.RegisterDelayedCallback(func() {
		if o.count("Describe") != 0 {
			t.Error("a paused sync described")
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds < 3600 {
		t.Errorf("took %v s, %v", got.Seconds, failure)
	}
}

// TestPause_reachesAListing has a listing that would take a day.
func TestPause_reachesAListing(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	var paused atomic.Bool
	start := together(env, 5, func() { env.SignalWorkflow(workflows.PauseSignal, nil) })
	o.enumerate = func(activities.EnumerateParams) (activities.EnumerateResult, error) {
		if !paused.Load() {
			start()
		}
		return activities.EnumerateResult{Count: 100, Spending: activities.Spending{Calls: 1}}, nil
	}
	env.RegisterDelayedCallback(func() {
		paused.Store(true)
		if p := ask(t, env); p.Phase != workflows.PhasePaused || p.Kinds.Reports != 0 {
			t.Errorf("it says %s with %d reports listed", p.Phase, p.Kinds.Reports)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Kinds.Reports != 100 || o.count("Enumerate") != 10 {
		t.Errorf("%d listings of %d reports: %v", o.count("Enumerate"), got.Kinds.Reports, failure)
	}
}

// TestPause_isCarriedOver pauses while the window drains for the next run.
func TestPause_isCarriedOver(t *testing.T) {
	t.Parallel()
	o := &org{plan: func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 8000, ToDescribe: 8000, Shards: 64}, nil
	}}
	env := environment(t, o, "sync-acme")
	wait, eleventh := untilCancelled(env), make(chan struct{})
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		switch {
		case p.Shard == 10:
			<-eleventh
			suggestContinueAsNew(env)
			env.SignalWorkflow(workflows.PauseSignal, nil)
		case p.Shard > 10:
			if p.Shard == 11 {
				close(eleventh)
			}
			wait()
		}
		return described(125), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	state := decode(t, next).State
	if !state.Paused || len(state.Queue) == 0 || state.Shards+len(state.Queue) != state.NextShard {
		t.Fatalf("the state is %+v", state)
	}
	rest := new(org)
	second := environment(t, rest, "sync-acme")
	second.SetContinuedExecutionRunID("the-run-before")
	second.RegisterDelayedCallback(func() {
		if rest.count("Describe") != 0 {
			t.Error("the next run forgot the pause")
		}
		second.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	second.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	if _, failure := resultOf(t, second); failure != nil || rest.count("Describe") != 64-state.Shards {
		t.Errorf("%d shards ran, %d were left: %v", rest.count("Describe"), 64-state.Shards, failure)
	}
}

// TestPause_thatComesWithTheLastResultIsCarriedOver pauses in the very task that continues as new: the sync learns at once of
// the full history, of a resume and of a pause, and ends its run before the handler of signals has had a turn.
func TestPause_thatComesWithTheLastResultIsCarriedOver(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.MaxShards = 1 // so that no other result is on its way
		return r, nil
	}}
	env := environment(t, o, "sync-acme")
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		env.SetContinueAsNewSuggested(true)
		env.SignalWorkflowSkippingWorkflowTask(workflows.ResumeSignal, nil)
		env.SignalWorkflowSkippingWorkflowTask(workflows.PauseSignal, nil)
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	if state := decode(t, next).State; !state.Paused || state.Shards != 1 || state.NextShard != 1 {
		t.Errorf("paused is %v after %d shards of %d", state.Paused, state.Shards, state.NextShard)
	}
}

func TestCancel_tellsWhatIsKept(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	start := together(env, 8, env.CancelWorkflow)
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard < 8 {
			return described(10), nil
		}
		start()
		return described(10), nil
	}
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 160, ToDescribe: 160, Shards: 16}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var cancelled *temporal.CanceledError
	var got workflows.Result
	if err := env.GetWorkflowError(); !errors.As(err, &cancelled) || cancelled.Details(&got) != nil {
		t.Fatalf("got %v, want cancelled with a result", err)
	}
	if got.Outcome != workflows.OutcomeCancelled || got.Kept != 80 || got.Kinds.Reports != 100 {
		t.Errorf("got %+v", got)
	}
	if len(o.ended) != 1 || o.ended[0] != "cancelled" || o.count("MergeDescriptions") != 0 {
		t.Errorf("noted as %v, %d settled", o.ended, o.count("MergeDescriptions"))
	}
}
