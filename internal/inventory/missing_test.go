package inventory

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// lastSync records a sync that had listed these things.
func lastSync(t *testing.T, s *staging.Store, things ...thing) Record {
	t.Helper()
	enumerated(t, s, earlier, &org{things: things}, true)
	ended(t, s, earlier, me)
	record, err := LastRecord(t.Context(), s, "acme")
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func missing(t *testing.T, s *staging.Store, o *org, last Record, private bool) Missed {
	t.Helper()
	got, err := Missing(t.Context(), MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: last, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// gone gives number and name of every record of a kind that is gone.
func gone(t *testing.T, s *staging.Store, kind Kind) (all []string) {
	t.Helper()
	for line, err := range GoneSince(t.Context(), s, current, kind) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, label(t, line))
	}
	return all
}

func TestMissing_looksUpWhatNoListingHas(t *testing.T) {
	t.Parallel()
	unlisted := func(kind Kind, n int, private bool) thing {
		return thing{kind: kind, n: n, modified: changed, name: "unlisted", unlisted: true, private: private}
	}
	known := slices.Concat(unchanged(Reports, 1, 2, 3, 40), unchanged(Dashboards, 1, 2))
	tests := map[string]struct {
		now        []thing
		private    bool
		last       func(*Record)
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
				[]thing{unlisted(Reports, 3, false), unlisted(Dashboards, 2, false)}),
			reports: []string{"1 reports 1", "3 unlisted"}, dashboards: []string{"1 dashboards 1", "2 unlisted"},
			gone: []string{"2 reports 2", "40 reports 40"}, queries: 2,
		},
		"what is private is found where it is read": {
			now: slices.Concat(unchanged(Reports, 1, 2, 3), []thing{unlisted(Reports, 40, true)}, unchanged(Dashboards, 1, 2)), private: true,
			reports:    []string{"1 reports 1", "2 reports 2", "3 reports 3", "40 unlisted"},
			dashboards: []string{"1 dashboards 1", "2 dashboards 2"}, queries: 2,
		},
		"what is private is not asked for where it is not": {
			now:     slices.Concat(unchanged(Reports, 1, 2, 3), []thing{unlisted(Reports, 40, true)}, unchanged(Dashboards, 1, 2)),
			reports: []string{"1 reports 1", "2 reports 2", "3 reports 3"}, dashboards: []string{"1 dashboards 1", "2 dashboards 2"},
			gone: []string{"40 reports 40"}, queries: 1,
		},
		"everything is gone": {
			gone:    []string{"1 reports 1", "2 reports 2", "3 reports 3", "40 reports 40", "1 dashboards 1", "2 dashboards 2"},
			queries: 2,
		},
		"another org":    {last: func(r *Record) { r.Identity.OrgID = "00Dyy0000001gPLEAY" }},
		"no sync before": {last: func(r *Record) { *r = Record{} }},
		"a sync of which nothing is left": {last: func(r *Record) {
			r.Sync, r.Described = "20261101T181610Z-ab12cd34", staging.Object{}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			record := lastSync(t, s, known...)
			if test.last != nil {
				test.last(&record)
			}
			o := &org{things: test.now}
			enumerated(t, s, current, o, test.private)
			want := missing(t, s, o, record, test.private)
			if len(o.asked) != test.queries {
				t.Errorf("asked %d times, want %d: %+v", len(o.asked), test.queries, o.asked)
			}
			if diff := cmp.Diff(want, missing(t, s, o, record, test.private)); diff != "" || len(o.asked) != test.queries {
				t.Errorf("asked %d times in all; (-first +second):\n%s", len(o.asked), diff)
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

func TestMissing_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	for class, fails := range map[fault.Class]bool{fault.PermissionMissing: false, fault.QuotaExhausted: true} {
		s := openStore(t, "mem://")
		record := lastSync(t, s, unchanged(Reports, 1)...)
		o := &org{}
		enumerated(t, s, current, o, false)
		o.refuse = func(q salesforce.Query) error {
			if q.Scope == "" {
				return nil
			}
			return &salesforce.Error{Class: class, Status: 403}
		}
		got, err := Missing(t.Context(), MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record, Private: true})
		if fails != fault.Is(err, class) || !fails && (err != nil || got.Gone[Reports] != 1) {
			t.Errorf("%s: %+v, %v", class, got, err)
		}
	}
}

// Whatever an attempt has left, the next one ends with one answer, in which each record is in one place.
func TestMissing_goesOnAfterAnAttemptThatWasCutShort(t *testing.T) {
	t.Parallel()
	found := staging.Found("reports")
	for name, leave := range map[string]func(t *testing.T, s *staging.Store){
		"an error of Salesforce": func(t *testing.T, s *staging.Store) {},
		"what it had found": func(t *testing.T, s *staging.Store) {
			write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].line())
		},
		"a torn stream": func(t *testing.T, s *staging.Store) {
			write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].line())
			tear(t, s, current.Inventory(found))
		},
		"all but its result": func(t *testing.T, s *staging.Store) {
			write(t, s, current.Inventory(found), unchanged(Reports, 3)[0].line())
			write(t, s, current.Inventory(staging.Vanished("reports")), `{"Id":"`+reportID(2)+`","Name":"reports 2"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			record := lastSync(t, s, unchanged(Reports, 1, 2, 3)...)
			o := &org{things: unchanged(Reports, 1)}
			enumerated(t, s, current, o, false)
			broken := errors.New("the line was cut")
			o.refuse = func(salesforce.Query) error { return broken }
			in := MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record}
			if _, err := Missing(t.Context(), in); !errors.Is(err, broken) {
				t.Fatalf("got %v, want the org's error", err)
			}
			if diff := cmp.Diff([]string{"1 reports 1"}, standing(t, s, current, Reports)); diff != "" {
				t.Errorf("an attempt without a result changed the inventory (-want +got):\n%s", diff)
			}
			leave(t, s)
			o.refuse, o.things = nil, unchanged(Reports, 1, 3)
			missing(t, s, o, record, false)
			if diff := cmp.Diff([]string{"1 reports 1", "3 reports 3"}, standing(t, s, current, Reports)); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"2 reports 2"}, gone(t, s, Reports)); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGoneSince_leavesOutWhatCameBack(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, 1, 2, 3)...)
	o := &org{things: unchanged(Reports, 1)}
	enumerated(t, s, current, o, false)
	missing(t, s, o, record, false)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "back again"})
	catchUp(t, s, o)
	if diff := cmp.Diff([]string{"3 reports 3"}, gone(t, s, Reports)); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 back again"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

func TestMissed_isStoredAsItIsRead(t *testing.T) {
	t.Parallel()
	state := missedState{Missed: Missed{Found: map[Kind]int64{Reports: 1}, Gone: map[Kind]int64{Dashboards: 2}}}
	state.over(Reports, "reports.found")
	content, err := json.Marshal(state)
	want := `{"found":{"reports":1},"gone":{"dashboards":2},"streams":{"reports":["reports.found","reports"]}}`
	if err != nil || string(content) != want {
		t.Errorf("stored as %s, %v", content, err)
	}
}

// Without scope.private, what lies in private folders is not to be told from what is gone.
func TestMissing_comparesNotWithASyncThatReadMore(t *testing.T) {
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
		s := openStore(t, "mem://")
		record := lastSync(t, s, unchanged(Reports, 1, 2)...)
		record.Private = row.last
		o := &org{things: unchanged(Reports, 1)}
		enumerated(t, s, current, o, row.now)
		got := missing(t, s, o, record, row.now)
		if warned := len(got.Warnings) == 1 && strings.Contains(got.Warnings[0], "scope.private was turned off"); warned != row.warns {
			t.Errorf("%s: warnings %q", row.name, got.Warnings)
		}
		if got.Gone[Reports] != row.gone || len(gone(t, s, Reports)) != int(row.gone) || (len(o.asked) == 0) != row.warns {
			t.Errorf("%s: %+v in %d queries, want %d gone", row.name, got, len(o.asked), row.gone)
		}
	}
}
