package stream

import (
	"testing"
)

func TestOverlap_countsRunsOverOneId(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		runs []Run
		want int
	}{
		"none":             {nil, 0},
		"one":              {[]Run{{First: "a", Last: "c"}}, 1},
		"one after other":  {[]Run{{First: "a", Last: "c"}, {First: "d", Last: "e"}}, 1},
		"with one id both": {[]Run{{First: "a", Last: "c"}, {First: "c", Last: "e"}}, 2},
		"two over a third": {[]Run{{First: "a", Last: "z"}, {First: "b", Last: "c"}, {First: "d", Last: "e"}}, 2},
	}
	for name, test := range tests {
		if got := overlap(test.runs); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
