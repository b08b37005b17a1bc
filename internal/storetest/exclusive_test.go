package storetest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/storetest"
)

// TestID_refusesAStoreThatOverwrites starts on a store that ignores If-None-Match, and on one that does not.
func TestID_refusesAStoreThatOverwrites(t *testing.T) {
	t.Parallel()
	_, err := open(t, storetest.S3, storetest.NewMemory(t, true)).ID(t.Context())
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "only if it is absent (If-None-Match: *)") {
		t.Errorf("a careless store: %v", err)
	}

	p := storetest.NewMemory(t, false)
	s := open(t, storetest.S3, p)
	first, err := s.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := p.Requests()
	again, err := s.ID(t.Context())
	if err != nil || again != first || p.Requests() != before+1 {
		t.Errorf("asked again: %q after %q, %v, by %d requests; want one", again, first, err, p.Requests()-before)
	}
	if created, err := s.WriteNew(t.Context(), "a/b", []byte("x")); err != nil || !created {
		t.Errorf("a new object: %v, %v", created, err)
	}
	if created, err := s.WriteNew(t.Context(), "a/b", []byte("y")); err != nil || created {
		t.Errorf("a taken key: %v, %v", created, err)
	}
}

// TestID_beginsWithAGet checks the first request: the answer to a HEAD has no body that says why the store refuses.
func TestID_beginsWithAGet(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewFake(t)
		var methods []string
		p.Set(func(w http.ResponseWriter, r *http.Request) bool {
			methods = append(methods, r.Method)
			return storetest.Refusal(kind, http.StatusForbidden, "AccessDenied")(w, r)
		})
		_, _ = open(t, kind, p).ID(t.Context())
		if !slices.Equal(methods, []string{http.MethodGet}) {
			t.Errorf("it asked by %q, want one GET", methods)
		}
	})
}
