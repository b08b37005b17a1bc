package listing

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestLookUpMissing_comparesWithWhatIsLeftOfTheLastSync(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(t *testing.T, s *staging.Store)
		gone    []string
		warns   string
	}{
		"its descriptions, where its inventory is not there": {func(t *testing.T, s *staging.Store) {
			for _, kind := range LookedUpKinds {
				if err := s.Delete(t.Context(), earlier.Inventory(string(kind))); err != nil {
					t.Fatal(err)
				}
			}
			streamtest.Write(t, s, earlier.Described(), described(t, 1, description.StateDescribed), described(t, 5, description.StateDenied),
				described(t, 6, description.StateGone))
		}, []string{"5 "}, ""},
		"what it had caught up with": {func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, earlier.Inventory(staging.CaughtUp("reports")), unchanged(Reports, 6)[0].Line())
			var state caughtUpState
			state.over(Reports, staging.CaughtUp("reports"))
			if err := s.WriteJSON(t.Context(), earlier.CaughtUp(), state); err != nil {
				t.Fatal(err)
			}
		}, []string{"2 reports 2", "6 reports 6", "2 dashboards 2"}, ""},
		"nothing, where its inventory is torn": {func(t *testing.T, s *staging.Store) {
			streamtest.Tear(t, s, earlier.Inventory("reports"))
		}, []string{"2 dashboards 2"}, "which reports the last sync knew cannot be read"},
		"nothing, where its inventory is out of order": {func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, earlier.Inventory("dashboards"), unchanged(Dashboards, 4)[0].Line(), unchanged(Dashboards, 2)[0].Line())
		}, []string{"2 reports 2"}, "which dashboards the last sync knew cannot be read"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			last := lastSync(t, s, slices.Concat(unchanged(Reports, 1, 2), unchanged(Dashboards, 1, 2))...)
			test.prepare(t, s)
			o := &orgtest.Org{Records: slices.Concat(unchanged(Reports, 1), unchanged(Dashboards, 1))}
			enumerated(t, s, current, o, false)
			got := lookUpMissing(t, s, o, last, false)
			if diff := cmp.Diff(test.gone, append(gone(t, s, Reports), gone(t, s, Dashboards)...)); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			if all := strings.Join(said(got.Warnings), "\n"); (test.warns == "") != (all == "") || !strings.Contains(all, test.warns) {
				t.Errorf("warnings %q, want %q", all, test.warns)
			}
		})
	}
}

// What the last sync listed and then found to be gone is not reported a second time.
func TestLookUpMissing_leavesOutWhatTheLastSyncLost(t *testing.T) {
	t.Parallel()
	line := func(n int, state description.State) string { return described(t, n, state) }
	whole := []string{
		line(1, description.StateDescribed), line(2, description.StateGone), line(3, description.StateDenied),
		line(4, description.StateFiltered), line(5, description.StateDescribed),
	}
	for name, test := range map[string]struct {
		lines   []string
		damage  func(s *staging.Store) error
		gone    []string
		queries int
	}{
		"some were lost": {whole, nil, []string{"3 reports 3", "5 reports 5"}, 1},
		"all that are missing were lost": {
			[]string{whole[0], whole[1], line(3, description.StateGone), whole[3], line(5, description.StateGone)}, nil, nil, 0,
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
			s := streamtest.Open(t, "mem://")
			last := lastSync(t, s, unchanged(Reports, 1, 2, 3, 4, 5)...)
			streamtest.Write(t, s, earlier.Described(), test.lines...)
			if test.damage != nil {
				if err := test.damage(s); err != nil {
					t.Fatal(err)
				}
			}
			o := &orgtest.Org{Records: unchanged(Reports, 1)}
			enumerated(t, s, current, o, false)
			got := lookUpMissing(t, s, o, last, false)
			if diff := cmp.Diff(test.gone, gone(t, s, Reports)); diff != "" || got.Gone[Reports] != int64(len(test.gone)) || len(o.Asked) != test.queries {
				t.Errorf("%+v in %d queries; gone (-want +got):\n%s", got, len(o.Asked), diff)
			}
		})
	}
}
