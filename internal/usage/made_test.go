package usage_test

import (
	"testing"
	"time"

	"longhaul/internal/usage"
)

// TestMadeBy_addsUpWhatASyncNoted has activities of two syncs, one of which was tried again, and one that was killed.
func TestMadeBy_addsUpWhatASyncNoted(t *testing.T) {
	t.Parallel()
	l, store := open(t)
	record(t, l, attempt("one", 5, 1), 10, noon)
	record(t, l, attempt("one", 5, 2), 25, noon.Add(time.Hour)) // with those of the first attempt
	record(t, l, attempt("two", 5, 1), 7, noon.Add(90*time.Minute))
	reserve(t, l, attempt("two", 6, 1), 1000, noon.Add(90*time.Minute))
	other := attempt("three", 5, 1)
	other.Sync = "before"
	record(t, l, other, 100, noon)
	record(t, l, attempt("four", 5, 1), 300, noon.Add(9*time.Hour)) // long after
	if got := l.MadeBy(t.Context(), "s", noon, noon.Add(2*time.Hour)); got != 32 {
		t.Errorf("the sync made %d calls, want 32", got)
	}
	if got := usage.Of(store, "none").MadeBy(t.Context(), "s", noon, noon.Add(time.Hour)); got != 0 {
		t.Errorf("of another source %d calls", got)
	}
}
