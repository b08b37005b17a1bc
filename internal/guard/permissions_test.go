package guard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/warning"
)

// lacks are the permissions of a user who lacks some of those that decide.
func lacks(names ...string) map[string]bool {
	rights := map[string]bool{
		"RunReports": true, "ViewPublicReports": true, "ViewPublicDashboards": true, "ManagePvtRptsAndDashbds": true, "ViewAllUsers": true,
	}
	for _, name := range names {
		rights[name] = false
	}
	return rights
}

func TestPermissions_asksAFirstSyncAboutEachRightThatDecides(t *testing.T) {
	t.Parallel()
	for name, label := range map[string]string{
		"RunReports": "Run Reports", "ViewPublicReports": "View Reports in Public Folders",
		"ViewPublicDashboards": "View Dashboards in Public Folders", "ManagePvtRptsAndDashbds": "Manage All Private Reports and Dashboards",
	} {
		in := Input{Identity: orgtest.Me, Kinds: map[listing.Kind]int64{listing.Reports: 462, listing.Dashboards: 7}, Permissions: lacks(name)}
		got := Inventory(in)
		if !cmp.Equal(codes(got), []warning.Code{ConcernPermissionMissing}) {
			t.Errorf("without %s: %q", name, codes(got))
			continue
		}
		for _, want := range []string{`"` + label + `", without which `, "462 reports and 7 dashboards were listed"} {
			if !strings.Contains(got[0].Sentence(), want) {
				t.Errorf("without %s it says %q, want %q in it", name, got[0].Sentence(), want)
			}
		}
		if offers := strings.Contains(got[0].Sentence(), "approve"); offers == (name == "RunReports") || got[0].Vital == offers {
			t.Errorf("without %s it says %q, vital %t", name, got[0].Sentence(), got[0].Vital)
		}
		if in.AcceptMissing = []string{name}; len(Inventory(in)) != 0 {
			t.Errorf("%s is asked about, though it may be missing", name)
		}
	}
}

func TestPermissions_asksAboutRightsOnce(t *testing.T) {
	t.Parallel()
	had := func(rights map[string]bool, org string) Input {
		last := baselineOf(9, 9)
		last.Permissions, last.Identity.OrgID = rights, org
		return Input{
			Identity: orgtest.Me, HasLast: true, Last: last, Permissions: lacks("ViewPublicReports"),
			Kinds: map[listing.Kind]int64{listing.Reports: 9, listing.Dashboards: 9},
		}
	}
	for name, row := range map[string]struct {
		in   Input
		want []warning.Code
	}{
		"the one before had it":                     {had(lacks(), orgtest.Me.OrgID), []warning.Code{ConcernPermissionLost}},
		"the one before lacked it and was approved": {had(lacks("ViewPublicReports"), orgtest.Me.OrgID), nil},
		"the one before lacked another":             {had(lacks("ViewPublicDashboards"), orgtest.Me.OrgID), []warning.Code{ConcernPermissionLost}},
		"nobody could read what the one before had": {had(nil, orgtest.Me.OrgID), []warning.Code{ConcernPermissionMissing}},
		"the one before was of another org": {
			had(lacks("ViewPublicReports"), "00Dyy0000001gPLEAY"), []warning.Code{ConcernPermissionMissing, ConcernOtherOrg},
		},
		"a first sync that lacks it and lists nothing": {
			Input{Identity: orgtest.Me, Permissions: lacks("ViewPublicReports")}, []warning.Code{ConcernPermissionMissing, ConcernNoReports},
		},
		"a first sync whose rights nobody can read": {Input{Identity: orgtest.Me, Kinds: map[listing.Kind]int64{listing.Reports: 9}}, nil},
		"a first sync that does not see all users":  {Input{Identity: orgtest.Me, Kinds: map[listing.Kind]int64{listing.Reports: 9}, Permissions: lacks("ViewAllUsers")}, nil},
	} {
		if diff := cmp.Diff(row.want, codes(Inventory(row.in))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What no sync can do without makes every other question idle: none of them may be answered with approve.
func TestInventory_offersNoApproveBesideWhatNoSyncCanDoWithout(t *testing.T) {
	t.Parallel()
	last := baselineOf(300, 300)
	last.Permissions = map[string]bool{"ViewPublicReports": true}
	got := Inventory(Input{
		Identity: orgtest.Me, HasLast: true, Last: last, Permissions: lacks("RunReports", "ViewPublicDashboards", "ViewPublicReports"),
		Kinds: map[listing.Kind]int64{listing.Reports: 1},
	})
	if diff := cmp.Diff([]warning.Code{ConcernPermissionMissing, ConcernPermissionLost}, codes(got)); diff != "" {
		t.Fatalf("codes (-want +got):\n%s", diff)
	}
	for i, do := range []string{
		"give the run-as user these permissions, discard this sync and start it again (1 report and 0 dashboards were listed without them)",
		"discard this sync, give it back and start it again",
	} {
		if got[i].Do != do || !got[i].Vital {
			t.Errorf("it says to do %q, vital %t, want %q", got[i].Do, got[i].Vital, do)
		}
	}
}
