package question

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/estimate"
	"longhaul/internal/guard"
	"longhaul/internal/history"
	"longhaul/internal/listing"
)

// TestStopsOf_saysWhatKeepsASync compares with the last sync as a sync does.
func TestStopsOf_saysWhatKeepsASync(t *testing.T) {
	t.Parallel()
	lacking := map[string]bool{"RunReports": false, "ViewPublicReports": true}
	held := estimate.Stop{
		Code: "permission_missing", What: `The run-as user lacks the permission "Run Reports", without which no column of a report can be read`,
	}
	fails := held
	fails.Fails = true
	held.Vital = true
	fewer := guard.Input{
		HasLast: true, Last: history.Record{Kinds: map[listing.Kind]int64{listing.Reports: 3000}},
		Kinds: map[listing.Kind]int64{listing.Reports: 485},
	}
	again := fewer
	again.Kinds, again.Permissions, again.Last.Permissions = again.Last.Kinds, lacking, lacking
	for name, row := range map[string]struct {
		in       guard.Input
		delivers bool
		want     []estimate.Stop
	}{
		"nothing":                          {guard.Input{Kinds: map[listing.Kind]int64{listing.Reports: 1}}, true, nil},
		"a first sync without Run Reports": {guard.Input{Kinds: again.Kinds, Permissions: lacking}, true, []estimate.Stop{held}},
		"the last sync lacked it too":      {again, true, []estimate.Stop{fails}},
		"the settings accept it":           {guard.Input{Kinds: again.Kinds, Permissions: lacking, AcceptMissing: []string{"RunReports"}}, true, []estimate.Stop{fails}},
		"fewer reports": {fewer, true, []estimate.Stop{{
			Code: "shrunk_reports", What: "The run-as user sees 485 reports, 2,515 fewer than the 3,000 of the last sync",
		}}},
		"fewer reports, which go nowhere": {fewer, false, nil},
	} {
		if diff := cmp.Diff(row.want, stopsOf(row.in, row.delivers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestKnownOf_looksAtGoneReportsAgain as a sync does that lists them.
func TestKnownOf_looksAtGoneReportsAgain(t *testing.T) {
	t.Parallel()
	got := knownOf(history.Record{Sync: "s", States: map[description.State]int64{
		description.StateReused: 2964, description.StateDenied: 6, description.StateFailed: 2, description.StateGone: 3,
		description.StateObsolete: 9, description.StateUnsupported: 6,
	}})
	if want := (estimate.Known{Sync: "s", Again: 11, Without: 15}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestUnlike_saysInWordsWhyNothingIsReused changes one field of an identity after the other.
func TestUnlike_saysInWordsWhyNothingIsReused(t *testing.T) {
	t.Parallel()
	now := description.Identity{OrgID: "00D", UserID: "005", Locale: "en_US", APIVersion: "59.0", Format: description.Format}
	for want, change := range map[string]func(*description.Identity){
		"": func(*description.Identity) {},
		"the org is another than in the last sync, so every report is described again; a sync that delivers holds until somebody approves that": func(
			i *description.Identity,
		) {
			i.OrgID = "00E"
		},
		"the API version is another than in the last sync, so every report is described again": func(i *description.Identity) { i.APIVersion = "58.0" },
		"the run-as user is another than in the last sync, so every report is described again": func(i *description.Identity) { i.UserID = "006" },
		"the run-as user's language is another than in the last sync, so every report is described again": func(i *description.Identity) {
			i.Locale = "de"
		},
	} {
		last := now
		if change(&last); unlike(last, now) != want {
			t.Errorf("got %q, want %q", unlike(last, now), want)
		}
	}
}

// TestChanges_countPrivateReportsToo asks what changed of all that is listed.
func TestChanges_countPrivateReportsToo(t *testing.T) {
	t.Parallel()
	for _, private := range []bool{false, true} {
		listed := listing.Reports.Passes(private)
		asked := changes(time.Date(2026, 11, 24, 13, 0, 0, 0, time.FixedZone("CET", 3600)), private)
		for i := range listed {
			listed[i].Where += " AND LastModifiedDate >= 2026-11-24T12:00:00Z"
		}
		if diff := cmp.Diff(listed, asked); diff != "" {
			t.Errorf("private: %t (-want +got):\n%s", private, diff)
		}
	}
}
