package usage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

var noon = time.Date(2026, 11, 24, 12, 10, 0, 0, time.UTC)

// open gives the log of a source in a bucket of its own.
func open(t *testing.T) (*usage.Log, *staging.Store) {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return usage.Of(store, "acme"), store
}

// attempt is one of an activity that describes.
func attempt(run string, activity, number int) usage.Attempt {
	return usage.Attempt{Sync: "s", Type: "Describe", Run: run, Activity: fmt.Sprint(activity), Number: number}
}

func reserve(t *testing.T, l *usage.Log, a usage.Attempt, calls int64, at time.Time) {
	t.Helper()
	if err := l.Reserve(t.Context(), a, calls, at, at); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, l *usage.Log, a usage.Attempt, calls int64, at time.Time) {
	t.Helper()
	if err := l.Record(t.Context(), a, calls, 0, quota.Usage{Clock: at, Max: 1000}, at); err != nil {
		t.Fatal(err)
	}
}

// countedAt is how many calls count at a time by both clocks.
func countedAt(t *testing.T, l *usage.Log, at time.Time) (calls int64) {
	t.Helper()
	sum, err := l.Read(t.Context(), usage.Attempt{}, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range sum.Hours(at, at) {
		calls += h.Calls
	}
	return calls
}

// TestLog_sumsTheLastDay has activities of several runs of a day, and looks at each hour after them.
func TestLog_sumsTheLastDay(t *testing.T) {
	t.Parallel()
	l, _ := open(t)
	for i, run := range []string{"one", "two", "three"} {
		at := noon.Add(time.Duration(i) * 6 * time.Hour)
		for activity := range 3 {
			a := attempt(run, activity+5, 1)
			reserve(t, l, a, 100, at.Add(-time.Hour))
			record(t, l, a, 10, at)
		}
	}
	for after, want := range map[time.Duration]int64{
		12 * time.Hour: 90, 24*time.Hour + 45*time.Minute: 90, 25 * time.Hour: 60, 31 * time.Hour: 30, 37 * time.Hour: 0,
	} {
		if got := countedAt(t, l, noon.Add(after)); got != want {
			t.Errorf("%s after the first calls %d count, want %d", after, got, want)
		}
	}
}

// TestLog_countsAnActivityOnce has attempts of one activity that end in all ways.
func TestLog_countsAnActivityOnce(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		write func(t *testing.T, l *usage.Log)
		want  int64
	}{
		"under way or killed": {func(t *testing.T, l *usage.Log) { reserve(t, l, attempt("r", 5, 1), 100, noon) }, 100},
		"ended": {func(t *testing.T, l *usage.Log) {
			reserve(t, l, attempt("r", 5, 1), 100, noon)
			record(t, l, attempt("r", 5, 1), 30, noon)
		}, 30},
		"ended without a call": {func(t *testing.T, l *usage.Log) {
			reserve(t, l, attempt("r", 5, 1), 100, noon)
			record(t, l, attempt("r", 5, 1), 0, noon)
		}, 0},
		"ended, and the next attempt was killed": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("r", 5, 1), 30, noon)
			reserve(t, l, attempt("r", 5, 2), 100, noon)
		}, 100},
		"killed, and the next attempt ended": {func(t *testing.T, l *usage.Log) {
			reserve(t, l, attempt("r", 5, 1), 100, noon)
			reserve(t, l, attempt("r", 5, 2), 100, noon.Add(time.Hour))
			record(t, l, attempt("r", 5, 2), 42, noon.Add(time.Hour))
		}, 42},
		"the tenth attempt": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("r", 5, 9), 9, noon)
			record(t, l, attempt("r", 5, 10), 10, noon)
		}, 10},
		"a late end of an attempt that was given up": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("r", 5, 2), 42, noon)
			record(t, l, attempt("r", 5, 1), 30, noon.Add(time.Hour))
		}, 42},
		"written twice": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("r", 5, 1), 30, noon)
			record(t, l, attempt("r", 5, 1), 30, noon)
		}, 30},
		"the same number in another run": {func(t *testing.T, l *usage.Log) {
			record(t, l, attempt("r", 5, 1), 30, noon)
			record(t, l, attempt("q", 5, 1), 30, noon)
		}, 60},
	} {
		l, _ := open(t)
		row.write(t, l)
		if got := countedAt(t, l, noon.Add(2*time.Hour)); got != row.want {
			t.Errorf("%s: %d calls, want %d", name, got, row.want)
		}
	}
}

// TestLog_toleratesWhatItCannotRead has objects that are damaged, and keys that are none of the log's.
func TestLog_toleratesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	l, store := open(t)
	record(t, l, attempt("r", 5, 1), 30, noon)
	prefix := staging.UsageHourPrefix("acme", noon)
	for _, name := range []string{"r-7.1.json", "note.txt", "r-8.json"} {
		if err := store.Write(t.Context(), prefix+name, []byte(`{"calls": 1`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Write(t.Context(), staging.UsagePrefix("acme")+"old/r-9.1.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	sum, err := l.Read(t.Context(), usage.Attempt{}, noon)
	if err != nil || sum.Unreadable != 1 || sum.Max != 1000 {
		t.Errorf("read %+v, %v; want one object that is unreadable, and what the others say", sum, err)
	}
	if calls := countedAt(t, l, noon); calls != 30 {
		t.Errorf("%d calls count, want the 30 of the others", calls)
	}
}

// TestLog_hoursOfAClockThatWasWrongHideNone has calls of a day that were dated years ahead, before those of today.
func TestLog_hoursOfAClockThatWasWrongHideNone(t *testing.T) {
	t.Parallel()
	l, _ := open(t)
	lastWeek := noon.Add(-7 * 24 * time.Hour)
	for i := range 40 {
		at := lastWeek.Add(time.Duration(i) * time.Hour)
		if err := l.Record(t.Context(), attempt("wrong", i, 1), 1, 0, quota.Usage{Clock: at.AddDate(10, 0, 0)}, at); err != nil {
			t.Fatal(err)
		}
	}
	record(t, l, attempt("r", 5, 1), 30, noon)
	if calls := countedAt(t, l, noon.Add(time.Hour)); calls != 30 {
		t.Errorf("%d calls count, want the 30 of today", calls)
	}
}

// TestLog_leavesOutTheActivityThatReads has a login that was tried before: it counts its calls itself.
func TestLog_leavesOutTheActivityThatReads(t *testing.T) {
	t.Parallel()
	l, _ := open(t)
	record(t, l, attempt("r", 5, 1), 4, noon)
	record(t, l, attempt("r", 6, 1), 30, noon)
	sum, err := l.Read(t.Context(), attempt("r", 5, 2), noon)
	if err != nil {
		t.Fatal(err)
	}
	if hours := sum.Hours(noon, noon); len(hours) != 1 || hours[0].Calls != 30 {
		t.Errorf("it reads %+v, want the 30 calls of the other activity", hours)
	}
}

// TestSum_clocks lets Salesforce's clock and that of the worker differ.
func TestSum_clocks(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		salesforce, worker time.Time // of the calls
		clock, now         time.Time // of the look
		want               []int64   // by hour
	}{
		"aged by both":                 {noon, noon, noon.Add(26 * time.Hour), noon.Add(26 * time.Hour), nil},
		"aged by Salesforce's alone":   {noon, noon, noon.Add(26 * time.Hour), noon, []int64{7}},
		"aged by the worker's alone":   {noon, noon, noon, noon.Add(26 * time.Hour), []int64{7}},
		"ahead of both":                {noon.Add(90 * time.Hour), noon, noon, noon, []int64{7}},
		"ahead of both, and long ago":  {noon.Add(90 * time.Hour), noon, noon.Add(25 * time.Hour), noon.Add(25 * time.Hour), nil},
		"ahead of the worker's alone":  {noon.Add(90 * time.Hour), noon, noon.Add(91 * time.Hour), noon, []int64{7}},
		"a worker whose clock is late": {noon, noon.Add(-50 * time.Hour), noon, noon, []int64{7}},
	} {
		l, _ := open(t)
		if err := l.Record(t.Context(), attempt("r", 5, 1), 7, 0, quota.Usage{Clock: row.salesforce}, row.worker); err != nil {
			t.Fatal(err)
		}
		sum, err := l.Read(t.Context(), usage.Attempt{}, row.now)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, h := range sum.Hours(row.clock, row.now) {
			got = append(got, h.Calls)
			if begins := time.Unix(h.Hour*3600, 0); begins.After(row.clock) && begins.After(row.now) {
				t.Errorf("%s: the hour %s lies ahead", name, begins.UTC())
			}
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestLog_prune removes the hours of which nobody needs the calls, by the clock that is behind.
func TestLog_prune(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		clock, now time.Duration // after the last call
		left       int           // hours
	}{
		"nothing is old":               {time.Hour, time.Hour, 4},
		"two hours are old":            {47 * time.Hour, 50 * time.Hour, 2},
		"Salesforce's clock is wrong":  {9000 * time.Hour, time.Hour, 4},
		"the worker's clock is wrong":  {time.Hour, 9000 * time.Hour, 4},
		"all hours are old":            {60 * time.Hour, 60 * time.Hour, 0},
		"Salesforce's is not known":    {-1 << 62, 60 * time.Hour, 4},
		"days of both later, at night": {9000 * time.Hour, 9000 * time.Hour, 0},
	} {
		l, store := open(t)
		for i := range 4 {
			record(t, l, attempt("r", 5+i, 1), 7, noon.Add(time.Duration(i-3)*time.Hour))
		}
		clock := noon.Add(row.clock)
		if row.clock < 0 {
			clock = time.Time{}
		}
		if err := l.Prune(t.Context(), clock, noon.Add(row.now)); err != nil {
			t.Fatal(err)
		}
		var hours []string
		for folder, err := range store.Folders(t.Context(), staging.UsagePrefix("acme")) {
			if err != nil {
				t.Fatal(err)
			}
			hours = append(hours, folder)
		}
		if len(hours) != row.left || !slices.IsSorted(hours) {
			t.Errorf("%s: the hours %q are left, want %d", name, hours, row.left)
		}
	}
}
