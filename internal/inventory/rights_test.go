package inventory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
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

func TestJudge_asksAFirstSyncAboutEachRightThatDecides(t *testing.T) {
	t.Parallel()
	for name, label := range map[string]string{
		"RunReports": "Run Reports", "ViewPublicReports": "View Reports in Public Folders",
		"ViewPublicDashboards": "View Dashboards in Public Folders", "ManagePvtRptsAndDashbds": "Manage All Private Reports and Dashboards",
	} {
		in := GuardInput{Identity: me, Kinds: map[Kind]int64{Reports: 462, Dashboards: 7}, Permissions: lacks(name)}
		got := Judge(in)
		if !cmp.Equal(codes(got), []string{ConcernPermissionMissing}) {
			t.Errorf("without %s: %q", name, codes(got))
			continue
		}
		for _, want := range []string{`"` + label + `", without which `, "462 reports and 7 dashboards were listed", "approve"} {
			if !strings.Contains(got[0].Sentence(), want) {
				t.Errorf("without %s it says %q, want %q in it", name, got[0].Sentence(), want)
			}
		}
		if in.AcceptMissing = []string{name}; len(Judge(in)) != 0 {
			t.Errorf("%s is asked about, though it may be missing", name)
		}
	}
}

func TestJudge_asksAboutRightsOnce(t *testing.T) {
	t.Parallel()
	had := func(rights map[string]bool, org string) GuardInput {
		last := baselineOf(9, 9)
		last.Permissions, last.Identity.OrgID = rights, org
		return GuardInput{
			Identity: me, HasLast: true, Last: last, Kinds: map[Kind]int64{Reports: 9, Dashboards: 9}, Permissions: lacks("ViewPublicReports"),
		}
	}
	for name, row := range map[string]struct {
		in   GuardInput
		want []string
	}{
		"the one before had it":                     {had(lacks(), me.OrgID), []string{ConcernPermissionLost}},
		"the one before lacked it and was approved": {had(lacks("ViewPublicReports"), me.OrgID), nil},
		"the one before lacked another":             {had(lacks("ViewPublicDashboards"), me.OrgID), []string{ConcernPermissionLost}},
		"nobody could read what the one before had": {had(nil, me.OrgID), []string{ConcernPermissionMissing}},
		"the one before was of another org": {
			had(lacks("ViewPublicReports"), "00Dyy0000001gPLEAY"), []string{ConcernPermissionMissing, ConcernOtherOrg},
		},
		"a first sync that lacks it and lists nothing": {
			GuardInput{Identity: me, Permissions: lacks("ViewPublicReports")}, []string{ConcernPermissionMissing, ConcernNoReports},
		},
		"a first sync whose rights nobody can read": {GuardInput{Identity: me, Kinds: map[Kind]int64{Reports: 9}}, nil},
		"a first sync that does not see all users":  {GuardInput{Identity: me, Kinds: map[Kind]int64{Reports: 9}, Permissions: lacks("ViewAllUsers")}, nil},
	} {
		if diff := cmp.Diff(row.want, codes(Judge(row.in))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestJudge_comparesEveryKind(t *testing.T) {
	t.Parallel()
	counts := func(folders, reports, dashboards, components, users int64) map[Kind]int64 {
		return map[Kind]int64{Folders: folders, Reports: reports, Dashboards: dashboards, Components: components, Users: users}
	}
	last := baselineOf(0, 0)
	last.Kinds = counts(40, 400, 40, 240, 100)
	for name, row := range map[string]struct {
		now  map[Kind]int64
		want []string
	}{
		"nothing changed":                        {counts(40, 400, 40, 240, 100), nil},
		"folders":                                {counts(0, 400, 40, 240, 100), []string{ConcernShrunkFolders}},
		"components":                             {counts(40, 400, 40, 0, 100), []string{ConcernShrunkComponents}},
		"users":                                  {counts(40, 400, 40, 240, 1), []string{ConcernShrunkUsers}},
		"components go with their dashboards":    {counts(40, 400, 0, 0, 100), []string{ConcernShrunkDashboards}},
		"some components, and fewer than counts": {counts(40, 400, 40, 221, 100), nil},
	} {
		if diff := cmp.Diff(row.want, codes(Judge(GuardInput{Identity: me, HasLast: true, Last: last, Kinds: row.now}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNewestRecord_isOfAnyKind(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	if _, found, err := NewestRecord(t.Context(), s, "acme"); found || err != nil {
		t.Errorf("without any: %v, %v", found, err)
	}
	for _, record := range []Record{{Sync: "20261123T180001Z-a", Baseline: true}, {Sync: "20261123T180002Z-a"}} {
		if err := s.WriteJSON(t.Context(), staging.RecordKey("acme", record.Sync), record); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(t.Context(), staging.RecordKey("acme", "20261123T180003Z-a"), []byte("{")); err != nil {
		t.Fatal(err)
	}
	if got, found, err := NewestRecord(t.Context(), s, "acme"); !found || err != nil || got.Sync != "20261123T180002Z-a" {
		t.Errorf("got %q, %v, %v; want the newest that can be read", got.Sync, found, err)
	}
}
