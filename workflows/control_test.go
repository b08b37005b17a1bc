package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/workflows"
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

func quotaOf(t *testing.T, text string) workflows.QuotaChange {
	t.Helper()
	var change workflows.QuotaChange
	if err := json.Unmarshal([]byte(text), &change); err != nil {
		t.Fatal(err)
	}
	return change
}

// together lets n shards start, then does what and lets them end. The test environment gives a cancelled activity no time
// to answer, so what they have is lost here; internal/e2e shows that it is not.
func together(n int64, what func()) func() {
	var begun atomic.Int64
	done := make(chan struct{})
	return func() {
		switch count := begun.Add(1); {
		case count == n:
			what()
			close(done)
		case count < n:
			<-done
		}
	}
}

func TestPause_stopsTheShardsAndResumeGoesOnThere(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	start := together(8, func() { env.SignalWorkflow(workflows.PauseSignal, nil) })
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		start()
		return described(10), nil
	}
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != workflows.PhasePaused || p.Described != 0 || !strings.Contains(p.Waiting, "resume") {
			t.Errorf("a paused sync says %s, %d described, %q", p.Phase, p.Described, p.Waiting)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Described != 80 || o.count("Describe") != 16 || got.Seconds < 3600 {
		t.Errorf("described %d in %d runs and %v s: %v", got.Described, o.count("Describe"), got.Seconds, failure)
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
	start := together(5, func() { env.SignalWorkflow(workflows.PauseSignal, nil) })
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

// TestPause_isCarriedOver pauses in the very task that continues as new.
func TestPause_isCarriedOver(t *testing.T) {
	t.Parallel()
	o := &org{plan: func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 8000, ToDescribe: 8000, Shards: 64}, nil
	}}
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 10 {
			env.SetContinueAsNewSuggested(true)
			env.SignalWorkflow(workflows.PauseSignal, nil)
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

// revoked is a describe that is refused until mended, after some reports came home: the ninth shard starts in the place of
// one that is done.
func revoked(o *org, class fault.Class, mended *atomic.Bool) {
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 160, ToDescribe: 160, Shards: 16}, nil
	}
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard >= 8 && !mended.Load() {
			return activities.DescribeResult{}, refusal(class, "the client secret is wrong")
		}
		return described(10), nil
	}
}

func TestBlocked_waitsForResumeAndGoesOn(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.LoginRefused, fault.SessionPolicy, fault.PermissionMissing} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			o, mended := new(org), new(atomic.Bool)
			revoked(o, class, mended)
			env := environment(t, o, "sync-acme")
			env.RegisterDelayedCallback(func() {
				p := ask(t, env)
				if p.Phase != workflows.PhaseBlocked || p.Waiting != "the client secret is wrong" || p.Until == nil {
					t.Errorf("a blocked sync says %s, %q, until %v", p.Phase, p.Waiting, p.Until)
				}
				env.SignalWorkflow(workflows.ResumeSignal, nil) // too early: nothing is mended
			}, time.Hour)
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Phase != workflows.PhaseBlocked {
					t.Errorf("not blocked again, but %s", p.Phase)
				}
				mended.Store(true)
				env.SignalWorkflow(workflows.ResumeSignal, nil)
			}, 2*time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Described != 160 || got.Outcome != workflows.OutcomeComplete {
				t.Errorf("described %d, %v", got.Described, failure)
			}
		})
	}
}

func TestBlocked_failsWhenNobodyResumes(t *testing.T) {
	t.Parallel()
	o := new(org)
	revoked(o, fault.LoginRefused, new(atomic.Bool))
	env := environment(t, o, "sync-acme")
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.LoginRefused) || env.Now().Sub(start) < 7*24*time.Hour {
		t.Errorf("got %v after %s", failure, env.Now().Sub(start))
	}
	if len(o.ended) != 1 || o.ended[0] != "failed" {
		t.Errorf("noted as %v", o.ended)
	}
}

// nothingHomeYet plans the first sync of an org: no record holds a description that could be reused.
func nothingHomeYet(activities.PlanParams) (activities.PlanResult, error) {
	return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
}

func TestBlocked_notBeforeAnythingCameHome(t *testing.T) {
	t.Parallel()
	o := &org{describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		return activities.DescribeResult{}, refusal(fault.PermissionMissing, "no Run Reports")
	}, plan: nothingHomeYet}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure == nil || got.Seconds > 3600 {
		t.Errorf("a setup that never worked took %v s: %v", got.Seconds, failure)
	}
}

func TestBlocked_byTheCatalogInMidDelivery(t *testing.T) {
	t.Parallel()
	o, mended := new(org), new(atomic.Bool)
	o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
		if p.File.Name == "reports" && !mended.Load() {
			return activities.UploadResult{}, temporal.NewApplicationErrorWithOptions("the token is refused", string(fault.LoginRefused),
				temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{
					activities.Failure{Class: fault.LoginRefused, System: fault.Catalog, Message: "the token is refused"},
				}})
		}
		return activities.UploadResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseBlocked || p.Uploads.Done != 3 {
			t.Errorf("it says %s with %d uploads", p.Phase, p.Uploads.Done)
		}
		mended.Store(true)
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || !got.Uploaded || o.count("Upload") != 8 {
		t.Errorf("%d uploads, %v", o.count("Upload"), failure)
	}
}

func TestCancel_tellsWhatIsKept(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	start := together(8, env.CancelWorkflow)
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
	if got.Outcome != workflows.OutcomeCancelled || got.Described != 80 || got.Kinds.Reports != 100 {
		t.Errorf("got %+v", got)
	}
	if len(o.ended) != 1 || o.ended[0] != "cancelled" || o.count("Settle") != 0 {
		t.Errorf("noted as %v, %d settled", o.ended, o.count("Settle"))
	}
}

func TestSlice_aShardThatLeavesItsPlaceIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Known < 8 {
			r := activities.DescribeResult{Reports: p.Known + 4, Partial: true}
			r.Calls, r.Stop = 4, activities.StopSlice
			return r, nil
		}
		r := described(10)
		r.Calls = 2
		return r, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Described != 80 || o.count("Describe") != 24 || got.APICalls != 4+5+80+4 {
		t.Errorf("described %d in %d runs with %d calls: %v", got.Described, o.count("Describe"), got.APICalls, failure)
	}
}

// TestSlice_theNextRunLearnsHowTheLastOneEnded wants one answer before the whole width where the last run ended for want of
// calls or brought nothing, and half of the width where Salesforce had asked for less.
func TestSlice_theNextRunLearnsHowTheLastOneEnded(t *testing.T) {
	t.Parallel()
	ends := map[int]activities.DescribeResult{
		0: {Reports: 4, Partial: true, Spending: activities.Spending{Calls: 4, Stop: activities.StopSlice}},
		1: {Reports: 4, Partial: true, Spending: activities.Spending{Calls: 4, Stop: activities.StopQuota}},
		2: {Partial: true, Spending: activities.Spending{Calls: 4, Stop: activities.StopSlice}},
		3: {Reports: 4, Partial: true, Pressed: true, Spending: activities.Spending{Calls: 4, Stop: activities.StopSlice}},
	}
	type told struct{ doubt, pressed bool }
	want := map[int]told{0: {}, 1: {doubt: true}, 2: {doubt: true}, 3: {pressed: true}}
	runs, got := map[int]int{}, map[int]told{}
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		runs[p.Shard]++
		if end, ok := ends[p.Shard]; ok && runs[p.Shard] == 1 {
			return end, nil
		}
		if runs[p.Shard] == 2 {
			got[p.Shard] = told{p.Doubt, p.Pressed}
		}
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if !maps.Equal(got, want) {
		t.Errorf("told %+v, want %+v", got, want)
	}
}

// TestResume_endsAWaitThatSalesforceAskedFor is for an operator who knows that what Salesforce refused for is over.
func TestResume_endsAWaitThatSalesforceAskedFor(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 1 {
			return activities.AuthenticateResult{}, refusal(fault.Throttled, "too many logins")
		}
		return healthy(), nil
	}
	var refused atomic.Bool
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		if refused.CompareAndSwap(false, true) {
			r := activities.DescribeResult{Reports: 1, Partial: true}
			r.Calls, r.Stop, r.RetryAfter = 2, activities.StopThrottled, 40*time.Minute
			return r, nil
		}
		return described(10), nil
	}
	for _, after := range []time.Duration{time.Minute, 2 * time.Minute} {
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, after)
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Described != 80 || got.Seconds > 180 {
		t.Errorf("described %d in %v s: %v", got.Described, got.Seconds, failure)
	}
}

func TestThrottled_aListingSleepsToo(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	var refused atomic.Bool
	o.enumerate = func(p activities.EnumerateParams) (activities.EnumerateResult, error) {
		r := activities.EnumerateResult{Count: 100, Spending: activities.Spending{Calls: 1}}
		if p.Kind == inventory.Reports && refused.CompareAndSwap(false, true) {
			r = activities.EnumerateResult{Spending: activities.Spending{Calls: 3, Stop: activities.StopThrottled, RetryAfter: 40 * time.Minute}}
		}
		return r, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Kinds.Reports != 100 || o.count("Enumerate") != 6 || got.Seconds < 2400 {
		t.Errorf("%d listings of %d reports in %v s: %v", o.count("Enumerate"), got.Kinds.Reports, got.Seconds, failure)
	}
}

func TestThrottled_sleepsAsLongAsSalesforceAsked(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	var refused atomic.Bool
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 0 && refused.CompareAndSwap(false, true) {
			r := activities.DescribeResult{Reports: 1, Partial: true}
			r.Calls, r.Stop, r.RetryAfter = 2, activities.StopThrottled, 40*time.Minute
			return r, nil
		}
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Described != 80 || got.Seconds < 2400 {
		t.Errorf("described %d in %v s: %v", got.Described, got.Seconds, failure)
	}
}
