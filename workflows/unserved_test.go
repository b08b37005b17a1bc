package workflows_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

const unserved = "no worker serves source acme: check its name, connect it (longhaul connect acme) if it is not connected any more, or start a worker (longhaul serve or longhaul-worker) with its settings and secrets; a worker that has them and leaves it out says why in its log"

// unservedFor is an org whose source is served by nobody at first.
func unservedFor(d time.Duration) *org {
	return &org{
		loginAfter: d,
		findWorker: func(p activities.FindWorkerParams) (activities.FindWorkerResult, error) {
			return activities.FindWorkerResult{Found: p.Queue != "longhaul-acme"}, nil
		},
	}
}

func TestUnserved_isSaidWithinHalfAMinuteAndTakenBack(t *testing.T) {
	t.Parallel()
	o := unservedFor(3 * time.Hour)
	env := environment(t, o, "sync-acme")
	for _, after := range []time.Duration{30 * time.Second, 2 * time.Hour} {
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Phase != workflows.PhaseAuthenticate || p.Waiting != unserved {
				t.Errorf("after %s it says %s, %q", after, p.Phase, p.Waiting)
			}
		}, after)
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Fatalf("once a worker came: %+v, %v", got, failure)
	}
	if p := ask(t, env); p.Waiting != "" {
		t.Errorf("in the end it says %q", p.Waiting)
	}
	if n := o.count("FindWorker"); n > 12 {
		t.Errorf("%d looks in three hours: the history of a sync that waits must stay short", n)
	}
}

// The login of a worker that is there may take long, and Temporal may keep to itself who polls.
func TestUnserved_isNotSaidOfASlowLogin(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(activities.FindWorkerParams) (activities.FindWorkerResult, error){
		"a worker is there": nil,
		"nobody knows": func(activities.FindWorkerParams) (activities.FindWorkerResult, error) {
			return activities.FindWorkerResult{}, refusalBy(fault.Temporal, fault.Invalid, "Temporal does not say who polls")
		},
	} {
		env := environment(t, &org{loginAfter: 40 * time.Second, findWorker: find}, "sync-acme")
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Waiting != "" {
				t.Errorf("%s: it says %q", name, p.Waiting)
			}
		}, 30*time.Second)
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if _, failure := resultOf(t, env); failure != nil {
			t.Errorf("%s: %v", name, failure)
		}
	}
}

// Neither a pause nor a cancel waits for a worker that is not there.
func TestUnserved_isPausedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	o := unservedFor(1000 * time.Hour)
	env := environment(t, o, "sync-acme")
	expect := func(after time.Duration, phase workflows.Phase, waiting string) {
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Phase != phase || !strings.Contains(p.Waiting, waiting) {
				t.Errorf("after %s it says %s, %q", after, p.Phase, p.Waiting)
			}
		}, after)
	}
	expect(time.Minute, workflows.PhaseAuthenticate, unserved)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 2*time.Minute)
	expect(3*time.Minute, workflows.PhasePaused, "resume")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 4*time.Minute)
	expect(5*time.Minute, workflows.PhaseAuthenticate, unserved)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Errorf("it ended with %v", err)
	}
	if took := env.Now().Sub(start); took > time.Hour+2*time.Minute {
		t.Errorf("the cancel took until %s after the start", took)
	}
	if n := o.count("MarkEnded"); n > 0 {
		t.Errorf("the end of a sync that has left nothing in the bucket was noted %d times: that waits for a worker", n)
	}
}

// A sync of a name that no worker knows does not wait for ever.
func TestUnserved_failsAfterSevenDaysWhereNobodyEverServed(t *testing.T) {
	t.Parallel()
	o := unservedFor(1000 * time.Hour)
	env := environment(t, o, "sync-acme")
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.Transient) || failure.Message() != unserved || got.Failure.System != fault.Temporal {
		t.Fatalf("it ended with %+v, %v", got, failure)
	}
	if took := env.Now().Sub(start); took < 7*24*time.Hour || took > 7*24*time.Hour+time.Minute {
		t.Errorf("it failed after %s", took)
	}
	if n := o.count("FindWorker"); n > 20 {
		t.Errorf("%d looks in seven days: the history of a sync that waits must stay short", n)
	}
	if n := o.count("MarkEnded"); n > 0 {
		t.Errorf("its end was noted in the bucket %d times, which waits for a worker", n)
	}
}

// Neither a pause nor the history that it fills begins the seven days anew, and the time of a pause is none of them.
func TestUnserved_countsTheDaysOfItsWaitsOverPausesAndRuns(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	o := unservedFor(1000 * time.Hour)
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 3*day)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 10*day)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 12*day)
	env.RegisterDelayedCallback(func() {
		env.SetContinueAsNewSuggested(true)
		env.SignalWorkflow("pasue", nil)
	}, 13*day)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if !errors.As(env.GetWorkflowError(), &next) {
		t.Fatalf("it ends with %v, want continue-as-new", env.GetWorkflowError())
	}
	in := decode(t, next)
	for seen, want := range map[bool]time.Duration{false: 2 * day, true: 1000 * time.Hour} {
		state := *in.State
		state.WorkerSeen = seen
		second := environment(t, o, "sync-acme")
		second.SetContinuedExecutionRunID(before)
		second.RegisterDelayedCallback(func() { second.SignalWorkflow(workflows.ResumeSignal, nil) }, day)
		start := second.Now()
		second.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: in.Source, State: &state})
		_, failure := resultOf(t, second)
		if took := second.Now().Sub(start) - day; took < want || took > want+time.Minute || seen != (failure == nil) {
			t.Errorf("a worker seen before %t: it ends %s after it was resumed, want %s: %v", seen, took, want, failure)
		}
	}
}

// That a worker was there once is known to every later run.
func TestUnserved_tellsTheNextRunThatAWorkerWasSeen(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]*org{
		"it polled": {loginAfter: 1000 * time.Hour},
		"it answered": {authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org's calls are spent")
		}},
	} {
		env := environment(t, o, "sync-acme")
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, time.Minute)
		in, _ := flooded(t, env, workflows.PhasePaused)
		if !in.State.WorkerSeen || in.State.Unserved != 0 {
			t.Errorf("%s: the next run gets seen %t, unserved for %s", name, in.State.WorkerSeen, in.State.Unserved)
		}
	}
}

// What a worker has begun is waited for without end, as it may have come far; so is a worker of which nothing is known.
func TestUnserved_waitsOnWhereAWorkerWasOnce(t *testing.T) {
	t.Parallel()
	seen := func(times int) func(activities.FindWorkerParams) (activities.FindWorkerResult, error) {
		var looks atomic.Int32
		return func(activities.FindWorkerParams) (activities.FindWorkerResult, error) {
			return activities.FindWorkerResult{Found: int(looks.Add(1)) <= times}, nil
		}
	}
	silent := func(activities.FindWorkerParams) (activities.FindWorkerResult, error) {
		return activities.FindWorkerResult{}, refusalBy(fault.Temporal, fault.Invalid, "Temporal does not say who polls")
	}
	var logins atomic.Int32
	for name, o := range map[string]*org{
		"one was seen and is gone": {findWorker: seen(1)},
		"nobody knows":             {findWorker: silent},
		"one has answered that the calls are spent": {
			findWorker: func(p activities.FindWorkerParams) (activities.FindWorkerResult, error) {
				if logins.Load() == 0 {
					return silent(p)
				}
				return activities.FindWorkerResult{}, nil
			},
			authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				if logins.Add(1) == 1 {
					return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org's calls are spent")
				}
				return healthy(), nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.loginAfter = 12 * 24 * time.Hour
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
				t.Errorf("got %+v, %v", got, failure)
			}
		})
	}
}

// A sync whose work is done ends well without the worker that would tidy up.
func TestUnserved_atTheEndASyncIsComplete(t *testing.T) {
	t.Parallel()
	o := &org{prune: func() error {
		return temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START, nil)
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || len(got.Warnings) != 0 {
		t.Errorf("got %+v, %v", got, failure)
	}
}
