package workflows_test

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/workflows"
)

func TestSyncSource_dividesTheRequestsInFlight(t *testing.T) {
	t.Parallel()
	var inFlight, most atomic.Int64
	o := &org{
		authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			r := healthy()
			r.MaxInFlight = 50
			return r, nil
		},
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 5000, ToDescribe: 5000, Shards: 24}, nil
		},
		describe: func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
			now := inFlight.Add(int64(p.Share))
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			if last := p.Shard == 23; p.Last != last {
				return activities.DescribeResult{}, fmt.Errorf("shard %d: last is %v", p.Shard, p.Last)
			}
			defer inFlight.Add(-int64(p.Share))
			return activities.DescribeResult{}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if most.Load() > 50 {
		t.Errorf("%d requests in flight were granted, want at most 50", most.Load())
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
	if failure != nil || got.Kept != 80 || o.count("Describe") != 24 || got.APICalls != 4+5+80+4 {
		t.Errorf("described %d in %d runs with %d calls: %v", got.Kept, o.count("Describe"), got.APICalls, failure)
	}
}

// TestSlice_ofASlowOrgCostsFewEvents wants a run of a shard to end once a minute, however many shards run at once, and within two
// minutes as long as no run has told the pace.
func TestSlice_ofASlowOrgCostsFewEvents(t *testing.T) {
	t.Parallel()
	for places, want := range map[int]time.Duration{1: 2 * time.Minute, 8: 8 * time.Minute, 64: 10 * time.Minute} {
		t.Run(fmt.Sprint(places), func(t *testing.T) {
			t.Parallel()
			o := &org{describes: 2 * time.Minute}
			o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.MaxInFlight, r.MaxShards = 64, places
				return r, nil
			}
			o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
				return activities.PlanResult{Reports: 1280, ToDescribe: 1280, Shards: 128}, nil
			}
			env := environment(t, o, "sync-acme")
			var begun []time.Duration
			o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
				o.mu.Lock()
				defer o.mu.Unlock()
				begun = append(begun, p.Slice)
				return described(10), nil
			}
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if _, failure := resultOf(t, env); failure != nil {
				t.Fatal(failure)
			}
			first, last := begun[0], begun[len(begun)-1]
			if first != 2*time.Minute || last != want {
				t.Errorf("the first slice is %s and a later one %s, want 2m and %s", first, last, want)
			}
		})
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
		3: {Reports: 4, Partial: true, Throttled: true, Spending: activities.Spending{Calls: 4, Stop: activities.StopSlice}},
	}
	type given struct{ doubt, pressed bool }
	want := map[int]given{0: {}, 1: {doubt: true}, 2: {doubt: true}, 3: {pressed: true}}
	runs, got := map[int]int{}, map[int]given{}
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
			got[p.Shard] = given{p.StartOpen, p.Throttled}
		}
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if !maps.Equal(got, want) {
		t.Errorf("given %+v, want %+v", got, want)
	}
}

func TestThrottled_aListingSleepsToo(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	var refused atomic.Bool
	o.enumerate = func(p activities.EnumerateParams) (activities.EnumerateResult, error) {
		r := activities.EnumerateResult{Count: 100, Spending: activities.Spending{Calls: 1}}
		if p.Kind == listing.Reports && refused.CompareAndSwap(false, true) {
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
	if failure != nil || got.Kept != 80 || got.Seconds < 2400 {
		t.Errorf("described %d in %v s: %v", got.Kept, got.Seconds, failure)
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
	if failure != nil || got.Kept != 80 || got.Seconds > 180 {
		t.Errorf("described %d in %v s: %v", got.Kept, got.Seconds, failure)
	}
}

// described is what a shard brings of n reports, all of them described, at a call each.
func described(n int64) activities.DescribeResult {
	return activities.DescribeResult{Reports: n, States: activities.States{Described: n}, Spending: activities.Spending{Calls: n}}
}
