package workflows_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// bug is an activity's error that no class describes.
func bug() error {
	return refusalBy(fault.Longhaul, activities.Internal, "the account does not add up")
}

// contradiction is a listing that gave up on answers that contradict themselves.
func contradiction() error {
	const why = "30 records of 60, and no more to come"
	return temporal.NewApplicationErrorWithOptions(why, string(fault.Transient), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: fault.Transient, System: fault.Salesforce, Message: why, Contradicts: true}},
	})
}

// stumbling is a sync whose account, which comes after all describes, fails by why until fixed. It notes when it was tried.
type stumbling struct {
	org
	why   error
	fixed atomic.Bool
	env   *testsuite.TestWorkflowEnvironment
	tried []time.Time
}

func stumble(t *testing.T, why error) *stumbling {
	t.Helper()
	st := &stumbling{why: why}
	st.settle = func() (activities.MergeDescriptionsResult, error) {
		st.mu.Lock()
		st.tried = append(st.tried, st.env.Now())
		st.mu.Unlock()
		if !st.fixed.Load() {
			return activities.MergeDescriptionsResult{}, st.why
		}
		return settled(), nil
	}
	st.env = environment(t, &st.org, "sync-acme")
	return st
}

// distances are the times between two tries.
func (st *stumbling) distances() (minutes []int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for i := 1; i < len(st.tried); i++ {
		minutes = append(minutes, int(st.tried[i].Sub(st.tried[i-1]).Round(time.Minute)/time.Minute))
	}
	return minutes
}

var unexpectedMinutes = []int{1, 4, 16, 60, 60}

// TestUnexpected_isTriedFiveTimesAndThenBlocks has an account that does not add up before a newer worker came.
func TestUnexpected_isTriedFiveTimesAndThenBlocks(t *testing.T) {
	t.Parallel()
	st := stumble(t, bug())
	st.env.RegisterDelayedCallback(func() {
		p := ask(t, st.env)
		if p.Phase != workflows.PhaseAssemble || p.Blocked != nil || p.Until == nil || !p.Until.After(st.env.Now()) ||
			!strings.Contains(p.Waiting, "the account does not add up; try 3 of 5 is at ") {
			t.Errorf("between two tries it is %s, blocked by %v, waits for %q until %v", p.Phase, p.Blocked, p.Waiting, p.Until)
		}
	}, 10*time.Minute)
	st.env.RegisterDelayedCallback(func() {
		if p := ask(t, st.env); p.Phase != workflows.PhaseBlocked || p.Waiting != "the account does not add up" || p.Blocked == nil {
			t.Errorf("after all tries it is %s, %q, %v", p.Phase, p.Waiting, p.Blocked)
		}
		if got := st.distances(); !slices.Equal(got, unexpectedMinutes) {
			t.Errorf("it was tried after %v minutes, want %v", got, unexpectedMinutes)
		}
		st.fixed.Store(true)
		st.env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, 10*time.Hour)
	st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, st.env); failure != nil || got.Outcome != workflows.OutcomeComplete || st.count("Describe") != 8 {
		t.Errorf("it ends with %s after %d shards: %v", got.Outcome, st.count("Describe"), failure)
	}
}

// TestUnexpected_countsAnewAfterAResume resumes a blocked sync before anything is fixed: it must not block at the first try.
func TestUnexpected_countsAnewAfterAResume(t *testing.T) {
	t.Parallel()
	st := stumble(t, bug())
	st.env.RegisterDelayedCallback(func() { st.env.SignalWorkflow(workflows.ResumeSignal, nil) }, 10*time.Hour)
	st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, st.env)
	if failure == nil || failure.Type() != activities.Internal {
		t.Errorf("nobody resumed it again, and it ends with %v", failure)
	}
	got := st.distances()
	if len(got) != 11 || !slices.Equal(got[:5], unexpectedMinutes) || !slices.Equal(got[6:], unexpectedMinutes) {
		t.Errorf("it was tried after %v minutes, want %v twice", got, unexpectedMinutes)
	}
}

// TestUnexpected_aStepThatSucceedsEndsTheCount has each of three steps fail three times: together that is more than one may.
func TestUnexpected_aStepThatSucceedsEndsTheCount(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.settle = func() (activities.MergeDescriptionsResult, error) {
		if o.count("MergeDescriptions") <= 3 {
			return activities.MergeDescriptionsResult{}, bug()
		}
		return settled(), nil
	}
	o.step = func(name string) error {
		if name != "Assemble" && o.count(name) <= 3 {
			return bug()
		}
		return nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds > 3*22*60 {
		t.Errorf("it took %v s: %v", got.Seconds, failure)
	}
}

// TestUnexpected_aListingThatContradictsItself ends a sync that begins, and only delays one that has described.
func TestUnexpected_aListingThatContradictsItself(t *testing.T) {
	t.Parallel()
	first := environment(t, &org{enumerate: func(activities.EnumerateParams) (activities.EnumerateResult, error) {
		return activities.EnumerateResult{}, contradiction()
	}}, "sync-acme")
	first.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, first); failure == nil || failure.Type() != string(fault.Transient) || got.Seconds > 60 {
		t.Errorf("the first listing took %v s: %v", got.Seconds, failure)
	}
	o := new(org)
	o.catchUp = func(activities.CatchUpParams) (activities.CatchUpResult, error) {
		if o.count("CatchUp") <= 4 {
			return activities.CatchUpResult{}, contradiction()
		}
		return activities.CatchUpResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds < 81*60 || got.Seconds > 82*60 {
		t.Errorf("the catch-up took %v s: %v", got.Seconds, failure)
	}
}

// TestUnexpected_failsAtOnceBeforeAnythingCameHome has a bug meet a sync that has nothing to lose.
func TestUnexpected_failsAtOnceBeforeAnythingCameHome(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]*org{
		"in authenticate": {authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			return activities.AuthenticateResult{}, bug()
		}},
		"in plan": {plan: func(activities.PlanParams) (activities.PlanResult, error) { return activities.PlanResult{}, bug() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if got, failure := resultOf(t, env); failure == nil || failure.Type() != activities.Internal || got.Seconds > 60 {
				t.Errorf("it took %v s: %v", got.Seconds, failure)
			}
		})
	}
}

// TestUnexpected_mayBePausedResumedAndCancelled acts on a sync between two tries, an hour apart.
func TestUnexpected_mayBePausedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	const inTheHour = 40 * time.Minute // 21 minutes after the first failure comes the first wait of an hour
	t.Run("resumed", func(t *testing.T) {
		t.Parallel()
		st := stumble(t, bug())
		st.env.RegisterDelayedCallback(func() {
			st.fixed.Store(true)
			st.env.SignalWorkflow(workflows.ResumeSignal, nil)
		}, inTheHour)
		st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if got, failure := resultOf(t, st.env); failure != nil || got.Seconds > 41*60 {
			t.Errorf("it took %v s: %v", got.Seconds, failure)
		}
	})
	t.Run("paused", func(t *testing.T) {
		t.Parallel()
		st := stumble(t, bug())
		st.env.RegisterDelayedCallback(func() {
			st.fixed.Store(true)
			st.env.SignalWorkflow(workflows.PauseSignal, nil)
		}, inTheHour)
		st.env.RegisterDelayedCallback(func() {
			if p := ask(t, st.env); p.Phase != workflows.PhasePaused || len(st.distances()) != 3 {
				t.Errorf("hours later it is %s and was tried after %v", p.Phase, st.distances())
			}
			st.env.SignalWorkflow(workflows.ResumeSignal, nil)
		}, 5*time.Hour)
		st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if got, failure := resultOf(t, st.env); failure != nil || got.Outcome != workflows.OutcomeComplete {
			t.Errorf("it ends with %s: %v", got.Outcome, failure)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		st := stumble(t, bug())
		st.env.RegisterDelayedCallback(st.env.CancelWorkflow, inTheHour)
		st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if err := st.env.GetWorkflowError(); !temporal.IsCanceledError(err) || len(st.distances()) != 3 {
			t.Errorf("it was tried after %v and ends with %v", st.distances(), err)
		}
	})
}

// TestUnexpected_theCountCrossesContinueAsNew fails in a run with a full history, and in the next one.
func TestUnexpected_theCountCrossesContinueAsNew(t *testing.T) {
	t.Parallel()
	st := stumble(t, bug())
	st.env.RegisterDelayedCallback(func() { st.env.SetContinueAsNewSuggested(true) }, 10*time.Minute)
	st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := st.env.GetWorkflowError(); !errors.As(err, &next) || !slices.Equal(st.distances(), []int{1, 4}) {
		t.Fatalf("it was tried after %v and ends with %v", st.distances(), err)
	}
	rest := stumble(t, bug())
	rest.env.SetContinuedExecutionRunID("the-run-before")
	rest.env.RegisterDelayedCallback(rest.env.CancelWorkflow, 24*time.Hour)
	rest.env.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	if got := rest.distances(); !slices.Equal(got, []int{60, 60}) {
		t.Errorf("the next run tried it after %v minutes", got)
	}
}

// TestUnexpected_failsAtOnceWhereSomebodyWaits has the one who started the sync start it again.
func TestUnexpected_failsAtOnceWhereSomebodyWaits(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]error{"a bug": bug(), "a contradiction": contradiction()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := stumble(t, why)
			st.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Attended: true})
			if got, failure := resultOf(t, st.env); failure == nil || got.Seconds > 60 || len(st.distances()) != 0 {
				t.Errorf("it was tried after %v and took %v s: %v", st.distances(), got.Seconds, failure)
			}
		})
	}
}

// TestUnexpected_faultsThatAreHoursApartAreUnrelated has more of them than one step may, each after hours of good describes. Hours
// in which the sync stands still are none of these.
func TestUnexpected_faultsThatAreHoursApartAreUnrelated(t *testing.T) {
	t.Parallel()
	const faults = 8
	for name, row := range map[string]struct{ describes, waits time.Duration }{
		"describing": {describes: 2 * time.Hour}, "waiting": {waits: 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			describes, failures := 0, 0
			o := &org{
				describes: row.describes,
				plan: func(activities.PlanParams) (activities.PlanResult, error) {
					return activities.PlanResult{Reports: 100, ToDescribe: 100, Shards: 1}, nil
				},
				describe: func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
					describes++
					switch {
					case p.Known == faults:
						return described(100 - faults), nil
					case describes%2 == 1: // one more report
						return activities.DescribeResult{
							Reports: p.Known + 1, Partial: true, Spending: activities.Spending{Calls: 1, RetryAfter: row.waits},
						}, nil
					}
					failures++
					return activities.DescribeResult{}, bug()
				},
			}
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if blocked := failure != nil; blocked != (row.waits > 0) || failures < len(unexpectedMinutes)+1 {
				t.Errorf("after %d faults in %v s: %v", failures, got.Seconds, failure)
			}
		})
	}
}
