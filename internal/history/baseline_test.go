package history

import (
	"fmt"
	"testing"

	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestLastBaseline_isTheNewestThatMayBeComparedWith(t *testing.T) {
	t.Parallel()
	numbered := func(n int) string { return fmt.Sprintf("20261123T18%04dZ-ab12cd34", n) }
	put := func(s *staging.Store, n int, r Record) {
		r.Sync = numbered(n)
		if err := s.WriteJSON(t.Context(), staging.RecordKey("acme", r.Sync), r); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		prepare func(s *staging.Store)
		want    int // -1 for none
	}{
		"no record":          {func(*staging.Store) {}, -1},
		"only trial syncs":   {func(s *staging.Store) { put(s, 1, Record{}); put(s, 2, Record{}) }, -1},
		"the newer of two":   {func(s *staging.Store) { put(s, 1, Record{Baseline: true}); put(s, 2, Record{Baseline: true}) }, 2},
		"a trial sync after": {func(s *staging.Store) { put(s, 1, Record{Baseline: true}); put(s, 2, Record{}) }, 1},
		"a damaged one is passed over": {func(s *staging.Store) {
			put(s, 1, Record{Baseline: true})
			if err := s.Write(t.Context(), staging.RecordKey("acme", numbered(2)), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"the oldest that is looked at": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			put(s, 1, Record{Baseline: true})
			for n := range recordsRead - 1 {
				put(s, n+2, Record{})
			}
		}, 1},
		"older than what is looked at": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			for n := range recordsRead {
				put(s, n+1, Record{})
			}
		}, -1},
		"older, and named by those after it": {func(s *staging.Store) {
			put(s, 0, Record{Baseline: true})
			for n := range recordsRead {
				put(s, n+1, Record{BaselineSync: numbered(0)})
			}
		}, 0},
		"one that is not there any more is named": {func(s *staging.Store) {
			put(s, 1, Record{Baseline: true})
			put(s, 2, Record{BaselineSync: numbered(0)})
		}, 1},
		"one that is no baseline is named": {func(s *staging.Store) {
			put(s, 0, Record{})
			put(s, 1, Record{BaselineSync: numbered(0)})
		}, -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			test.prepare(s)
			got, found, err := LastBaseline(t.Context(), s, "acme")
			if err != nil || found != (test.want >= 0) || found && got.Sync != numbered(test.want) {
				t.Errorf("got %q, %v, %v; want number %d", got.Sync, found, err, test.want)
			}
			if id, err := BaselineOf(t.Context(), s, "acme"); err != nil || id != got.Sync {
				t.Errorf("the id is %q, %v; want %q", id, err, got.Sync)
			}
		})
	}
}
