package storetest_test

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"longhaul/internal/saved"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
	"longhaul/internal/streamtest"
)

// TestRemove_besideAnotherLeavesOneWholeSourceOrNone lets one person do all of a thing between two requests of another person's, at each place.
// Whoever is told that a source is removed finds none, unless the other connected it afterwards, and is told that.
func TestRemove_besideAnotherLeavesOneWholeSourceOrNone(t *testing.T) {
	t.Parallel()
	type act func(s *saved.Store, version string) error
	promote := func(s *saved.Store, version string) error { return s.Promote(t.Context(), "acme", version) }
	remove := func(s *saved.Store, _ string) error { return s.Remove(t.Context(), "acme") }
	reseal := func(s *saved.Store, _ string) error { _, err := s.Reseal(t.Context()); return err }
	for name, row := range map[string]struct {
		first, then        act
		promoted, resealed bool
	}{
		"a promotion that is disconnected": {promote, remove, true, false},
		"a removal beside a promotion":     {remove, promote, true, false},
		"a removal beside a reseal":        {remove, reseal, false, true},
		"a reseal that is disconnected":    {reseal, remove, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := int64(1); ; at++ {
				p := storetest.NewMemory(t, false)
				bucket := open(t, storetest.S3, p)
				s := savedIn(t, bucket)
				if err := s.Promote(t.Context(), "acme", proposed(t, s, "old")); err != nil {
					t.Fatal(err)
				}
				version := ""
				if row.promoted {
					version = proposed(t, s, "new")
				}
				var requests atomic.Int64
				var then error
				p.Set(func(http.ResponseWriter, *http.Request) bool {
					if requests.Add(1) == at {
						then = row.then(s, version)
					}
					return false
				})
				first := row.first(s, version)
				p.Set(nil)
				if requests.Load() < at {
					return
				}
				got := whole(t, s)
				keys := append(streamtest.Keys(t, bucket, "saved/"), streamtest.Keys(t, bucket, "candidates/")...)
				if got == "" && len(keys) > 0 || got != "" && len(keys) != 1 || got == "old" {
					t.Errorf("before request %d (%v, %v): %q counts, and the bucket has %v", at, first, then, got, keys)
				}
				if name == "a removal beside a promotion" && got == "new" && !errors.As(first, new(*saved.ConnectedError)) {
					t.Errorf("before request %d: whoever disconnects hears %v", at, first)
				}
				for _, err := range []error{first, then} {
					connected := errors.As(err, new(*saved.ConnectedError))
					if connected && got != "new" || err != nil && !connected && !errors.As(err, new(*saved.NotSavedError)) {
						t.Errorf("before request %d: %v, and %q counts", at, err, got)
					}
				}
			}
		})
	}
}

// TestRemove_whileTwoConnect has no order at all.
func TestRemove_whileTwoConnect(t *testing.T) {
	t.Parallel()
	for range 20 {
		bucket := open(t, storetest.S3, storetest.NewMemory(t, false))
		s := savedIn(t, bucket)
		one, two := proposed(t, s, "one"), proposed(t, s, "two")
		var results [3]error
		var all sync.WaitGroup
		all.Go(func() { results[0] = s.Promote(t.Context(), "acme", one) })
		all.Go(func() { results[1] = s.Promote(t.Context(), "acme", two) })
		all.Go(func() { results[2] = s.Remove(t.Context(), "acme") })
		all.Wait()
		got, keys := whole(t, s), streamtest.Keys(t, bucket, "")
		left := 0
		for _, key := range keys {
			if _, _, ok := staging.ParseSaved(key); ok {
				left++
			}
		}
		if got == "" && left > 0 || got != "" && left != 1 {
			t.Errorf("%q counts, and the bucket has %v: %v", got, keys, results)
		}
	}
}
