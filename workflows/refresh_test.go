package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/quota"
	"longhaul/workflows"
)

// TestPlan_isToldWhatTheSyncMaySpend has 1,000 calls left below the ceiling, less what listings took, and some kept for the end.
func TestPlan_isToldWhatTheSyncMaySpend(t *testing.T) {
	t.Parallel()
	rights := map[string]bool{"RunReports": true, "ViewSetup": false}
	for name, row := range map[string]struct {
		usage quota.Usage
		now   time.Time // that the plan is to reckon with; zero: the workflow's own
		most  int64
	}{
		"an org that tells":     {told(600), dawn, 1000},
		"nobody tells the time": {quota.Usage{}, time.Time{}, 1 << 61},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.Usage, r.Quota, r.Probe = row.usage, quota.Policy{Ceiling: 80, Share: 100}, 15*time.Minute
				r.Permissions, r.Audit = rights, 30*24*time.Hour
				return r, nil
			}}
			env := environment(t, o, "sync-acme")
			env.SetStartTime(dawn)
			o.plan = func(p activities.PlanParams) (activities.PlanResult, error) {
				now := row.now
				if now.IsZero() {
					now = p.Refresh.Now
				}
				if diff := cmp.Diff(activities.Refresh{Now: now, Audit: 30 * 24 * time.Hour, Permissions: rights}, p.Refresh); diff != "" {
					t.Errorf("the plan gets (-want +got):\n%s", diff)
				}
				if off := p.Refresh.Now.Sub(dawn); off < 0 || off > time.Minute {
					t.Errorf("now is %s", p.Refresh.Now)
				}
				if p.Room > row.most || p.Room < row.most*3/4 {
					t.Errorf("the plan may spend %d calls, want at most %d", p.Room, row.most)
				}
				return activities.PlanResult{Reports: 100, ToDescribe: 80, Audits: 7, Shards: 8, States: activities.States{Reused: 20}}, nil
			}
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Audits != 7 && p.ToDescribe > 0 {
					t.Errorf("the progress has %d audits", p.Audits)
				}
			}, time.Second)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if o.count("Plan") != 1 {
				t.Errorf("%d plans", o.count("Plan"))
			}
		})
	}
}
