package question

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/listing"
)

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
