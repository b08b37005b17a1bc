package usage_test

import (
	"testing"
	"time"

	"longhaul/internal/quota"
	"longhaul/internal/usage"
)

// TestMadeBy_addsUpWhatASyncNoted has activities of two syncs, one of which was tried again, and one that was killed.
func TestMadeBy_addsUpWhatASyncNoted(t *testing.T) {
	t.Parallel()
	l, store := open(t)
	record(t, l, attempt("one", 5, 1), 10, noon)
	again := attempt("one", 5, 2)
	if err := l.Record(t.Context(), again, 29, 4, quota.Usage{Clock: noon.Add(time.Hour)}, noon.Add(time.Hour)); err != nil { // with the first attempt's
		t.Fatal(err)
	}
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

// TestEnded_findsTheAccountThatAnAttemptLeft looks for what earlier attempts of an activity left at their end.
func TestEnded_findsTheAccountThatAnAttemptLeft(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		write func(t *testing.T, l *usage.Log)
		made  int64
		last  bool
	}{
		"none": {func(t *testing.T, l *usage.Log) { reserve(t, l, attempt("one", 5, 3), 100, noon) }, 0, false},
		"that before": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("one", 5, 2), 20, noon)
			record(t, l, attempt("one", 5, 3), 30, noon.Add(time.Hour))
		}, 30, true},
		"one earlier, in an hour before": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("one", 5, 2), 20, noon.Add(-time.Hour))
			reserve(t, l, attempt("one", 5, 3), 100, noon)
		}, 20, false},
		"others and itself": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("one", 5, 4), 40, noon)
			record(t, l, attempt("one", 51, 3), 50, noon)
			record(t, l, attempt("two", 5, 3), 60, noon)
		}, 0, false},
	} {
		l, _ := open(t)
		row.write(t, l)
		if entry, last := l.Ended(t.Context(), attempt("one", 5, 4), noon); entry.Made() != row.made || last != row.last {
			t.Errorf("%s: %+v, %v", name, entry, last)
		}
	}
}
