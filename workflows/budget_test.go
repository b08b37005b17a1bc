package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// TestBudget_countsWhatAKilledAttemptMayHaveSpent has a shard whose worker dies: nobody knows more of its calls than its last
// heartbeat reported, and no less may count against the quota. People are shown no more than what is certain.
func TestBudget_countsWhatAKilledAttemptMayHaveSpent(t *testing.T) {
	t.Parallel()
	const reserved = 80 + 80/4 + 32 // for 80 reports
	for name, row := range map[string]struct {
		beats []any
		want  int64
		shown int64
	}{
		"what it reported":                    {[]any{activities.Beat{Calls: 70, Bound: 60}}, 70, 70},
		"what was on its way":                 {[]any{activities.Beat{Calls: 50, Bound: 60}}, 60, 50},
		"no more than it was allowed":         {[]any{activities.Beat{Calls: 500, Bound: 600}}, reserved, reserved},
		"all it was allowed, before any beat": {nil, reserved, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{
				authenticate: spentBut(100),
				plan: func(activities.PlanParams) (activities.PlanResult, error) {
					return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 1}, nil
				},
				describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
					return activities.DescribeResult{}, temporal.NewHeartbeatTimeoutError(row.beats...)
				},
			}
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure == nil || got.APICalls != 4+5+row.shown {
				t.Errorf("%d calls, want the login's, the listings' and %d: %v", got.APICalls, row.shown, failure)
			}
			if q := ask(t, env).Quota; q == nil || q.Used != 100+5+row.want || q.Reserved != 0 {
				t.Errorf("the quota is %+v, want %d of it used and none reserved", q, 100+5+row.want)
			}
		})
	}
}

// TestBudget_asksForUsageWhereAnswersAreSilent has an org whose other users come near the ceiling while no answer reports it.
func TestBudget_asksForUsageWhereAnswersAreSilent(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]bool{"silent answers": true, "answers that tell": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{
				authenticate: spentBut(4),
				plan: func(activities.PlanParams) (activities.PlanResult, error) {
					return activities.PlanResult{Reports: 600, ToDescribe: 600, Shards: 24}, nil
				},
				describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
					r := described(25)
					if !silent {
						r.Usage = told(700)
					}
					return r, nil
				},
			}
			env := environment(t, o, "sync-acme")
			var looks []activities.CheckQuotaParams
			o.probe = func(p activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
				if looks = append(looks, p); len(looks) == 1 {
					if n := o.count("Describe"); n == 24 {
						t.Error("usage was asked for after the last shard")
					}
					return activities.CheckQuotaResult{Usage: told(1990), Calls: 1}, nil
				}
				return activities.CheckQuotaResult{Usage: later(100, time.Hour), Calls: 1}, nil
			}
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Kept != 600 {
				t.Fatalf("described %d: %v", got.Kept, failure)
			}
			switch {
			case !silent && len(looks) != 0:
				t.Errorf("%d calls were spent on what every answer reported", len(looks))
			case silent && (len(looks) < 2 || !looks[0].Must || looks[1].Must):
				t.Errorf("the looks were %+v, want one that must ask, and after the wait one that need not", looks)
			case silent && got.Seconds < 60:
				t.Errorf("it went on after %v s, though the org was at its ceiling", got.Seconds)
			}
		})
	}
}

// TestBudget_aLookThatMayNotLogInWaitsWhereItIsSeen spends the logins of the hour before usage must be asked for.
func TestBudget_aLookThatMayNotLogInWaitsWhereItIsSeen(t *testing.T) {
	t.Parallel()
	o := &org{
		authenticate: spentBut(4),
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 600, ToDescribe: 600, Shards: 24}, nil
		},
		describe: func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
			return described(25), nil
		},
	}
	looks := 0
	o.probe = func(p activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if looks++; p.Must && looks == 1 {
			return activities.CheckQuotaResult{RetryAfter: 40 * time.Minute, Why: "the logins of this hour are spent"}, nil
		}
		return activities.CheckQuotaResult{Usage: told(100), Calls: 1}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Waiting != "the logins of this hour are spent" || p.Until == nil {
			t.Errorf("it waits for %q until %v", p.Waiting, p.Until)
		}
	}, 5*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Kept != 600 || got.Seconds < 40*60 {
		t.Fatalf("described %d in %v s: %v", got.Kept, got.Seconds, failure)
	}
	if looks < 2 {
		t.Errorf("it looked %d times, want once more after the wait", looks)
	}
}

// TestBudget_aPauseEndsTheWait pauses a sync that waits for its quota: it looks no more until it is resumed.
func TestBudget_aPauseEndsTheWait(t *testing.T) {
	t.Parallel()
	o := &org{
		authenticate: spentBut(1990),
		probe: func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
			return activities.CheckQuotaResult{Usage: later(100, 5*time.Hour), Calls: 1}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); !strings.Contains(p.Waiting, "API calls") {
			t.Errorf("it waits for %q", p.Waiting)
		}
		env.SignalWorkflow(workflows.PauseSignal, nil)
	}, 5*time.Minute)
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhasePaused || o.count("CheckQuota") != 0 {
			t.Errorf("a paused sync says %s, %q, and looked %d times", p.Phase, p.Waiting, o.count("CheckQuota"))
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, 4*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Kept != 80 || got.Seconds < 4*3600 {
		t.Errorf("described %d in %v s: %v", got.Kept, got.Seconds, failure)
	}
}

// TestBudget_aPauseReachesALook pauses a sync whose look for calls finds Salesforce away, and is tried again without end.
func TestBudget_aPauseReachesALook(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: spentBut(1990)}
	env := environment(t, o, "sync-acme")
	away := true
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if !away {
			return activities.CheckQuotaResult{Usage: later(100, 5*time.Hour), Calls: 1}, nil
		}
		if o.count("CheckQuota") == 3 {
			env.SignalWorkflow(workflows.PauseSignal, nil)
		}
		return activities.CheckQuotaResult{}, temporal.NewApplicationError("Salesforce is away", string(fault.Transient))
	}
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhasePaused || o.count("CheckQuota") != 3 {
			t.Errorf("after %d tries it is %s, %q", o.count("CheckQuota"), p.Phase, p.Waiting)
		}
		away = false
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, 2*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Kept != 80 {
		t.Errorf("described %d: %v", got.Kept, failure)
	}
}
