package listing

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestLookUpMissing_looksUpWhatNoListingHas(t *testing.T) {
	t.Parallel()
	unlisted := func(kind Kind, n int, private bool) orgtest.Record {
		return orgtest.Record{Kind: string(kind), N: n, Modified: changed, Name: "unlisted", Unlisted: true, Private: private}
	}
	known := slices.Concat(unchanged(Reports, 1, 2, 3, 40), unchanged(Dashboards, 1, 2))
	tests := map[string]struct {
		now        []orgtest.Record
		private    bool
		last       func(*LastSync)
		reports    []string // as they stand
		dashboards []string
		gone       []string // reports, then dashboards
		queries    int
	}{
		"nothing is missing": {
			now:        append(slices.Clone(known), unchanged(Reports, 50)...),
			reports:    []string{"1 reports 1", "2 reports 2", "3 reports 3", "40 reports 40", "50 reports 50"},
			dashboards: []string{"1 dashboards 1", "2 dashboards 2"},
		},
		"some are found and some are gone": {
			now: slices.Concat(unchanged(Reports, 1), unchanged(Dashboards, 1),
				[]orgtest.Record{unlisted(Reports, 3, false), unlisted(Dashboards, 2, false)}),
			reports: []string{"1 reports 1", "3 unlisted"}, dashboards: []string{"1 dashboards 1", "2 unlisted"},
			gone: []string{"2 reports 2", "40 reports 40"}, queries: 2,
		},
		"what is private is found where it is read": {
			now: slices.Concat(unchanged(Reports, 1, 2, 3), []orgtest.Record{unlisted(Reports, 40, true)}, unchanged(Dashboards, 1, 2)), private: true,
			reports:    []string{"1 reports 1", "2 reports 2", "3 reports 3", "40 unlisted"},
			dashboards: []string{"1 dashboards 1", "2 dashboards 2"}, queries: 2,
		},
		"what is private is not asked for where it is not": {
			now:     slices.Concat(unchanged(Reports, 1, 2, 3), []orgtest.Record{unlisted(Reports, 40, true)}, unchanged(Dashboards, 1, 2)),
			reports: []string{"1 reports 1", "2 reports 2", "3 reports 3"}, dashboards: []string{"1 dashboards 1", "2 dashboards 2"},
			gone: []string{"40 reports 40"}, queries: 1,
		},
		"everything is gone": {
			gone:    []string{"1 reports 1", "2 reports 2", "3 reports 3", "40 reports 40", "1 dashboards 1", "2 dashboards 2"},
			queries: 2,
		},
		"another org":    {last: func(l *LastSync) { l.OrgID = "00Dyy0000001gPLEAY" }},
		"no sync before": {last: func(l *LastSync) { *l = LastSync{} }},
		"a sync that left nothing": {last: func(l *LastSync) {
			l.Sync.ID = "20261101T181610Z-ab12cd34"
			l.Descriptions = l.Sync.Described()
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			last := lastSync(t, s, known...)
			if test.last != nil {
				test.last(&last)
			}
			o := &orgtest.Org{Records: test.now}
			enumerated(t, s, current, o, test.private)
			want := lookUpMissing(t, s, o, last, test.private)
			if len(o.Asked) != test.queries {
				t.Errorf("asked %d times, want %d: %+v", len(o.Asked), test.queries, o.Asked)
			}
			if diff := cmp.Diff(want, lookUpMissing(t, s, o, last, test.private)); diff != "" || len(o.Asked) != test.queries {
				t.Errorf("asked %d times in all; (-first +second):\n%s", len(o.Asked), diff)
			}
			if diff := cmp.Diff(test.reports, standing(t, s, current, Reports)); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.dashboards, standing(t, s, current, Dashboards)); diff != "" {
				t.Errorf("dashboards (-want +got):\n%s", diff)
			}
			lost := append(gone(t, s, Reports), gone(t, s, Dashboards)...)
			if diff := cmp.Diff(test.gone, lost); diff != "" || want.Gone[Reports]+want.Gone[Dashboards] != int64(len(test.gone)) {
				t.Errorf("%v are gone (-want +got):\n%s", want.Gone, diff)
			}
		})
	}
}

func TestLookUpMissing_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	for class, fails := range map[fault.Class]bool{fault.PermissionMissing: false, fault.QuotaExhausted: true} {
		s := streamtest.Open(t, "mem://")
		last := lastSync(t, s, unchanged(Reports, 1)...)
		o := &orgtest.Org{}
		enumerated(t, s, current, o, false)
		o.Refuse = func(q salesforce.Query) error {
			if q.Scope == "" {
				return nil
			}
			return &salesforce.Error{Class: class, Status: 403}
		}
		got, err := LookUpMissing(t.Context(), LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last, Private: true})
		if fails != fault.Is(err, class) || !fails && (err != nil || got.Gone[Reports] != 1) {
			t.Errorf("%s: %+v, %v", class, got, err)
		}
	}
}

// Whatever an attempt has left, the next one ends with one answer, in which each record is in one place.
func TestLookUpMissing_goesOnAfterAnInterruptedAttempt(t *testing.T) {
	t.Parallel()
	found := staging.Found("reports")
	for name, leave := range map[string]func(t *testing.T, s *staging.Store){
		"an error of Salesforce": func(t *testing.T, s *staging.Store) {},
		"what it had found": func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].Line())
		},
		"a torn stream": func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].Line())
			streamtest.Tear(t, s, current.Inventory(found))
		},
		"all but its result": func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].Line())
			streamtest.Write(t, s, current.Inventory(staging.Vanished("reports")), `{"Id":"`+streamtest.ReportID(2)+`","Name":"reports 2"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			last := lastSync(t, s, unchanged(Reports, 1, 2, 3)...)
			o := &orgtest.Org{Records: unchanged(Reports, 1)}
			enumerated(t, s, current, o, false)
			broken := errors.New("the line was cut")
			o.Refuse = func(salesforce.Query) error { return broken }
			in := LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last}
			if _, err := LookUpMissing(t.Context(), in); !errors.Is(err, broken) {
				t.Fatalf("got %v, want the org's error", err)
			}
			if diff := cmp.Diff([]string{"1 reports 1"}, standing(t, s, current, Reports)); diff != "" {
				t.Errorf("an attempt without a result changed the inventory (-want +got):\n%s", diff)
			}
			leave(t, s)
			o.Refuse, o.Records = nil, unchanged(Reports, 1, 3)
			lookUpMissing(t, s, o, last, false)
			if diff := cmp.Diff([]string{"1 reports 1", "3 reports 3"}, standing(t, s, current, Reports)); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"2 reports 2"}, gone(t, s, Reports)); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGone_leavesOutWhatCameBack(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	last := lastSync(t, s, unchanged(Reports, 1, 2, 3)...)
	o := &orgtest.Org{Records: unchanged(Reports, 1)}
	enumerated(t, s, current, o, false)
	lookUpMissing(t, s, o, last, false)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "back again"})
	caughtUp(t, s, o)
	if diff := cmp.Diff([]string{"3 reports 3"}, gone(t, s, Reports)); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 back again"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

func TestLookedUp_isStoredAsItIsRead(t *testing.T) {
	t.Parallel()
	state := lookedUpState{LookedUp: LookedUp{Found: map[Kind]int64{Reports: 1}, Gone: map[Kind]int64{Dashboards: 2}}}
	state.over(Reports, "reports.found")
	content, err := json.Marshal(state)
	want := `{"found":{"reports":1},"vanished":{"dashboards":2},"streams":{"reports":["reports.found","reports"]}}`
	if err != nil || string(content) != want {
		t.Errorf("stored as %s, %v", content, err)
	}
}

// Without scope.private, records in private folders look the same as records that are gone.
func TestLookUpMissing_comparesNotWithASyncThatReadMore(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		last, now bool
		gone      int64
		warns     bool
	}{
		{"neither reads private records", false, false, 1, false},
		{"both read private records", true, true, 1, false},
		{"private records are read since", false, true, 1, false},
		{"private records are not read any more", true, false, 0, true},
	} {
		s := streamtest.Open(t, "mem://")
		last := lastSync(t, s, unchanged(Reports, 1, 2)...)
		last.Private = row.last
		o := &orgtest.Org{Records: unchanged(Reports, 1)}
		enumerated(t, s, current, o, row.now)
		got := lookUpMissing(t, s, o, last, row.now)
		if warned := len(got.Warnings) == 1 && strings.Contains(said(got.Warnings)[0], "scope.private was turned off"); warned != row.warns {
			t.Errorf("%s: warnings %q", row.name, got.Warnings)
		}
		if got.Gone[Reports] != row.gone || len(gone(t, s, Reports)) != int(row.gone) || (len(o.Asked) == 0) != row.warns {
			t.Errorf("%s: %+v in %d queries, want %d gone", row.name, got, len(o.Asked), row.gone)
		}
	}
}
