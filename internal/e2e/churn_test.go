package e2e_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/server"
)

// TestChurn_theFilesAreTheOrgAsItIsInTheEnd lets people work while a sync describes, and compares its files with those of
// a whole sync afterwards. What is deleted after it was listed and described is the one thing that only the next sync finds.
func TestChurn_theFilesAreTheOrgAsItIsInTheEnd(t *testing.T) {
	t.Parallel()
	const reports = 400
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= reports/3 })
	changed := p.churn(t, server.Churn{
		Create: 6, Rename: server.Picks{Number: 7}, Move: server.Picks{Number: 5},
		Delete: server.Picks{Number: 11}, // not a multiple of the shards: where each begins, all is described early
	})
	onDashboards := p.churn(t, server.Churn{
		Object: "Dashboard", Create: 2, Rename: server.Picks{Number: 3}, Move: server.Picks{Number: 2}, Delete: server.Picks{Number: 2},
	})
	result := r.result(t)
	lines, files := audit(t, p.store, result), readExtract(t, p.store, result)
	for _, id := range changed.Created {
		if lines["report"][id].State != "described" || files["reports_metadata"][id] == nil {
			t.Errorf("report %s was created meanwhile, and is %q", id, lines["report"][id].State)
		}
	}
	late := 0
	for _, id := range changed.Deleted {
		switch lines["report"][id].State {
		case "gone":
		case "described", "unsupported", "obsolete": // before it was deleted: the next sync finds that
			late++
			delete(files["reports"], id)
			delete(files["reports_metadata"], id)
		default:
			t.Errorf("report %s was deleted meanwhile, and is %q", id, lines["report"][id].State)
		}
	}
	if late == len(changed.Deleted) {
		t.Error("all that were deleted had been described before, so the test shows nothing")
	}
	for _, id := range onDashboards.Deleted { // no describe shows it: the next sync finds that too
		delete(files["dashboards"], id)
	}
	if len(changed.Created) != 6 || len(changed.Renamed) != 7 || len(changed.Moved) != 5 || len(changed.Deleted) != 11 ||
		len(onDashboards.Deleted) != 2 {
		t.Errorf("the org changed by %+v and %+v", changed, onDashboards)
	}

	whole := p.sync(t, map[string]any{"mode": "full"})
	if diff := cmp.Diff(readExtract(t, p.store, whole), files); diff != "" {
		t.Errorf("the files are not the org as it is in the end (-org +files):\n%s", diff)
	}
}

// TestChurn_whatAListingLeavesOutIsLookedUp hides reports from every listing, though they are there.
func TestChurn_whatAListingLeavesOutIsLookedUp(t *testing.T) {
	t.Parallel()
	p, first := guarded(t, nil)
	before := readExtract(t, p.store, first)
	hidden := p.churn(t, server.Churn{Hide: server.Picks{Number: 5}}).Hidden
	second := p.sync(t)
	lines := audit(t, p.store, second)
	for _, id := range hidden {
		if is := lines["report"][id].State; is == "gone" || is == "" {
			t.Errorf("report %s was hidden from the listings, and is %q", id, is)
		}
	}
	if diff := cmp.Diff(before, readExtract(t, p.store, second)); diff != "" {
		t.Errorf("the files differ from those before (-before +now):\n%s", diff)
	}
	if second.Vanished.Reports != 0 || second.Kinds != first.Kinds {
		t.Errorf("%d reports vanished, %+v are left of %+v", second.Vanished.Reports, second.Kinds, first.Kinds)
	}
}
