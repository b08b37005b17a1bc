package workflows_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// failsAt lets the describes of a sync fail until it is fixed, once something has come home.
func failsAt(failure func() error) func(*org, *testsuite.TestWorkflowEnvironment) {
	return func(o *org, env *testsuite.TestWorkflowEnvironment) {
		fixed := new(atomic.Bool)
		revoked(o, failure(), fixed)
		env.RegisterDelayedCallback(func() { fixed.Store(true); env.SignalWorkflow(workflows.ResumeSignal, nil) }, 10*time.Minute)
	}
}

func revokedLogin() error { return refusal(fault.LoginRefused, "revoked") }

// onceAtTheLogin lets the first login fail.
func onceAtTheLogin(failure error) func(*org, *testsuite.TestWorkflowEnvironment) {
	return func(o *org, env *testsuite.TestWorkflowEnvironment) {
		o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			if o.count("Authenticate") == 1 {
				return activities.AuthenticateResult{}, failure
			}
			return healthy(), nil
		}
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 10*time.Minute)
	}
}

// TestCourse_countsEachWaitUnderItsReason lets a sync wait ten minutes, in each way there is, and reads the record.
func TestCourse_countsEachWaitUnderItsReason(t *testing.T) {
	t.Parallel()
	const ten, wide = 600.0, 20.0
	for name, test := range map[string]struct {
		set  func(*org, *testsuite.TestWorkflowEnvironment)
		want map[string]float64
	}{
		"nothing":                        {func(*org, *testsuite.TestWorkflowEnvironment) {}, map[string]float64{}},
		"the login, for the quota":       {onceAtTheLogin(refusal(fault.QuotaExhausted, "spent")), map[string]float64{history.WaitQuota: ten}},
		"the login, of which were many":  {onceAtTheLogin(refusal(fault.Throttled, "many logins")), map[string]float64{history.WaitThrottled: ten}},
		"another Temporal":               {onceAtTheLogin(owned("mark")), map[string]float64{history.WaitOwner: 60}},
		"blocked":                        {failsAt(revokedLogin), map[string]float64{history.WaitBlocked: ten}},
		"a login that may pass":          {failsAt(outOfHours), map[string]float64{history.WaitRetry: ten}},
		"paused, and held in the middle": {pausedWhileHeld, map[string]float64{history.WaitHeld: ten, history.WaitPaused: ten}},
		"a bug": {func(o *org, _ *testsuite.TestWorkflowEnvironment) {
			o.step = func(name string) error {
				if name == "WriteAccount" && o.count("WriteAccount") < 3 {
					return bug()
				}
				return nil
			}
		}, map[string]float64{history.WaitRetry: 60 + 240}},
		"the quota of the org": {func(o *org, env *testsuite.TestWorkflowEnvironment) {
			o.authenticate = spentBut(1700)
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, "set-quota", ""), quotaOf(t, `{"ceiling":100,"share":100}`))
			}, 10*time.Minute)
		}, map[string]float64{history.WaitQuota: ten}},
		"Salesforce, which asked for it": {func(o *org, _ *testsuite.TestWorkflowEnvironment) {
			o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
				if p.Shard == 3 && p.Known == 0 {
					spent := activities.Spending{Calls: 5, Stop: activities.StopThrottled, RetryAfter: 10 * time.Minute}
					return activities.DescribeResult{Reports: 5, Partial: true, Spending: spent}, nil
				}
				return described(10), nil
			}
		}, map[string]float64{history.WaitThrottled: ten}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			var course history.Course
			o.record = func(p activities.RecordParams) { course = p.Course }
			env := environment(t, o, "sync-acme")
			test.set(o, env)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil {
				t.Fatal(failure)
			}
			for reason, seconds := range test.want {
				if waited := course.Waits[reason]; waited < seconds-1 || waited > seconds+wide {
					t.Errorf("it waited %v s for %s, want %v", waited, reason, seconds)
				}
			}
			if len(course.Waits) != len(test.want) || course.Seconds > got.Seconds {
				t.Errorf("in %v s it waited %v, want %v", got.Seconds, course.Waits, test.want)
			}
		})
	}
}

// pausedWhileHeld pauses a sync that is held: of the two, each counts while it is shown.
func pausedWhileHeld(o *org, env *testsuite.TestWorkflowEnvironment) {
	o.guard = concerned(activities.GuardInventory)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 5*time.Minute)
	env.RegisterDelayedCallback(func() {
		heard := &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(any, error) {}}
		env.UpdateWorkflow(workflows.ApproveUpdate, "", heard)
	}, 10*time.Minute)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 20*time.Minute)
}

// TestCourse_ofASyncThatNoWorkerServes waits for one, and is cancelled in the middle of another wait.
func TestCourse_ofASyncThatNoWorkerServes(t *testing.T) {
	t.Parallel()
	o := unservedFor(time.Hour)
	o.guard = concerned(activities.GuardInventory)
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(env.CancelWorkflow, 90*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Fatalf("it ended with %v", err)
	}
	end := o.end
	for reason, seconds := range map[string]float64{history.WaitWorker: 3600, history.WaitHeld: 1800} {
		if waited := end.Waits[reason]; waited < seconds-60 || waited > seconds+60 {
			t.Errorf("it waited %v s for %s, want %v", waited, reason, seconds)
		}
	}
	if end.Outcome != "cancelled" || end.Phase != "guard" || end.Class != "" || len(end.Orders) != 1 || end.Orders[0].Name != "cancel" {
		t.Errorf("its end is %+v", end)
	}
	if end.APICalls != 9 || end.Seconds < 5300 || end.Seconds > 5500 || end.At.Sub(env.Now()).Abs() > time.Minute {
		t.Errorf("it ended at %s, after %v s and %d calls", end.At, end.Seconds, end.APICalls)
	}
}

// TestCourse_crossesContinueAsNew has a sync that waits in its first run, and goes on in a second one.
func TestCourse_crossesContinueAsNew(t *testing.T) {
	t.Parallel()
	first := environment(t, &org{guard: concerned(activities.GuardInventory)}, "sync-acme")
	first.RegisterDelayedCallback(func() { first.SignalWorkflow(workflows.PauseSignal, operator.Reason{Reason: "quarter end"}) }, 30*time.Minute)
	first.RegisterDelayedCallback(func() {
		suggestContinueAsNew(first)
		first.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	began := first.Now()
	first.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := first.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	in := decode(t, next)
	o := new(org)
	var course history.Course
	o.record = func(p activities.RecordParams) { course = p.Course }
	second := environment(t, o, "sync-acme")
	second.SetStartTime(began.Add(time.Hour))
	second.SetContinuedExecutionRunID(before)
	second.ExecuteWorkflow(workflows.SyncSourceType, in)
	if _, failure := resultOf(t, second); failure != nil {
		t.Fatal(failure)
	}
	var phases []string
	for _, phase := range course.Phases {
		phases = append(phases, phase.Phase)
		if phase.Phase == "guard" && (phase.Seconds < 3599 || phase.Seconds > 3660) {
			t.Errorf("the guard took %v s, want those of both runs with the wait", phase.Seconds)
		}
	}
	all := []string{"authenticate", "enumerate", "guard", "plan", "describe", "catch_up", "assemble", "upload", "record"}
	if diff := cmp.Diff(all, phases); diff != "" {
		t.Errorf("the phases (-want +got):\n%s", diff)
	}
	if held := course.Waits[history.WaitHeld]; len(course.Waits) != 1 || held < 3599 || held > 3660 {
		t.Errorf("it waited %v", course.Waits)
	}
	for i, want := range []history.Order{{Name: "pause", Reason: "quarter end"}, {Name: "resume"}} {
		if got := course.Orders[i]; got.Name != want.Name || got.Reason != want.Reason || got.At.Before(began) {
			t.Errorf("order %d is %+v, want %+v", i, got, want)
		}
	}
	if course.Seconds < 3599 || course.Seconds > 3660 || !course.Phases[0].Began.Equal(began.UTC().Truncate(time.Millisecond)) {
		t.Errorf("it took %v s from %s", course.Seconds, course.Phases[0].Began)
	}
}

// TestCourse_keepsWhatOperatorsSaid sends one order of each kind that a sync takes, and one that it refuses.
func TestCourse_keepsWhatOperatorsSaid(t *testing.T) {
	t.Parallel()
	o := &org{guard: concerned(activities.GuardInventory)}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, "set-quota", ""), quotaOf(t, `{"ceiling":90,"share":40}`))
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, "set-quota", "percents from 1 to 100"), map[string]int{"share": 400})
		env.SignalWorkflow("pasue", nil)
	}, time.Minute)
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.DiscardUpdate, "", updated(t, "discard", ""), operator.Reason{Reason: "wrong org"})
	}, 2*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeDiscarded {
		t.Fatalf("%+v, %v", got, failure)
	}
	var orders []string
	for _, order := range o.end.Orders {
		orders = append(orders, order.Name+" "+order.Reason)
	}
	if diff := cmp.Diff([]string{"set-quota ceiling 90 %, share 40 %", "discard wrong org"}, orders); diff != "" {
		t.Errorf("the orders (-want +got):\n%s", diff)
	}
	var codes []string
	for _, w := range o.end.Warnings {
		codes = append(codes, string(w.Code))
	}
	if !strings.Contains(strings.Join(codes, " "), "signal_unknown") {
		t.Errorf("the warnings are %q", codes)
	}
}
