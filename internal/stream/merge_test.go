package stream

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"longhaul/internal/streamtest"
)

// source is a stream of ids by number that knows how often it was opened and closed.
type source struct {
	ids          []int
	err          error // at its end
	opened, open int
}

func (s *source) lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.opened++
		s.open++
		defer func() { s.open-- }()
		var buf []byte
		for _, n := range s.ids {
			buf = append(buf[:0], fmt.Sprintf(`{"Id":"%s"}`, streamtest.ReportID(n))...)
			if !yield(buf, nil) {
				return
			}
			for i := range buf { // a line is valid until the next only
				buf[i] = '?'
			}
		}
		if s.err != nil {
			yield(nil, s.err)
		}
	}
}

func TestMerge_givesLinesInOrder(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := map[string]struct {
		sources []*source
		want    string // number@stream
		err     string
	}{
		"no stream":                        {},
		"empty streams":                    {sources: []*source{{}, {}}},
		"one stream":                       {sources: []*source{{ids: []int{1, 2, 3}}}, want: "1@0 2@0 3@0"},
		"streams after each other":         {sources: []*source{{ids: []int{3, 4}}, {ids: []int{1, 2}}}, want: "1@1 2@1 3@0 4@0"},
		"streams through each other":       {sources: []*source{{ids: []int{1, 4}}, {ids: []int{2, 3, 5}}}, want: "1@0 2@1 3@1 4@0 5@1"},
		"one id in many streams":           {sources: []*source{{ids: []int{2}}, {ids: []int{1, 2}}, {ids: []int{2, 3}}}, want: "1@1 2@0 2@1 2@2 3@2"},
		"upper case sorts before lower":    {sources: []*source{{ids: []int{10, 36}}, {ids: []int{9, 35, 37}}}, want: "9@1 10@0 35@1 36@0 37@1"},
		"a stream that breaks":             {sources: []*source{{ids: []int{1}, err: broken}, {ids: []int{2}}}, want: "1@0", err: "broken"},
		"a stream that breaks at its head": {sources: []*source{{err: broken}, {ids: []int{2}}}, err: "broken"},
		"a stream that is not sorted":      {sources: []*source{{ids: []int{2, 1}}}, want: "2@0", err: "not sorted"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lazy := range []bool{false, true} {
				var streams []Stream
				for _, s := range test.sources {
					stream := Stream{Lines: s.lines()}
					if lazy && len(s.ids) > 0 {
						stream.First = streamtest.ReportID(s.ids[0])
					}
					streams = append(streams, stream)
				}
				var got []string
				var failed error
				for item, err := range Merge(streams...) {
					if err != nil {
						failed = err
						break
					}
					if id, err := LineID(item.Line); err != nil || string(id) != string(item.ID) {
						t.Errorf("item %s has line %s, %v", item.ID, item.Line, err)
					}
					got = append(got, fmt.Sprintf("%d@%d", streamtest.Number(string(item.ID)), item.Stream))
				}
				if strings.Join(got, " ") != test.want {
					t.Errorf("lazy %v: got %q, want %q", lazy, strings.Join(got, " "), test.want)
				}
				if (failed == nil) != (test.err == "") || failed != nil && !strings.Contains(failed.Error(), test.err) {
					t.Errorf("lazy %v: error %v, want %q", lazy, failed, test.err)
				}
				for i, s := range test.sources {
					if s.open != 0 {
						t.Errorf("lazy %v: stream %d is still open", lazy, i)
					}
				}
			}
		})
	}
}

func TestMerge_opensAStreamWhenItGetsThere(t *testing.T) {
	t.Parallel()
	var sources []*source
	var streams []Stream
	for i := range 50 {
		s := &source{ids: []int{10 * i, 10*i + 9}}
		sources = append(sources, s)
		streams = append(streams, Stream{First: streamtest.ReportID(s.ids[0]), Lines: s.lines()})
	}
	for _, err := range Merge(streams...) {
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, s := range sources {
			open += s.open
		}
		if open > 2 {
			t.Fatalf("%d streams are open at once", open)
		}
	}
	n := 0
	for range Merge(streams...) {
		if n++; n == 3 {
			break
		}
	}
	for i, s := range sources {
		want := 1
		if i <= 1 {
			want = 2
		}
		if s.opened != want || s.open != 0 {
			t.Errorf("stream %d was opened %d times, want %d; %d left open", i, s.opened, want, s.open)
		}
	}
}

func TestMerge_refusesAStreamThatBeginsBeforeItsFirstId(t *testing.T) {
	t.Parallel()
	s := &source{ids: []int{1, 5}}
	for _, err := range Merge(Stream{First: streamtest.ReportID(3), Lines: s.lines()}) {
		if err == nil {
			t.Error("gave a line")
		}
	}
	if s.open != 0 {
		t.Error("left open")
	}
}
