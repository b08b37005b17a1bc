package e2e_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// plan asks what syncs of source acme take, as `temporal workflow start --type PlanSource` does.
func (w works) plan(t *testing.T) (plan estimate.Plan) {
	t.Helper()
	run, err := w.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: question.PlanID("acme"), TaskQueue: workflows.TaskQueue, WorkflowRunTimeout: question.Longest,
	}, question.PlanSourceType)
	if err == nil {
		err = run.Get(t.Context(), &plan)
	}
	if err != nil {
		t.Fatalf("the plan failed: %v", err)
	}
	return plan
}

// isPlanned makes sure that the page's last command has shown a plan, to people or as JSON.
func (o *operator) isPlanned(t *testing.T) {
	t.Helper()
	if !strings.Contains(o.shown, "A first sync describes") && !strings.Contains(o.shown, "share_for_48h") {
		t.Errorf("no plan is in:\n%s", o.shown)
	}
}

// near checks that what a plan said is within a part of what a sync took.
func near(t *testing.T, what string, said, took int64, percent int64) {
	t.Helper()
	t.Logf("%s: said %d, took %d", what, said, took)
	if off := said - took; 100*max(off, -off) > percent*took {
		t.Errorf("%s: said %d, took %d", what, said, took)
	}
}

// TestPlan_ofAFirstSyncAndARefresh asks before a first sync that waits for days, and before a refresh.
func TestPlan_ofAFirstSyncAndARefresh(t *testing.T) {
	t.Parallel()
	b := budget{reports: 300, daily: 150}
	p := newPlant(t, server.Options{Org: openOrg(b.reports), DailyLimit: b.daily}, thrifty)
	plan := p.plan(t)
	before := requests(p.sim.Stats())
	if plan.Calls != int64(before) || plan.Calls > 13 {
		t.Errorf("it says that it took %d calls, and took %d", plan.Calls, before)
	}
	if plan.Kinds[listing.Reports] != int64(b.reports) || plan.First.Describes != int64(b.reports) || plan.Reused.Sync != "" {
		t.Errorf("the plan is %+v", plan)
	}
	if plan.Quota == nil || plan.Quota.Max != int64(b.daily) || plan.Quota.Ours != plan.Calls || plan.Quota.Others != 0 {
		t.Errorf("the quota is %+v", plan.Quota)
	}
	if plan.Share != nil || len(plan.First.Days) < 3 || plan.First.Waits*10 < *plan.First.Seconds*9 {
		t.Errorf("no share helps, and it waits nearly always: share %v, %+v", plan.Share, plan.First.Days)
	}
	r := p.begin(t)
	hours := r.days(t, p.sim)
	first := r.result(t)
	near(t, "calls of the first sync", plan.First.Calls, first.APICalls, 10)
	if said := int(*plan.First.Seconds / 3600); hours < said-hoursAtATime { // this machine's clock does not leap with the org's, so more come
		t.Errorf("said %d hours, took %d", said, hours)
	}

	p.sim.Advance(48 * time.Hour)
	if _, err := p.sim.Churn(server.Churn{Create: 5, Rename: server.Picks{Number: 10}}); err != nil {
		t.Fatal(err)
	}
	p.sim.Advance(time.Minute)
	again := p.plan(t)
	tried := first.States.Gaps() + first.States.Gone
	if again.Reused.Changed != 15 || again.Reused.Again != tried || again.Reused.Sync != first.Sync {
		t.Errorf("what is reused is %+v", again.Reused)
	}
	refresh := p.sync(t)
	near(t, "calls of the refresh", again.Refresh.Calls, refresh.APICalls, 10)
	if again.Refresh.Describes != 15+tried {
		t.Errorf("a refresh describes %d", again.Refresh.Describes)
	}
	without := refresh.States.Obsolete + refresh.States.Unsupported
	if again.Reused.Reports != refresh.States.Reused || again.Reused.Without != without {
		t.Errorf("the plan reuses %+v, the sync %+v", again.Reused, refresh.States)
	}
}

// TestPlan_saysWhatItDoesNotKnow has an org that does not tell how many API calls it allows.
func TestPlan_saysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(40), NoLimitInfo: true, Revoked: []string{"ViewSetup"}}, thrifty)
	plan := p.plan(t)
	unknown := strings.Join(plan.Unknown, "\n")
	const says = "it is not known how many API calls the org allows"
	if plan.Quota != nil || plan.First.Ends != nil || plan.First.Calls < 40 || !strings.Contains(unknown, says) {
		t.Errorf("the plan is %+v", plan)
	}
}

// TestPlan_saysThatASyncWouldBeHeld has a run-as user without Run Reports, whose describes are refused at once.
func TestPlan_saysThatASyncWouldBeHeld(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(40), Revoked: []string{"RunReports"}}, thrifty)
	plan := p.plan(t)
	if len(plan.Stops) != 1 || plan.Stops[0].Fails || !strings.Contains(plan.Stops[0].What, `lacks the permission "Run Reports"`) {
		t.Errorf("a sync would be stopped by %+v", plan.Stops)
	}
	if plan.Pace.Describes != 0 || plan.Pace.Seconds != 1 {
		t.Errorf("the pace is %+v, of describes that are refused", plan.Pace)
	}
}

// TestPlan_withoutACall has a share that a first sync has nearly used up.
func TestPlan_withoutACall(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(40), DailyLimit: 1000}, func(s *source.Source) {
		s.Quota = source.Quota{Ceiling: 80, Share: 7, Probe: time.Minute}
	})
	first := p.sync(t)
	before := requests(p.sim.Stats())
	plan := p.plan(t)
	if used := requests(p.sim.Stats()) - before; used != 0 || plan.Calls != 0 {
		t.Errorf("it says that it took %d calls, and took %d", plan.Calls, used)
	}
	if from := plan.Unasked; from == nil || from.Sync != first.Sync || !strings.Contains(from.Why, "this source has used its share") {
		t.Errorf("the plan is %+v", plan)
	}
	if plan.Kinds[listing.Reports] != 40 || plan.First.Describes != 40 || plan.Quota == nil || plan.Quota.Max != 1000 || plan.Quota.Ours < 50 {
		t.Errorf("the plan is %+v, the quota %+v", plan, plan.Quota)
	}
	if s := plan.First.Seconds; s == nil || *s < 23*3600 || plan.First.Waits < 22*3600 {
		t.Errorf("a full sync takes %+v", plan.First)
	}
}

// TestPlan_leavesTheShareToSyncs asks again where the share leaves too few calls to ask.
func TestPlan_leavesTheShareToSyncs(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(40), DailyLimit: 1000}, func(s *source.Source) {
		s.Quota = source.Quota{Ceiling: 80, Share: 3, Probe: time.Minute}
	})
	first := p.plan(t)
	if first.Quota == nil || first.Quota.Ours != first.Calls {
		t.Errorf("the quota is %+v after %d calls", first.Quota, first.Calls)
	}
	_, err := control.Plan(t.Context(), p.client, "acme")
	if !fault.Is(err, fault.QuotaExhausted) || !strings.Contains(fault.Sentence(err), "this source has used its share of the org's API calls") {
		t.Errorf("a second plan ends with %v", err)
	}
	if used := p.sim.Stats().PeakByUs; int64(used) != first.Calls {
		t.Errorf("%d calls were made, of which the plan says %d", used, first.Calls)
	}
}

// TestPlan_countsPrivateReportsOnce reads others' private folders too. What the run-as user has in its own is in two counts of Salesforce.
func TestPlan_countsPrivateReportsOnce(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 500, Columns: 1}, func(s *source.Source) { s.Scope.Private = true })
	plan, first := p.plan(t), p.sync(t)
	if plan.Kinds[listing.Reports] != first.Kinds.Reports || plan.Kinds[listing.Dashboards] != first.Kinds.Dashboards {
		t.Errorf("the plan counts %v, the sync %+v", plan.Kinds, first.Kinds)
	}
	p.sim.Advance(time.Hour)
	changed, err := p.sim.Churn(server.Churn{Rename: server.Picks{Number: 500}})
	if err != nil {
		t.Fatal(err)
	}
	p.sim.Advance(time.Minute)
	again := p.plan(t)
	if len(again.Stops) > 0 || again.Kinds[listing.Reports] != first.Kinds.Reports || again.Reused.Changed != int64(len(changed.Renamed)) {
		t.Errorf("stops %v, %v, %d changed in place of %d", again.Stops, again.Kinds, again.Reused.Changed, len(changed.Renamed))
	}
}

// TestPlan_ofASpentOrgSaysWhenToAskAgain has an org that refuses every call for the day.
func TestPlan_ofASpentOrgSaysWhenToAskAgain(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "api_total_requests"}}}, thrifty)
	_, err := control.Plan(t.Context(), p.client, "acme")
	if !fault.Is(err, fault.QuotaExhausted) || !strings.Contains(err.Error(), "ask again in an hour") || strings.Contains(err.Error(), "the sync") {
		t.Errorf("it says %v", err)
	}
}

// TestPlan_saysThatTheOrgHasMore has a run-as user who sees a part of the reports, and an org that counts its records.
func TestPlan_saysThatTheOrgHasMore(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 300, CountsReports: true, Revoked: []string{"ViewPublicReports"}}, thrifty)
	plan := p.plan(t)
	if plan.Hidden == nil || plan.Hidden.Reports <= plan.First.Describes || len(plan.Hidden.Permissions) != 1 ||
		!strings.Contains(plan.Unknown[0], plan.Hidden.Words()) {
		t.Errorf("hidden is %+v, unknown %q", plan.Hidden, plan.Unknown)
	}
}
