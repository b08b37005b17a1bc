package inventory

import (
	"encoding/json"
	"errors"
	"net/url"
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

func TestMissing_asksForNoMoreAtOnceThanAnAddressTakes(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	const n = 1050
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	record := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	o.things = unchanged(Reports, 1000, 3) // found by their Ids, in two queries
	got := missing(t, s, o, record, false)
	if got.Found[Reports] != 2 || got.Gone[Reports] != n-2 || len(o.asked) != 6 {
		t.Errorf("%+v in %d queries", got, len(o.asked))
	}
	for _, q := range o.asked {
		address := url.QueryEscape(strings.Join(slices.Concat(q.Fields, q.Optional), ", ") + q.Where)
		begins := strings.HasPrefix(q.Where, "IsDeleted = FALSE AND Id IN (")
		if ids := strings.Count(q.Where, "'00O"); ids > 200 || len(address) > 15_000 || !begins {
			t.Errorf("asked for %d Ids in %d bytes: %.60s", ids, len(address), q.Where)
		}
	}
}

func TestMissing_asksForNoFieldThatWasRefused(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, 1)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	var state checkpoint
	if err := s.ReadJSON(t.Context(), current.InventoryState("reports"), &state); err != nil {
		t.Fatal(err)
	}
	state.Result.Dropped = []string{"NamespacePrefix"}
	if err := s.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	missing(t, s, o, record, false)
	if len(o.asked) != 1 || slices.Contains(o.asked[0].Optional, "NamespacePrefix") || !slices.Contains(o.asked[0].Optional, "FolderName") {
		t.Errorf("asked %+v", o.asked)
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

func TestMissing_comparesWithWhatIsLeftOfTheLastSync(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(t *testing.T, s *staging.Store)
		gone    []string
		warns   string
	}{
		"its descriptions, where its inventory is not there": {func(t *testing.T, s *staging.Store) {
			for _, kind := range Missable {
				if err := s.Delete(t.Context(), earlier.Inventory(string(kind))); err != nil {
					t.Fatal(err)
				}
			}
			write(t, s, earlier.Described(), described(t, 1, StateDescribed, changed, changedAt), described(t, 5, StateDenied, changed, changedAt),
				described(t, 6, StateGone, changed, changedAt))
		}, []string{"5 "}, ""},
		"what it had caught up with": {func(t *testing.T, s *staging.Store) {
			write(t, s, earlier.Inventory(staging.CaughtUp("reports")), unchanged(Reports, 6)[0].line())
			var state caughtUpState
			state.over(Reports, staging.CaughtUp("reports"))
			if err := s.WriteJSON(t.Context(), earlier.CaughtUp(), state); err != nil {
				t.Fatal(err)
			}
		}, []string{"2 reports 2", "6 reports 6", "2 dashboards 2"}, ""},
		"nothing, where its inventory is torn": {func(t *testing.T, s *staging.Store) {
			tear(t, s, earlier.Inventory("reports"))
		}, []string{"2 dashboards 2"}, "which reports the last sync knew cannot be read"},
		"nothing, where its inventory is out of order": {func(t *testing.T, s *staging.Store) {
			write(t, s, earlier.Inventory("dashboards"), unchanged(Dashboards, 4)[0].line(), unchanged(Dashboards, 2)[0].line())
		}, []string{"2 reports 2"}, "which dashboards the last sync knew cannot be read"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			record := lastSync(t, s, slices.Concat(unchanged(Reports, 1, 2), unchanged(Dashboards, 1, 2))...)
			test.prepare(t, s)
			o := &org{things: slices.Concat(unchanged(Reports, 1), unchanged(Dashboards, 1))}
			enumerated(t, s, current, o, false)
			got := missing(t, s, o, record, false)
			if diff := cmp.Diff(test.gone, append(gone(t, s, Reports), gone(t, s, Dashboards)...)); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			if said := strings.Join(got.Warnings, "\n"); (test.warns == "") != (said == "") || !strings.Contains(said, test.warns) {
				t.Errorf("warnings %q, want %q", said, test.warns)
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

// An attempt whose lease is far smaller than the look-up asks for what is left, and spends no call twice.
func TestMissing_endsWithFewCallsAtATime(t *testing.T) {
	t.Parallel()
	const batches = 20
	numbers := make([]int, batches*lookUpAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	for calls, private := range map[int]bool{3: false, 1: true} {
		s := openStore(t, "mem://")
		record := lastSync(t, s, unchanged(Reports, numbers...)...)
		o := &org{}
		enumerated(t, s, current, o, private)
		o.things = unchanged(Reports, 7, 1003, 3999)
		o.things[1].private = true
		l := &lease{}
		o.refuse = l.refuse
		var got Missed
		attempts := l.attempts(t, calls, 2*batches+1, func() (err error) {
			got, err = Missing(t.Context(), MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record, Private: private})
			return err
		})
		want := map[string]int{"Report": batches}
		found := int64(2)
		if private {
			want["Report allPrivate"] = batches // one less two, in 200 at a time
			found = 3
		}
		if diff := cmp.Diff(want, l.spent); diff != "" {
			t.Errorf("calls in %d attempts (-want +got):\n%s", attempts, diff)
		}
		if got.Found[Reports] != found || got.Gone[Reports] != batches*lookUpAtOnce-found {
			t.Errorf("%+v, want %d found", got, found)
		}
	}
}

// A process that is killed says nothing: only what was written down in time is known to the next one.
func TestMissing_repeatsFewCallsAfterAKill(t *testing.T) {
	t.Parallel()
	const batches = 2*lookUpsKept + 3
	numbers := make([]int, batches*lookUpAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	var kept []byte
	state := current.InventoryState(staging.Found("reports"))
	o.refuse = func(salesforce.Query) error {
		if len(o.asked) < batches {
			return nil
		}
		var err error
		if kept, err = s.Read(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		return errors.New("the line was cut")
	}
	in := MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record}
	if _, err := Missing(t.Context(), in); err == nil {
		t.Fatal("the attempt ended well")
	}
	if err := s.Write(t.Context(), state, kept); err != nil { // as a kill would have left it
		t.Fatal(err)
	}
	o.refuse, o.asked = nil, nil
	if missing(t, s, o, record, false); len(o.asked) != 3 {
		t.Errorf("%d calls after a kill, want 3 of %d", len(o.asked), batches)
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

// What the last sync found gone, after it had listed it, is not told of a second time.
func TestMissing_leavesOutWhatTheLastSyncLost(t *testing.T) {
	t.Parallel()
	line := func(n int, state State) string { return described(t, n, state, changed, changedAt) }
	whole := []string{line(1, StateDescribed), line(2, StateGone), line(3, StateDenied), line(4, StateFiltered), line(5, StateDescribed)}
	for name, test := range map[string]struct {
		lines   []string
		damage  func(s *staging.Store) error
		gone    []string
		queries int
	}{
		"some were lost": {whole, nil, []string{"3 reports 3", "5 reports 5"}, 1},
		"all that are missing were lost": {
			[]string{whole[0], whole[1], line(3, StateGone), whole[3], line(5, StateGone)}, nil, nil, 0,
		},
		"what became of them is not there any more": {
			whole, func(s *staging.Store) error { return s.Delete(t.Context(), earlier.Described()) },
			[]string{"2 reports 2", "3 reports 3", "4 reports 4", "5 reports 5"},
			1,
		},
		"what became of them is damaged": {
			whole, func(s *staging.Store) error { return s.Write(t.Context(), earlier.Described(), []byte("x")) },
			[]string{"2 reports 2", "3 reports 3", "4 reports 4", "5 reports 5"},
			1,
		},
		"what became of them is out of order": {
			[]string{whole[1], whole[0]}, nil, []string{"3 reports 3", "4 reports 4", "5 reports 5"}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			record := lastSync(t, s, unchanged(Reports, 1, 2, 3, 4, 5)...)
			record.Described = write(t, s, earlier.Described(), test.lines...)
			if test.damage != nil {
				if err := test.damage(s); err != nil {
					t.Fatal(err)
				}
			}
			o := &org{things: unchanged(Reports, 1)}
			enumerated(t, s, current, o, false)
			got := missing(t, s, o, record, false)
			if diff := cmp.Diff(test.gone, gone(t, s, Reports)); diff != "" || got.Gone[Reports] != int64(len(test.gone)) || len(o.asked) != test.queries {
				t.Errorf("%+v in %d queries; gone (-want +got):\n%s", got, len(o.asked), diff)
			}
		})
	}
}
