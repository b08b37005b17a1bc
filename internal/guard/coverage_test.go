package guard

import (
	"strings"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/history"
)

func TestCoverage_holdsAFall(t *testing.T) {
	t.Parallel()
	states := func(described, reused, denied, gone int64) map[description.State]int64 {
		return map[description.State]int64{
			description.StateDescribed: described, description.StateReused: reused,
			description.StateDenied: denied, description.StateGone: gone,
		}
	}
	tests := map[string]struct {
		last, now map[description.State]int64
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
		got := Coverage(history.Record{States: test.last}, test.now, test.max)
		if test.want != (len(got) == 1 && got[0].Found.Code == ConcernCoverageFell) || len(got) > 1 {
			t.Errorf("%s: %+v, want a concern: %v", name, got, test.want)
		}
	}
	got := Coverage(history.Record{States: states(1000, 0, 0, 0)}, states(899, 0, 101, 0), 0)[0].Sentence()
	if !strings.HasPrefix(got, "899 reports have columns, 89 % of all; in the last sync 1,000 had, 100 %") {
		t.Errorf("it says %q", got)
	}
}
