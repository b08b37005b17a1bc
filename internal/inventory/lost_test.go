package inventory

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
)

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
