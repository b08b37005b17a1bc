package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// TestCatchUp_listsSinceTheSyncBeganWhateverTheClockSaid has the login tell a time that lies a day ahead, as that of a proxy.
func TestCatchUp_listsSinceTheSyncBeganWhateverTheClockSaid(t *testing.T) {
	t.Parallel()
	for name, began := range map[string]time.Time{
		"a clock that agrees":                dawn.Add(-time.Minute),
		"a clock that lies a day ahead":      dawn.Add(-25 * time.Hour),
		"a clock that lies two hours behind": dawn.Add(2 * time.Hour),
	} {
		o := &org{authenticate: spentBut(10)}
		env := environment(t, o, "sync-acme")
		env.SetStartTime(began)
		o.catchUp = func(p activities.CatchUpParams) (activities.CatchUpResult, error) {
			if latest := began.Add(-4 * time.Minute); p.Since.After(latest) && name != "a clock that agrees" || p.Since.After(dawn) {
				t.Errorf("%s: changes are listed since %s, and the sync began at %s", name, p.Since, began)
			}
			return activities.CatchUpResult{}, nil
		}
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if _, failure := resultOf(t, env); failure != nil || o.count("CatchUp") != 1 {
			t.Errorf("%s: %d listings, %v", name, o.count("CatchUp"), failure)
		}
	}
}

func TestCatchUp_describesWhatChangedAndWhatWasPutOff(t *testing.T) {
	t.Parallel()
	o := &org{
		authenticate: spentBut(10),
		replan: func(p activities.ReplanParams) (activities.ReplanResult, error) {
			if p.Shards != 8 {
				t.Errorf("the first round had %d shards", p.Shards)
			}
			return activities.ReplanResult{ToDescribe: 6, Shards: 2, Changed: 4, Added: 4, Deferred: 2}, nil
		},
		catchUp: func(p activities.CatchUpParams) (activities.CatchUpResult, error) {
			if want := dawn.Add(-5 * time.Minute); !p.Since.Equal(want) {
				t.Errorf("changes are listed since %s, want five minutes before Salesforce's clock at the start", p.Since)
			}
			return activities.CatchUpResult{
				Kinds: activities.Kinds{Reports: 104}, Changed: activities.Kinds{Reports: 4}, Spending: activities.Spending{Calls: 5},
			}, nil
		},
		missing: func(activities.LookUpMissingParams) (activities.LookUpMissingResult, error) {
			return activities.LookUpMissingResult{
				Found: activities.Kinds{Reports: 2}, Gone: activities.Kinds{Reports: 3}, Spending: activities.Spending{Calls: 1},
			}, nil
		},
		settle: func() (activities.MergeDescriptionsResult, error) { // one of the three came back meanwhile
			return activities.MergeDescriptionsResult{States: activities.States{Described: 104}, Vanished: activities.Kinds{Reports: 2}, Unaudited: 7}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	env.SetStartTime(dawn)
	second := map[int]bool{}
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if second[p.Shard] = p.LastRound; p.LastRound {
			return described(3), nil
		}
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil {
		t.Fatal(failure)
	}
	for shard := range 10 {
		if last, ran := second[shard]; !ran || last != (shard >= 8) {
			t.Errorf("shard %d: ran %v, in the last round %v", shard, ran, last)
		}
	}
	wanted := warning.New(warning.AuditsFailed, warning.Params{"count": "7"})
	if !slices.ContainsFunc(got.Warnings, func(w warning.Shown) bool { return w.Equal(wanted) }) {
		t.Errorf("it warns of %+v", got.Warnings)
	}
	if got.Kinds.Reports != 104 || got.Vanished.Reports != 2 || got.Kept != 84 {
		t.Errorf("got %+v", got)
	}
}

func TestCatchUp_onlyWhatWasPutOffIsEnoughForASecondRound(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ deferred, again int64 }{"nothing": {0, 0}, "some reports": {1, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{replan: func(activities.ReplanParams) (activities.ReplanResult, error) {
				return activities.ReplanResult{ToDescribe: 8, Shards: 1, Deferred: 8}, nil
			}}
			env := environment(t, o, "sync-acme")
			o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
				r := described(10)
				r.Deferred = row.deferred
				return r, nil
			}
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if _, failure := resultOf(t, env); failure != nil || int64(o.count("Replan")) != row.again || int64(o.count("Describe")) != 8+row.again {
				t.Errorf("planned again %d times, %d shards ran: %v", o.count("Replan"), o.count("Describe"), failure)
			}
		})
	}
}
