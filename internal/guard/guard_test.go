package guard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/warning"
)

// baselineOf is the record of a sync of our org with these numbers of reports and dashboards.
func baselineOf(reports, dashboards int64, permissions ...string) history.Record {
	record := history.Record{
		Identity: orgtest.Me, Kinds: map[listing.Kind]int64{listing.Reports: reports, listing.Dashboards: dashboards},
		Permissions: map[string]bool{},
	}
	for _, name := range permissions {
		record.Permissions[name] = true
	}
	return record
}

func TestInventory_holdsWhatLooksLikeAnAccident(t *testing.T) {
	t.Parallel()
	after := func(last history.Record, reports, dashboards int64) Input {
		return Input{HasLast: true, Last: last, Kinds: map[listing.Kind]int64{listing.Reports: reports, listing.Dashboards: dashboards}}
	}
	first := func(reports int64) Input {
		return Input{Kinds: map[listing.Kind]int64{listing.Reports: reports, listing.Dashboards: 50}}
	}
	with := func(in Input, change func(*Input)) Input {
		change(&in)
		return in
	}
	without := func(had []string, now ...string) Input {
		in := after(baselineOf(9, 9, had...), 9, 9)
		in.Permissions = map[string]bool{}
		for _, name := range now {
			in.Permissions[name] = false
		}
		return in
	}
	other := func(in *Input) { in.Identity = description.Identity{OrgID: "00Dyy0000001gPLEAY"} }
	half := func(in *Input) { in.MaxShrink = 50 }
	tests := map[string]struct {
		in   Input
		want []warning.Code
		say  string // in the first sentence
	}{
		"nothing changed":             {in: after(baselineOf(1000, 100), 1000, 100)},
		"more than before":            {in: after(baselineOf(1000, 100), 5000, 500)},
		"a first sync with reports":   {in: first(1)},
		"a first sync without any":    {in: first(0), want: []warning.Code{ConcernNoReports}, say: "no report at all"},
		"reports fell by the share":   {in: after(baselineOf(1000, 0), 900, 0)},
		"a large share of few":        {in: after(baselineOf(19, 0), 1, 0)},
		"all of few":                  {in: after(baselineOf(3, 0), 0, 0), want: []warning.Code{ConcernShrunkReports}},
		"the fewest that count":       {in: after(baselineOf(20, 0), 0, 0), want: []warning.Code{ConcernShrunkReports}},
		"one fewer than counts":       {in: after(baselineOf(100, 0), 81, 0)},
		"just as many as count":       {in: after(baselineOf(100, 0), 80, 0), want: []warning.Code{ConcernShrunkReports}},
		"both fell":                   {in: after(baselineOf(100, 100), 0, 0), want: []warning.Code{ConcernShrunkReports, ConcernShrunkDashboards}},
		"a bound of its own, kept":    {in: with(after(baselineOf(100, 0), 50, 0), half)},
		"a bound of its own, broken":  {in: with(after(baselineOf(100, 0), 49, 0), half), want: []warning.Code{ConcernShrunkReports}},
		"it had none before either":   {in: after(baselineOf(0, 0), 0, 0)},
		"a lost one is not known now": {in: without([]string{"RunReports"})},
		"it never had what is absent": {in: with(without(nil, "RunReports"), func(in *Input) {
			in.Last.Permissions["RunReports"] = false
		})},
		"nobody knows whether it had what is absent": {
			in: without(nil, "RunReports"), want: []warning.Code{ConcernPermissionMissing}, say: `lacks the permission "Run Reports"`,
		},
		"lost, but decides nothing": {in: without([]string{"ViewSetup"}, "ViewSetup")},
		"absent in a first sync": {in: with(first(1), func(in *Input) {
			in.Permissions = map[string]bool{"RunReports": false}
		}), want: []warning.Code{ConcernPermissionMissing}, say: "without which no column of a report can be read"},
		"reports fell by one more": {
			in: after(baselineOf(1000, 0), 899, 0), want: []warning.Code{ConcernShrunkReports}, say: "sees 899 reports, 101 fewer than the 1,000 of",
		},
		"dashboards fell": {
			in: after(baselineOf(0, 100), 0, 60), want: []warning.Code{ConcernShrunkDashboards}, say: "60 dashboards, 40 fewer",
		},
		"a least number of its own": {
			in: with(after(baselineOf(10, 0), 5, 0), func(in *Input) { in.LeastShrunk = 5 }), want: []warning.Code{ConcernShrunkReports},
		},
		"another org, whose counts say nothing": {
			in: with(after(baselineOf(1000, 0), 1, 0), other), want: []warning.Code{ConcernOtherOrg}, say: "00Dyy0000001gPLEAY",
		},
		"private records are not read any more": {
			in: with(after(baselineOf(1000, 1000), 1, 1), func(in *Input) { in.Last.Private = true }),
		},
		"private records are read as before": {
			in:   with(after(baselineOf(1000, 0), 1, 0), func(in *Input) { in.Last.Private, in.Private = true, true }),
			want: []warning.Code{ConcernShrunkReports},
		},
		"fewer though private records are read now": {
			in: with(after(baselineOf(1000, 0), 1, 0), func(in *Input) { in.Private = true }), want: []warning.Code{ConcernShrunkReports},
		},
		"a lost permission": {
			in: without([]string{"ViewPublicReports"}, "ViewPublicReports"), want: []warning.Code{ConcernPermissionLost},
			say: `"View Reports in Public Folders"`,
		},
		"two lost permissions are one concern": {
			in:   without([]string{"RunReports", "ViewAllUsers"}, "RunReports", "ViewAllUsers"),
			want: []warning.Code{ConcernPermissionLost}, say: `"Run Reports", without which no column of a report can be read, and "View All Users"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.in.Identity.OrgID == "" {
				test.in.Identity = orgtest.Me
			}
			got := Inventory(test.in)
			if diff := cmp.Diff(test.want, codes(got)); diff != "" {
				t.Fatalf("codes (-want +got):\n%s", diff)
			}
			if len(got) == 0 {
				return
			}
			vital := strings.Contains(got[0].Found.Params["permissions"], "RunReports")
			for _, want := range []string{test.say, "discard"} {
				if !strings.Contains(got[0].Sentence(), want) {
					t.Errorf("it says %q, want %q in it", got[0].Sentence(), want)
				}
			}
			if offers := strings.Contains(got[0].Sentence(), "approve"); offers == vital || got[0].Vital != vital {
				t.Errorf("it says %q, vital %t", got[0].Sentence(), got[0].Vital)
			}
		})
	}
}

func codes(concerns []Concern) (all []warning.Code) {
	for _, c := range concerns {
		all = append(all, c.Found.Code)
	}
	return all
}

func TestInventory_comparesEveryKind(t *testing.T) {
	t.Parallel()
	counts := func(folders, reports, dashboards, components, users int64) map[listing.Kind]int64 {
		return map[listing.Kind]int64{
			listing.Folders: folders, listing.Reports: reports, listing.Dashboards: dashboards,
			listing.Components: components, listing.Users: users,
		}
	}
	last := baselineOf(0, 0)
	last.Kinds = counts(40, 400, 40, 240, 100)
	for name, row := range map[string]struct {
		now  map[listing.Kind]int64
		want []warning.Code
	}{
		"nothing changed":                        {counts(40, 400, 40, 240, 100), nil},
		"folders":                                {counts(0, 400, 40, 240, 100), []warning.Code{ConcernShrunkFolders}},
		"components":                             {counts(40, 400, 40, 0, 100), []warning.Code{ConcernShrunkComponents}},
		"users":                                  {counts(40, 400, 40, 240, 1), []warning.Code{ConcernShrunkUsers}},
		"components go with their dashboards":    {counts(40, 400, 0, 0, 100), []warning.Code{ConcernShrunkDashboards}},
		"some components, and fewer than counts": {counts(40, 400, 40, 221, 100), nil},
	} {
		if diff := cmp.Diff(row.want, codes(Inventory(Input{Identity: orgtest.Me, HasLast: true, Last: last, Kinds: row.now}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
