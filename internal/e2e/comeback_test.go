package e2e_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestChurn_whatComesBackMeanwhileHasNotVanished deletes reports and dashboards before a sync lists, and takes some of
// them out of the recycle bin while it describes: they are in its files, and only the others count as vanished.
func TestChurn_whatComesBackMeanwhileHasNotVanished(t *testing.T) {
	t.Parallel()
	const reports = 300
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	before := audit(t, p.store, p.sync(t))
	known := slices.DeleteFunc(slices.Sorted(maps.Keys(before["report"])), func(id string) bool { return before["report"][id].State != "described" })
	gone := p.churn(t, server.Churn{Delete: server.Picks{IDs: known[:2]}}).Deleted
	boards := p.churn(t, server.Churn{Object: "Dashboard", Delete: server.Picks{Number: 2}}).Deleted

	start := described(p.sim)
	r := p.begin(t, map[string]any{"mode": "full"})
	eventually(t, time.Minute, func() bool { return described(p.sim) >= start+reports/3 })
	p.churn(t, server.Churn{Restore: server.Picks{IDs: gone[:1]}})
	p.churn(t, server.Churn{Object: "Dashboard", Restore: server.Picks{IDs: boards[:1]}})
	result := r.result(t)
	lines, files := audit(t, p.store, result), readExtract(t, p.store, result)
	if result.Outcome != workflows.OutcomeComplete || !result.Uploaded || result.Vanished.Reports != 1 || result.Vanished.Dashboards != 1 {
		t.Errorf("outcome %s, %+v vanished", result.Outcome, result.Vanished)
	}
	if back := lines["report"][gone[0]].State; back != "described" || files["reports_metadata"][gone[0]] == nil {
		t.Errorf("the report that came back is %q", back)
	}
	if files["dashboards"][boards[0]] == nil {
		t.Error("the dashboard that came back is not in the files")
	}
}
