package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

// read makes logs, each "from>to", and reads them as a chain.
func read(t *testing.T, store *staging.Store, logs string, without ...string) *Chain {
	t.Helper()
	for log := range strings.FieldsSeq(logs) {
		from, to, _ := strings.Cut(log, ">")
		streamtest.Write(t, store, staging.ChangesKey("acme", to, from))
	}
	c, err := Read(t.Context(), store, "acme", func(sync string) bool { return !slices.Contains(without, sync) })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPath_betweenTwoSyncs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, logs, from, to string
		without              string // has no record
		want                 string // no when there is no way
	}{
		{"one log", "a>b", "a", "b", "", "a>b"},
		{"a sync and itself", "a>b", "b", "b", "", ""},
		{"several", "a>b b>c c>d", "a", "d", "", "a>b b>c c>d"},
		{"some of them", "a>b b>c c>d", "b", "c", "", "b>c"},
		{"a break", "a>b c>d", "a", "d", "", "no"},
		{"before the first", "b>c", "a", "c", "", "no"},
		{"a sync that was folded away", "a>c c>d", "b", "d", "", "no"},
		{"over one that was folded away", "a>c c>d", "a", "d", "", "a>c c>d"},
		{"a fold that was interrupted", "a>b b>c a>c", "a", "c", "", "a>c"},
		{"the middle of a fold that was interrupted", "a>b b>c a>c", "b", "c", "", "b>c"},
		{"a sync without a record in between", "a>b a>c", "a", "c", "b", "a>c"},
		{"to a sync without a record", "a>b", "a", "b", "b", "no"},
		{"backwards", "a>b", "b", "a", "", "no"},
	} {
		path, ok := read(t, streamtest.Open(t, "mem://"), row.logs, row.without).Path(row.from, row.to)
		var got []string
		for _, link := range path {
			got = append(got, link.From+">"+link.To)
		}
		text := strings.Join(got, " ")
		if !ok {
			text = "no"
		}
		if text != row.want {
			t.Errorf("%s: %q, want %q", row.name, text, row.want)
		}
	}
}

func TestSpans_areWhatCanBeCompared(t *testing.T) {
	t.Parallel()
	for logs, want := range map[string][]Span{
		"":                nil,
		"a>b":             {{First: "a", Last: "b", Syncs: 2}},
		"a>b b>c c>d":     {{First: "a", Last: "d", Syncs: 4}},
		"a>b b>c d>e":     {{First: "d", Last: "e", Syncs: 2}, {First: "a", Last: "c", Syncs: 3}},
		"a>b b>c a>c c>d": {{First: "a", Last: "d", Syncs: 3}},
		"a>b c>d e>f g>h h>i": {
			{First: "g", Last: "i", Syncs: 3}, {First: "e", Last: "f", Syncs: 2}, {First: "c", Last: "d", Syncs: 2}, {First: "a", Last: "b", Syncs: 2},
		},
	} {
		c := read(t, streamtest.Open(t, "mem://"), logs)
		if diff := cmp.Diff(want, c.Spans()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", logs, diff)
		}
		words := c.Words()
		for _, span := range want[:min(len(want), mostSpans)] {
			if !strings.Contains(words, span.First) || !strings.Contains(words, span.Last) {
				t.Errorf("%s: %s", logs, words)
			}
		}
		if strings.Contains(words, "older parts") != (len(want) > mostSpans) {
			t.Errorf("%s: %s", logs, words)
		}
	}
}

// long is a chain with more logs than may be open at once, in each of which one report was renamed.
func long(t *testing.T, store *staging.Store, n int) (*Chain, []Link) {
	t.Helper()
	name := func(i int) string { return fmt.Sprintf("sync%03d", i) }
	for i := 1; i < n; i++ {
		c := change.Change{ID: streamtest.ReportID(7), Kind: item.Report}
		c.Was, c.Now = change.Fields{change.Name: name(i - 1)}, change.Fields{change.Name: name(i)}
		line, err := c.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		streamtest.Write(t, store, staging.ChangesKey("acme", name(i), name(i-1)), string(line))
	}
	c := read(t, store, "")
	path, ok := c.Path(name(0), name(n-1))
	if !ok || len(path) != n-1 {
		t.Fatalf("%d logs", len(path))
	}
	return c, path
}

func TestBetween_leavesNothingBehind(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	c, path := long(t, store, 20*stream.FanIn)
	for _, reverse := range []bool{false, true} {
		changes, err := c.Between(t.Context(), path, reverse)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes.keys) > stream.FanIn {
			t.Errorf("%d logs are open at once", len(changes.keys))
		}
		for range 2 {
			n := 0
			for one, err := range changes.Each(t.Context()) {
				first, last := "sync000", fmt.Sprintf("sync%03d", len(path))
				if reverse {
					first, last = last, first
				}
				if n++; err != nil || one.Was[change.Name] != first || one.Now[change.Name] != last {
					t.Errorf("%+v, %v", one, err)
				}
			}
			if n != 1 {
				t.Errorf("%d changes", n)
			}
		}
		changes.Close(t.Context())
		if keys := streamtest.Keys(t, store, staging.SyncsPrefix("acme")); len(keys) > 0 {
			t.Errorf("left behind: %v", keys)
		}
	}
	streamtest.Tear(t, store, c.Key(path[3*stream.FanIn]))
	if _, err := c.Between(t.Context(), path, false); !errors.Is(err, staging.ErrTorn) {
		t.Errorf("a torn log: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	changes, err := c.Between(ctx, path[:2*stream.FanIn], false)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	changes.Close(ctx)
	if keys := streamtest.Keys(t, store, staging.SyncsPrefix("acme")); len(keys) > 0 {
		t.Errorf("left behind: %v", keys)
	}
}
