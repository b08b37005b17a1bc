package workflows_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// outOfHours is a login that is refused in words that nobody knows.
func outOfHours() error {
	const why = "Salesforce refuses the login in words that are not known (user may not log in at this time)"
	return temporal.NewApplicationErrorWithOptions(why, string(fault.LoginRefused), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: why, Unknown: true}},
	})
}

// nights is an org whose login hours end: shards from the third on are refused while closed says so. It notes when.
type nights struct {
	env    *testsuite.TestWorkflowEnvironment
	closed func(after time.Duration) bool

	mu    sync.Mutex
	begun time.Time
	tried []time.Duration // since the beginning
}

func (n *nights) open(t *testing.T) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	o := &org{
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 10, ToDescribe: 10, Shards: 1}, nil
		},
		describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
			n.mu.Lock()
			defer n.mu.Unlock()
			after := n.env.Now().Sub(n.begun)
			n.tried = append(n.tried, after.Round(time.Minute))
			if n.closed(after) {
				return activities.DescribeResult{}, outOfHours()
			}
			return described(10), nil
		},
	}
	n.env = environment(t, o, "sync-acme")
	n.begun = n.env.Now()
	return n.env
}

func TestRefused_inUnknownWordsIsTriedAgainByItself(t *testing.T) {
	t.Parallel()
	n := &nights{closed: func(after time.Duration) bool { return after < 5*time.Hour }}
	env := n.open(t)
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != workflows.PhaseDescribe || p.Blocked != nil || p.Refused == nil || p.Until == nil {
			t.Errorf("in the night it is %s, blocked by %v, refused %v, until %v", p.Phase, p.Blocked, p.Refused, p.Until)
		}
		for _, words := range []string{
			"words that are not known", "user may not log in at this time", "refused since ", "tried again at ", "; a resume tries at once",
		} {
			if !strings.Contains(p.Waiting, words) {
				t.Errorf("it waits for %q, want it to say %q", p.Waiting, words)
			}
		}
	}, 3*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("in the morning it ends with %s, %v", got.Outcome, failure)
	}
	var want []time.Duration
	for _, minutes := range []int{0, 15, 45, 105, 165, 225, 285, 345} {
		want = append(want, time.Duration(minutes)*time.Minute)
	}
	if !slices.Equal(n.tried, want) {
		t.Errorf("it was tried at %v, want %v", n.tried, want)
	}
}

func TestRefused_triesAtOnceWhenResumed(t *testing.T) {
	t.Parallel()
	open := new(atomic.Bool)
	n := &nights{closed: func(time.Duration) bool { return !open.Load() }}
	env := n.open(t)
	env.RegisterDelayedCallback(func() {
		open.Store(true)
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, 50*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds > 51*60 {
		t.Errorf("it took %v s, %v", got.Seconds, failure)
	}
}

func TestRefused_forAWeekFails(t *testing.T) {
	t.Parallel()
	n := &nights{closed: func(time.Duration) bool { return true }}
	env := n.open(t)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if took := env.Now().Sub(n.begun); failure == nil || failure.Type() != string(fault.LoginRefused) || took < 7*24*time.Hour || took > 8*24*time.Hour {
		t.Errorf("after %s it ends with %v", took, failure)
	}
}

// A sync that was paused at night and is resumed in another one, ten days later, has not been refused for ten days.
func TestRefused_isCountedAnewAfterALongPause(t *testing.T) {
	t.Parallel()
	const pause = 10 * 24 * time.Hour
	n := &nights{closed: func(after time.Duration) bool { return after < pause+5*time.Hour }}
	env := n.open(t)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, time.Hour)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, pause)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("after the second night it ends with %s, %v", got.Outcome, failure)
	}
}

// What was known of a login before it was good says nothing of the next night.
func TestRefused_eachNightBeginsAnew(t *testing.T) {
	t.Parallel()
	o, refusals := new(org), new(atomic.Int64)
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		return activities.PlanResult{Reports: 100, ToDescribe: 100, Shards: 10}, nil
	}
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		auth := healthy()
		auth.MaxShards = 1
		return auth, nil
	}
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		if n := refusals.Add(1); n%4 != 0 { // three refusals before each shard
			return activities.DescribeResult{}, outOfHours()
		}
		return described(10), nil
	}
	env := environment(t, o, "sync-acme")
	begun := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	const night = (15 + 30 + 60) * time.Minute
	if took := env.Now().Sub(begun); failure != nil || took < 10*night || took > 10*night+time.Hour {
		t.Errorf("ten nights of three refusals took %s, want %s; %v", took, 10*night, failure)
	}
}

func TestRefused_atTheStartFails(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		return activities.AuthenticateResult{}, outOfHours()
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure == nil || failure.Type() != string(fault.LoginRefused) || got.Seconds > 60 {
		t.Errorf("a login that never succeeded took %v s: %v", got.Seconds, failure)
	}
}

// A sync whose logins of the hour are spent waits in the workflow, says why, and goes on by itself.
func TestLogins_thatAreSpentAreWaitedFor(t *testing.T) {
	t.Parallel()
	const why = "this source has logged in as often as Longhaul lets it within an hour"
	o, free := new(org), new(atomic.Bool)
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		if !free.Load() {
			return activities.DescribeResult{Partial: true, Spending: activities.Spending{
				Stop: activities.StopThrottled, RetryAfter: 40 * time.Minute, Why: why,
			}}, nil
		}
		return described(10), nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Waiting != why || p.Phase != workflows.PhaseDescribe || p.Until == nil {
			t.Errorf("it is %s and waits for %q until %v", p.Phase, p.Waiting, p.Until)
		}
		free.Store(true)
	}, 20*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds < 39*60 || got.Seconds > 45*60 {
		t.Errorf("it took %v s, %v", got.Seconds, failure)
	}
}

// At the start the wait is the one that was asked for, too.
func TestLogins_thatAreSpentAtTheStart(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 1 {
			return activities.AuthenticateResult{}, temporal.NewApplicationErrorWithOptions("spent", string(fault.Throttled),
				temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{activities.Failure{
					Class: fault.Throttled, System: fault.Salesforce, Message: "spent", RetryAfter: 50 * time.Minute,
				}}})
		}
		return healthy(), nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || o.count("Authenticate") != 2 || got.Seconds < 50*60 || got.Seconds > 52*60 {
		t.Errorf("%d logins in %v s, %v", o.count("Authenticate"), got.Seconds, failure)
	}
}

// After a block every worker logs in anew: the activities say since when a session counts.
func TestBlocked_handsOutThatSessionsOfBeforeAreOver(t *testing.T) {
	t.Parallel()
	o, fixed := new(org), new(atomic.Bool)
	revoked(o, refusal(fault.SessionPolicy, "not for the REST API"), fixed)
	inner, before := o.describe, new(atomic.Int64)
	var resumed time.Time
	env := environment(t, o, "sync-acme")
	o.describe = func(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		switch {
		case !fixed.Load() && !p.Sync.Since.IsZero():
			t.Error("sessions are over before anybody resumed")
		case fixed.Load() && p.Sync.Since.Before(resumed):
			before.Add(1)
		}
		return inner(ctx, p)
	}
	env.RegisterDelayedCallback(func() {
		resumed = env.Now()
		fixed.Store(true)
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil || before.Load() > 0 {
		t.Errorf("%d shards were resumed with sessions of before, %v", before.Load(), failure)
	}
}
