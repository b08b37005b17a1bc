package workflows_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// dawn is when Salesforce's clock begins in these tests.
var dawn = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// told is what Salesforce reports of an org that allows 2,000 calls a day.
func told(used int64) quota.Usage {
	return quota.Usage{Used: used, Max: 2000, At: dawn, Clock: dawn}
}

// later is the same with a clock that has moved.
func later(used int64, after time.Duration) quota.Usage {
	t := told(used)
	t.At, t.Clock = dawn.Add(after), dawn.Add(after)
	return t
}

// spentBut logs in to an org of which others have used that many calls.
func spentBut(used int64) func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
	return func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Usage, r.Quota, r.Probe = told(used), quota.Policy{Ceiling: 80, Share: 100}, 15*time.Minute
		return r, nil
	}
}

func ask(t *testing.T, env *testsuite.TestWorkflowEnvironment) workflows.Progress {
	t.Helper()
	value, err := env.QueryWorkflow(workflows.ProgressQuery)
	var p workflows.Progress
	if err == nil {
		err = value.Get(&p)
	}
	if err != nil {
		t.Error(err)
	}
	return p
}

// TestQuota_reservesNoMoreThanIsAllowed runs 5,000 reports on 2,000 calls a day, of which 1,600 are allowed.
func TestQuota_reservesNoMoreThanIsAllowed(t *testing.T) {
	t.Parallel()
	const allowed = 1600
	used, day, waits := int64(4), time.Duration(0), 0
	o := &org{
		authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			r, _ := spentBut(4)(activities.AuthenticateParams{})
			return r, nil
		},
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 5000, ToDescribe: 5000, Shards: 24}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	done := map[int]int64{} // by shard
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		size := int64(208) // 5,000 reports in 24 shards
		if p.Shard < 5000%24 {
			size++
		}
		n := min(size-done[p.Shard], p.Budget.Calls)
		done[p.Shard] += n
		if used += n; used > allowed {
			t.Errorf("%d calls in a day", used)
		}
		r := described(done[p.Shard])
		r.Calls, r.Usage = n, later(used, day)
		if done[p.Shard] < size {
			r.Partial, r.Stop, r.States = true, activities.StopQuota, activities.States{}
		}
		return r, nil
	}
	o.probe = func(p activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		waits++
		if waits%3 != 0 { // the org's clock stands still for two looks, then a day and an hour pass
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn.Add(day)}}, nil
		}
		day += 25 * time.Hour
		used = 0
		return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn.Add(day)}}, nil
	}
	var waiting workflows.Progress
	env.RegisterDelayedCallback(func() { waiting = ask(t, env) }, 5*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Kept != 5000 {
		t.Fatalf("described %d: %v", got.Kept, failure)
	}
	if waiting.Phase != workflows.PhaseDescribe || !strings.Contains(waiting.Waiting, "API calls") || waiting.Until == nil {
		t.Errorf("while it waited it said %s, %q, until %v", waiting.Phase, waiting.Waiting, waiting.Until)
	}
	if waiting.Quota == nil || waiting.Quota.Max != 2000 || waiting.Quota.Ceiling != 80 {
		t.Errorf("the quota was shown as %+v", waiting.Quota)
	}
	if waits < 9 {
		t.Errorf("%d looks; 5,000 reports at 1,600 a day take three waits", waits)
	}
}

// TestQuota_theTimerSaysWhy reads what stands beside the timer in the UI.
func TestQuota_theTimerSaysWhy(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: spentBut(1990)}
	env := environment(t, o, "sync-acme")
	looks := 0
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if looks++; looks < 4 {
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn}}, nil
		}
		return activities.CheckQuotaResult{Usage: later(100, time.Hour), Calls: 1}, nil
	}
	timers := 0
	(&asked{timer: func(d time.Duration, summary string) {
		if strings.HasPrefix(summary, "the login takes long") || summary == tell.LookSummary {
			return
		}
		timers++
		if d != 15*time.Minute {
			t.Errorf("a timer of %s, want the probe interval", d)
		}
		if !strings.HasPrefix(summary, "waiting, looks again at ") || len(summary) >= 200 ||
			!strings.Contains(summary, "UTC: the org has used 1,990 API calls") || !strings.Contains(summary, "every 15 min (quota.probe)") {
			t.Errorf("the timer says %q", summary)
		}
	}}).listen(env)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Fatalf("got %+v, %v", got, failure)
	}
	if o.count("CheckQuota") != 4 || timers != 4 || got.Seconds < 3600 {
		t.Errorf("%d looks and %d timers in %v s", o.count("CheckQuota"), timers, got.Seconds)
	}
}

func TestQuota_unforetoldRefusalIsWaitedFor(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	refused := 0
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 2 && refused == 0 {
			refused++
			r := activities.DescribeResult{Reports: 4, Partial: true}
			r.Calls, r.Stop, r.Usage = 5, activities.StopQuota, quota.Usage{Clock: dawn, Exhausted: true}
			return r, nil
		}
		if p.Shard == 2 && p.Known != 4 {
			t.Errorf("the shard was started again knowing %d", p.Known)
		}
		return described(10), nil
	}
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if o.count("CheckQuota") < 3 {
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn, Exhausted: true}}, nil
		}
		return activities.CheckQuotaResult{Usage: later(1, time.Hour), Calls: 1}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || o.count("Describe") != 9 {
		t.Errorf("%d describes, %v", o.count("Describe"), failure)
	}
	if got.Kept != 80 {
		t.Errorf("described is %d, want each report once", got.Kept)
	}
}

func TestQuota_canBeSetAtRunTime(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: spentBut(1700)}
	env := environment(t, o, "sync-acme")
	for input, want := range map[string]string{
		`{}`:                          "set-quota needs",
		`{"ceiling":101}`:             "not 101",
		`{"share":0}`:                 "not 0",
		`{"ceiling":100,"share":100}`: "",
	} {
		at := 3 * time.Minute
		if want == "" {
			at = 4 * time.Minute
		}
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflow(workflows.SetQuotaUpdate, input, updated(t, input, want), quotaOf(t, input))
		}, at)
	}
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Waiting == "" {
			t.Error("it did not wait")
		}
	}, 2*time.Minute)
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if took := env.Now().Sub(start); took > 5*time.Minute || o.count("CheckQuota") != 0 {
		t.Errorf("it went on after %s and %d looks, want at once", took, o.count("CheckQuota"))
	}
}

// TestQuota_canBeSetBeforeTheLogin changes it while a sync waits for a login that is put off.
func TestQuota_canBeSetBeforeTheLogin(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 1 {
			return activities.AuthenticateResult{}, refusal(fault.Throttled, "too many logins")
		}
		return spentBut(1700)(p)
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.SetQuotaUpdate, "early", updated(t, "early", ""), quotaOf(t, `{"ceiling":100}`))
	}, time.Minute)
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if took := env.Now().Sub(start); took > time.Hour || o.count("CheckQuota") != 0 {
		t.Errorf("it took %s and %d looks: the change was forgotten", took, o.count("CheckQuota"))
	}
}

// TestQuota_aLookThatIsRefusedBlocks takes the login away while a sync waits for its quota.
func TestQuota_aLookThatIsRefusedBlocks(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: spentBut(1700)}
	env := environment(t, o, "sync-acme")
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if o.count("CheckQuota") == 1 {
			return activities.CheckQuotaResult{}, refusal(fault.LoginRefused, "the client secret is wrong")
		}
		return activities.CheckQuotaResult{Usage: later(10, 2*time.Hour), Calls: 1}, nil
	}
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		if p.Phase != workflows.PhaseBlocked || p.Blocked == nil || p.Blocked.Class != fault.LoginRefused {
			t.Errorf("it says %s, %+v", p.Phase, p.Blocked)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("%+v, %v", got, failure)
	}
}

// TestQuota_aLongWaitContinuesAsNew waits for days: its looks must not fill a history.
func TestQuota_aLongWaitContinuesAsNew(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: spentBut(1990)}
	env := environment(t, o, "sync-acme")
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if o.count("CheckQuota") == 5 {
			suggestContinueAsNew(env)
		}
		return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn}}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	state := decode(t, next).State
	if state == nil || state.Phase != workflows.PhaseEnumerate || state.Quota.Used != 1990 || state.Quota.Max != 2000 {
		t.Errorf("the state is %+v", state)
	}
}
