package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// usedToday are calls of earlier syncs, an hour before Salesforce's clock begins in these tests.
func usedToday(calls int64) []quota.Hour {
	return []quota.Hour{{Hour: dawn.Unix()/3600 - 1, Calls: calls}}
}

// sharing logs in to an org that allows a source 500 of 2,000 calls a day, in a run, after calls of earlier syncs.
func sharing(run string, hours []quota.Hour) func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
	return func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Usage, r.Quota, r.Probe = told(600), quota.Policy{Ceiling: 80, Share: 25}, time.Hour
		r.Used = activities.SourceUsage{Run: run, Hours: hours}
		return r, nil
	}
}

// frugal is an org that counts the calls of describes until a look at its clock finds that the day is over.
func frugal(o *org, most int64, t *testing.T) {
	days, spent := 0, int64(0)
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		n := min(20, p.Budget.Calls)
		if spent += n; spent > most && days == 0 {
			t.Errorf("%d calls for describes in a day in which the share leaves %d", spent, most)
		}
		r := described(10)
		if r.Calls = n; n < 20 {
			r.Partial, r.Stop, r.States = true, activities.StopQuota, activities.States{}
		}
		return r, nil
	}
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		days++
		return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn.Add(time.Duration(days) * 26 * time.Hour)}}, nil
	}
}

// TestUsage_ofEarlierSyncsCountsAgainstTheShare begins a sync after others of the day have used most of the share.
func TestUsage_ofEarlierSyncsCountsAgainstTheShare(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: sharing("", usedToday(400))}
	frugal(o, 500-400-4-5, t)
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); !strings.HasPrefix(p.Waiting, "this source has used its share of the org's API calls (500 of 500") {
			t.Errorf("it waits for %q", p.Waiting)
		}
	}, 10*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || o.count("CheckQuota") == 0 {
		t.Errorf("got %+v after %d looks, %v", got, o.count("CheckQuota"), failure)
	}
	if got.APICalls > 400 {
		t.Errorf("the result says %d calls, and those of earlier syncs are not its own", got.APICalls)
	}
}

// TestUsage_isSummedAfterAReset has a login that an earlier run made, which made more calls after it.
func TestUsage_isSummedAfterAReset(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: sharing("the run before", nil)}
	frugal(o, 500-400-5, t)
	o.sumUsage = func(p activities.SumUsageParams) (activities.SourceUsage, error) {
		if n := o.count("Enumerate"); n > 0 || p.Clock.Sub(dawn).Abs() > time.Minute || p.Sync.Bucket != "b1" {
			t.Errorf("after %d listings it is asked for the calls of %+v", n, p)
		}
		return activities.SourceUsage{
			Run: "default-test-run-id", Hours: usedToday(400), Warnings: []warning.Warning{warning.New(warning.UsageUnreadable, warning.Params{"count": "1"})},
		}, nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || o.count("SumUsage") != 1 {
		t.Errorf("got %+v after %d sums, %v", got, o.count("SumUsage"), failure)
	}
	if len(got.Warnings) != 1 {
		t.Errorf("the warnings are %q", got.Warnings)
	}
}

// TestUsage_aLoginWaitsForTheShare has no room for a login until an operator grants more.
func TestUsage_aLoginWaitsForTheShare(t *testing.T) {
	t.Parallel()
	const why = "this source has used its share of the org's API calls (500 of 500 in 24 hours)"
	back := time.Date(2031, 11, 30, 8, 0, 0, 0, time.UTC)
	o := new(org)
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if p.Quota.Share == 50 && p.Quota.Ceiling == 0 {
			return sharing("", usedToday(500))(p)
		}
		return activities.AuthenticateResult{}, temporal.NewApplicationErrorWithOptions(why, string(fault.QuotaExhausted),
			temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{activities.Failure{
				Class: fault.QuotaExhausted, System: fault.Longhaul, Message: why, RetryAfter: 40 * time.Minute,
				Until: back, Spent: new(activities.Spending), Wider: quota.Policy{Share: 50},
			}}})
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Waiting != why || p.Until == nil || o.count("Authenticate") != 2 {
			t.Errorf("after %d logins it waits for %q until %v", o.count("Authenticate"), p.Waiting, p.Until)
		} else if !p.Until.Equal(back) || !strings.Contains(p.Do, "`longhaul set-quota acme --share 50`") {
			t.Errorf("it waits until %v, want %v, when the first calls come back; to do: %q", p.Until, back, p.Do)
		}
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, workflows.SetQuotaUpdate, ""), map[string]int{"share": 50})
	}, 50*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || got.Seconds > 55*60 {
		t.Errorf("got %+v, %v", got, failure)
	}
}
