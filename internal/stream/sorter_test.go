package stream

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"longhaul/internal/streamtest"
)

func TestSorter_givesAllLinesInOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ lines, width int }{
		"nothing":            {0, 0},
		"what fits":          {500, 10},
		"some runs":          {20_000, 200},
		"runs that are many": {20_000, 1200}, // more than can be open at once
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := streamtest.Open(t, "mem://")
			s := NewSorter(store, current)
			padding := strings.Repeat("x", test.width)
			want := map[string]int{}
			for i := range test.lines {
				id := streamtest.ReportID(i * 7919 % max(test.lines/2, 1)) // every Id twice, scattered
				line := fmt.Sprintf(`{"Id":%q,"n":%d,"p":%q}`, id, i, padding)
				want[line]++
				if err := s.Add(t.Context(), []byte(line)); err != nil {
					t.Fatal(err)
				}
			}
			last, n := "", 0
			for line, err := range s.Lines(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				id, err := LineID(line)
				if err != nil || string(id) < last || want[string(line)] != 1 {
					t.Fatalf("%.60s after %s, %v; it is wanted %d times", line, last, err, want[string(line)])
				}
				want[string(line)]--
				last = string(id)
				n++
			}
			if n != test.lines {
				t.Errorf("%d lines, want %d", n, test.lines)
			}
			s.Close(t.Context())
			if left := streamtest.Keys(t, store, current.SortPrefix()); len(left) > 0 {
				t.Errorf("left in the bucket: %q", left)
			}
		})
	}
}

func TestSorter_stopsWhenNoMoreIsWanted(t *testing.T) {
	t.Parallel()
	for _, lines := range []int{10, 20_000} { // from memory, and from runs
		s := NewSorter(streamtest.Open(t, "mem://"), current)
		for i := range lines {
			if err := s.Add(t.Context(), fmt.Appendf(nil, `{"Id":%q,"p":"%0200d"}`, streamtest.ReportID(i), 0)); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for _, err := range s.Lines(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("of %d lines %d were given", lines, n)
		}
		s.Close(t.Context())
	}
}

func TestSorter_refusesALineWithoutId(t *testing.T) {
	t.Parallel()
	s := NewSorter(streamtest.Open(t, "mem://"), current)
	defer s.Close(t.Context())
	if err := s.Add(t.Context(), []byte(`{"id":"00O000000000001AAA"}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v", err)
	}
}
