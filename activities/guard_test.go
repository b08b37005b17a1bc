package activities_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/guard"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// TestGuard_comparesWithTheSyncThatFits puts a delivered sync and a later trial into the bucket: a sync that delivers is
// compared with the former, one that does not with the latter.
func TestGuard_comparesWithTheSyncThatFits(t *testing.T) {
	t.Parallel()
	const org = "00Dxx0000001gPLEAY"
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for _, record := range []history.Record{
		{Sync: "20261123T180001Z-ab12cd34", Baseline: true, Kinds: map[listing.Kind]int64{listing.Reports: 400}},
		{Sync: "20261123T180002Z-ab12cd34", Kinds: map[listing.Kind]int64{listing.Reports: 200}},
	} {
		record.Source, record.Identity.OrgID = "acme", org
		record.States = map[description.State]int64{description.StateDescribed: record.Kinds[listing.Reports]}
		record.Permissions = map[string]bool{"ViewPublicReports": record.Baseline}
		if err := store.WriteJSON(t.Context(), staging.RecordKey("acme", record.Sync), record); err != nil {
			t.Fatal(err)
		}
	}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	acts := &activities.Activities{Sources: one{&activities.Source{Name: "acme"}}, Store: store}
	env.RegisterActivity(acts)

	lacking := map[string]bool{"ViewPublicReports": false}
	here := description.Identity{OrgID: org}
	for name, row := range map[string]struct {
		params   activities.GuardParams
		want     []warning.Code
		warnings int
	}{
		"a delivery": {
			activities.GuardParams{Identity: here, Permissions: lacking, Kinds: activities.Kinds{Reports: 200}},
			[]warning.Code{guard.ConcernPermissionLost, guard.ConcernShrunkReports},
			0,
		},
		"a delivery that may lack the right": {
			activities.GuardParams{Identity: here, Permissions: lacking, Kinds: activities.Kinds{Reports: 390}, AcceptMissing: []string{"ViewPublicReports"}},
			nil, 0,
		},
		"an extract": {activities.GuardParams{Identity: here, Permissions: lacking, Kinds: activities.Kinds{Reports: 200}, Newest: true}, nil, 0},
		"an extract that finds far less": {
			activities.GuardParams{Identity: here, Permissions: lacking, Kinds: activities.Kinds{Reports: 100}, Newest: true},
			[]warning.Code{guard.ConcernShrunkReports},
			0,
		},
		"an extract of another org": {activities.GuardParams{
			Identity: description.Identity{OrgID: "00Dyy0000001gPLEAY"}, Permissions: lacking, Kinds: activities.Kinds{Reports: 1}, Newest: true,
		}, []warning.Code{guard.ConcernPermissionMissing}, 1},
		"a trial that finds far less": {
			activities.GuardParams{Identity: here, Permissions: lacking, Kinds: activities.Kinds{Reports: 1}, Newest: true, RightsOnly: true}, nil, 0,
		},
		"a trial that lacks another right": {
			activities.GuardParams{
				Identity: here, Permissions: map[string]bool{"RunReports": false}, Kinds: activities.Kinds{Reports: 1}, Newest: true, RightsOnly: true,
			},
			[]warning.Code{guard.ConcernPermissionMissing},
			0,
		},
		"an extract of which far fewer reports have columns": {activities.GuardParams{
			Stage: activities.GuardCoverage, Identity: here, Newest: true, States: activities.States{Described: 100, Denied: 100},
		}, []warning.Code{guard.ConcernCoverageFell}, 0},
	} {
		row.params.Sync = activities.Sync{Source: "acme", ID: "20261124T180002Z-ab12cd34"}
		if row.params.Stage == "" {
			row.params.Stage = activities.GuardInventory
		}
		value, err := env.ExecuteActivity(acts.Guard, row.params)
		var got activities.GuardResult
		if err == nil {
			err = value.Get(&got)
		}
		var codes []warning.Code
		for _, found := range got.Found {
			codes = append(codes, found.Code)
		}
		if diff := cmp.Diff(row.want, codes); diff != "" || err != nil || len(got.Warnings) != row.warnings || len(got.Concerns) != len(got.Found) {
			t.Errorf("%s: %v, warnings %q, codes (-want +got):\n%s", name, err, got.Warnings, diff)
		}
	}
}
