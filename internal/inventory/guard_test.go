package inventory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
)

// baselineOf is the record of a sync of our org with so many reports and dashboards.
func baselineOf(reports, dashboards int64, permissions ...string) Record {
	record := Record{Identity: me, Kinds: map[Kind]int64{Reports: reports, Dashboards: dashboards}, Permissions: map[string]bool{}}
	for _, name := range permissions {
		record.Permissions[name] = true
	}
	return record
}

func TestJudge_holdsWhatLooksLikeAnAccident(t *testing.T) {
	t.Parallel()
	after := func(last Record, reports, dashboards int64) GuardInput {
		return GuardInput{HasLast: true, Last: last, Kinds: map[Kind]int64{Reports: reports, Dashboards: dashboards}}
	}
	first := func(reports int64) GuardInput {
		return GuardInput{Kinds: map[Kind]int64{Reports: reports, Dashboards: 50}}
	}
	with := func(in GuardInput, change func(*GuardInput)) GuardInput {
		change(&in)
		return in
	}
	without := func(had []string, now ...string) GuardInput {
		in := after(baselineOf(9, 9, had...), 9, 9)
		in.Permissions = map[string]bool{}
		for _, name := range now {
			in.Permissions[name] = false
		}
		return in
	}
	other := func(in *GuardInput) { in.Identity = Identity{OrgID: "00Dyy0000001gPLEAY"} }
	half := func(in *GuardInput) { in.MaxShrink = 50 }
	tests := map[string]struct {
		in   GuardInput
		want []string // codes
		say  string   // in the first sentence
	}{
		"nothing changed":             {in: after(baselineOf(1000, 100), 1000, 100)},
		"more than before":            {in: after(baselineOf(1000, 100), 5000, 500)},
		"a first sync with reports":   {in: first(1)},
		"a first sync without any":    {in: first(0), want: []string{ConcernNoReports}, say: "no report at all"},
		"reports fell by the share":   {in: after(baselineOf(1000, 0), 900, 0)},
		"a large share of few":        {in: after(baselineOf(19, 0), 1, 0)},
		"all of few":                  {in: after(baselineOf(3, 0), 0, 0), want: []string{ConcernShrunkReports}},
		"the fewest that count":       {in: after(baselineOf(20, 0), 0, 0), want: []string{ConcernShrunkReports}},
		"one fewer than counts":       {in: after(baselineOf(100, 0), 81, 0)},
		"just as many as count":       {in: after(baselineOf(100, 0), 80, 0), want: []string{ConcernShrunkReports}},
		"both fell":                   {in: after(baselineOf(100, 100), 0, 0), want: []string{ConcernShrunkReports, ConcernShrunkDashboards}},
		"a bound of its own, kept":    {in: with(after(baselineOf(100, 0), 50, 0), half)},
		"a bound of its own, broken":  {in: with(after(baselineOf(100, 0), 49, 0), half), want: []string{ConcernShrunkReports}},
		"it had none before either":   {in: after(baselineOf(0, 0), 0, 0)},
		"a lost one is not known now": {in: without([]string{"RunReports"})},
		"it never had what is absent": {in: with(without(nil, "RunReports"), func(in *GuardInput) {
			in.Last.Permissions["RunReports"] = false
		})},
		"nobody knows whether it had what is absent": {
			in: without(nil, "RunReports"), want: []string{ConcernPermissionMissing}, say: `lacks the permission "Run Reports"`,
		},
		"lost, but decides nothing": {in: without([]string{"ViewSetup"}, "ViewSetup")},
		"absent in a first sync": {in: with(first(1), func(in *GuardInput) {
			in.Permissions = map[string]bool{"RunReports": false}
		}), want: []string{ConcernPermissionMissing}, say: "without which no column of a report can be read"},
		"reports fell by one more": {
			in: after(baselineOf(1000, 0), 899, 0), want: []string{ConcernShrunkReports}, say: "has 899 reports, 101 fewer than the 1000 of",
		},
		"dashboards fell": {
			in: after(baselineOf(0, 100), 0, 60), want: []string{ConcernShrunkDashboards}, say: "60 dashboards, 40 fewer",
		},
		"a least number of its own": {
			in: with(after(baselineOf(10, 0), 5, 0), func(in *GuardInput) { in.LeastShrunk = 5 }), want: []string{ConcernShrunkReports},
		},
		"another org, whose counts say nothing": {
			in: with(after(baselineOf(1000, 0), 1, 0), other), want: []string{ConcernOtherOrg}, say: "00Dyy0000001gPLEAY",
		},
		"private records are not read any more": {
			in: with(after(baselineOf(1000, 1000), 1, 1), func(in *GuardInput) { in.Last.Private = true }),
		},
		"private records are read as before": {
			in:   with(after(baselineOf(1000, 0), 1, 0), func(in *GuardInput) { in.Last.Private, in.Private = true, true }),
			want: []string{ConcernShrunkReports},
		},
		"fewer though private records are read now": {
			in: with(after(baselineOf(1000, 0), 1, 0), func(in *GuardInput) { in.Private = true }), want: []string{ConcernShrunkReports},
		},
		"a lost permission": {
			in: without([]string{"ViewPublicReports"}, "ViewPublicReports"), want: []string{ConcernPermissionLost},
			say: `"View Reports in Public Folders"`,
		},
		"two lost permissions are one concern": {
			in:   without([]string{"RunReports", "ViewAllUsers"}, "RunReports", "ViewAllUsers"),
			want: []string{ConcernPermissionLost}, say: `"Run Reports", without which no column of a report can be read, and "View All Users"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.in.Identity.OrgID == "" {
				test.in.Identity = me
			}
			got := Judge(test.in)
			if diff := cmp.Diff(test.want, codes(got)); diff != "" {
				t.Fatalf("codes (-want +got):\n%s", diff)
			}
			if len(got) == 0 {
				return
			}
			for _, want := range []string{test.say, "approve", "discard"} {
				if !strings.Contains(got[0].Sentence(), want) {
					t.Errorf("it says %q, want %q in it", got[0].Sentence(), want)
				}
			}
		})
	}
}

func codes(concerns []Concern) (all []string) {
	for _, c := range concerns {
		all = append(all, c.Code)
	}
	return all
}

func TestJudgeCoverage_holdsAFall(t *testing.T) {
	t.Parallel()
	states := func(described, reused, denied, gone int64) map[State]int64 {
		return map[State]int64{StateDescribed: described, StateReused: reused, StateDenied: denied, StateGone: gone}
	}
	tests := map[string]struct {
		last, now map[State]int64
		max       int
		want      bool
	}{
		"nothing changed":                         {last: states(1000, 0, 0, 0), now: states(0, 1000, 0, 0)},
		"no sync before":                          {now: states(0, 0, 500, 0)},
		"fell by just the points":                 {last: states(1000, 0, 0, 0), now: states(900, 0, 100, 0)},
		"fell by more":                            {last: states(1000, 0, 0, 0), now: states(899, 0, 101, 0), want: true},
		"fell by much, but by few reports":        {last: states(19, 0, 0, 0), now: states(1, 0, 18, 0)},
		"none of few is left":                     {last: states(3, 0, 0, 0), now: states(0, 0, 3, 0), want: true},
		"fell by the fewest that count":           {last: states(20, 0, 0, 0), now: states(0, 0, 20, 0), want: true},
		"a share from 70 to 60 is just 10":        {last: states(700, 0, 300, 0), now: states(600, 0, 400, 0)},
		"fewer reports of the same share":         {last: states(1000, 0, 0, 0), now: states(500, 0, 0, 0)},
		"reports that are gone are none":          {last: states(1000, 0, 0, 0), now: states(500, 0, 0, 500)},
		"a smaller share of more reports":         {last: states(100, 0, 0, 0), now: states(100, 0, 100, 0)},
		"a bound of its own, kept":                {last: states(100, 0, 0, 0), now: states(50, 0, 50, 0), max: 50},
		"a bound of its own, broken":              {last: states(100, 0, 0, 0), now: states(49, 0, 51, 0), max: 50, want: true},
		"a fall that a greater bound would allow": {last: states(100, 0, 0, 0), now: states(70, 0, 30, 0), want: true},
	}
	for name, test := range tests {
		got := JudgeCoverage(Record{States: test.last}, test.now, test.max)
		if test.want != (len(got) == 1 && got[0].Code == ConcernCoverageFell) || len(got) > 1 {
			t.Errorf("%s: %+v, want a concern: %v", name, got, test.want)
		}
	}
	got := JudgeCoverage(Record{States: states(1000, 0, 0, 0)}, states(899, 0, 101, 0), 0)[0].Sentence()
	if !strings.HasPrefix(got, "899 reports have columns, 89 % of all; in the last sync 1000 had, 100 %") {
		t.Errorf("it says %q", got)
	}
}

func TestLastBaseline_isTheNewestThatMayBeComparedWith(t *testing.T) {
	t.Parallel()
	numbered := func(n int) string { return fmt.Sprintf("20261123T18%04dZ-ab12cd34", n) }
	put := func(s *staging.Store, n int, r Record) {
		r.Sync = numbered(n)
		if err := s.WriteJSON(t.Context(), staging.RecordKey("acme", r.Sync), r); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		prepare func(s *staging.Store)
		want    int // -1 for none
	}{
		"no record":          {func(*staging.Store) {}, -1},
		"only trial syncs":   {func(s *staging.Store) { put(s, 1, Record{}); put(s, 2, Record{}) }, -1},
		"the newer of two":   {func(s *staging.Store) { put(s, 1, Record{Baseline: true}); put(s, 2, Record{Baseline: true}) }, 2},
		"a trial sync after": {func(s *staging.Store) { put(s, 1, Record{Baseline: true}); put(s, 2, Record{}) }, 1},
		"a delivered one of before baselines were noted": {func(s *staging.Store) { put(s, 1, Record{Uploaded: true}); put(s, 2, Record{}) }, 1},
		"a damaged one is passed over": {func(s *staging.Store) {
			put(s, 1, Record{Baseline: true})
			if err := s.Write(t.Context(), staging.RecordKey("acme", numbered(2)), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"the oldest that is looked at": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			put(s, 1, Record{Baseline: true})
			for n := range baselineRecords - 1 {
				put(s, n+2, Record{})
			}
		}, 1},
		"older than what is looked at": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			for n := range baselineRecords {
				put(s, n+1, Record{})
			}
		}, -1},
		"older, and named by those after it": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			for n := range baselineRecords {
				put(s, n+1, Record{BaselineSync: numbered(0)})
			}
		}, 0},
		"one that is not there any more is named": {func(s *staging.Store) {
			put(s, 1, Record{Baseline: true})
			put(s, 2, Record{BaselineSync: numbered(0)})
		}, 1},
		"one that is no baseline is named": {func(s *staging.Store) {
			put(s, 0, Record{})
			put(s, 1, Record{BaselineSync: numbered(0)})
		}, -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			test.prepare(s)
			got, found, err := LastBaseline(t.Context(), s, "acme")
			if err != nil || found != (test.want >= 0) || found && got.Sync != numbered(test.want) {
				t.Errorf("got %q, %v, %v; want number %d", got.Sync, found, err, test.want)
			}
			if id, err := BaselineOf(t.Context(), s, "acme"); err != nil || id != got.Sync {
				t.Errorf("the id is %q, %v; want %q", id, err, got.Sync)
			}
		})
	}
}

func TestLastRecord_saysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(s *staging.Store) error
		want    error
	}{
		"no sync before": {func(*staging.Store) error { return nil }, staging.ErrNotExist},
		"its record is damaged": {func(s *staging.Store) error {
			return s.Write(t.Context(), staging.RecordKey("acme", earlier.ID), []byte("{"))
		}, ErrRecordUnreadable},
	} {
		s := openStore(t, "mem://")
		if err := test.prepare(s); err != nil {
			t.Fatal(err)
		}
		_, err := LastRecord(t.Context(), s, "acme")
		for _, kind := range []error{staging.ErrNotExist, ErrRecordUnreadable} {
			if errors.Is(err, kind) != errors.Is(test.want, kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !s.Unreadable(err) { // no further try would help
			t.Errorf("%s: %v is thought to pass", name, err)
		}
	}
}
