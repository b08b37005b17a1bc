package staging

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func openLogins(t *testing.T) *Logins {
	t.Helper()
	store, err := Open(t.Context(), "file://"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store.Logins("acme")
}

// take takes up to most logins at now. It returns how many it got, and when the next one becomes free.
func take(t *testing.T, l *Logins, now time.Time, most int) (n int, free time.Time) {
	t.Helper()
	for ; n < most; n++ {
		var err error
		if free, err = l.Take(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if !free.IsZero() {
			break
		}
	}
	return n, free
}

// No hour holds more than the bound, wherever it begins, the turn of the clock's hour included.
func TestLogins_areBoundedInEachRollingHour(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	var taken []time.Time
	for minute := range 200 {
		now := noon.Add(time.Duration(minute)*time.Minute + 30*time.Second)
		n, free := take(t, l, now, 7)
		for range n {
			taken = append(taken, now)
		}
		if n < 7 && (!free.After(now) || free.Sub(now) > time.Hour) {
			t.Fatalf("at %s the next is free at %s", now, free)
		}
	}
	for i, from := range taken {
		within := slices.IndexFunc(taken[i:], func(at time.Time) bool { return at.Sub(from) >= time.Hour })
		if within < 0 {
			within = len(taken) - i
		}
		if within > MostLogins {
			t.Fatalf("%d logins in the hour from %s", within, from)
		}
	}
	if len(taken) < 3*MostLogins {
		t.Errorf("%d logins in 200 minutes, want the bound of each hour to be used", len(taken))
	}
}

func TestLogins_areSharedByAllProcesses(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	var taken atomic.Int64
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			now := noon.Add(30 * time.Minute).Add(time.Duration(worker) * time.Second) // no two clocks agree
			for range 20 {
				free, err := l.Take(t.Context(), now)
				switch {
				case err != nil:
					t.Error(err)
				case free.IsZero():
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	if taken.Load() != MostLogins {
		t.Errorf("%d logins were taken of %d", taken.Load(), MostLogins)
	}
}

// Two clocks that differ by minutes meet at the turn of an hour.
func TestLogins_holdForClocksThatDiffer(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	ahead, _ := take(t, l, noon.Add(3*time.Minute), 100)
	behind, free := take(t, l, noon.Add(-2*time.Minute), 100)
	if ahead != MostLogins || behind != 0 || free.Before(noon) {
		t.Errorf("%d by the clock ahead, %d by the one behind until %s; want %d and none", ahead, behind, free, MostLogins)
	}
	if n, _ := take(t, l, noon.Add(-26*time.Hour), 1); n != 1 {
		t.Error("a clock that is a day behind takes none, for what others wrote")
	}
	if n, _ := take(t, l, noon.Add(64*time.Minute), 1); n != 1 {
		t.Error("none is free an hour later")
	}
}

func TestLogins_ofOldHoursAreForgotten(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	for hour := range 50 {
		now := noon.Add(time.Duration(hour) * time.Hour)
		take(t, l, now, 3)
		if err := l.Forget(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		kept := 0
		for _, err := range l.all(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			kept++
		}
		if kept > 6 {
			t.Fatalf("%d objects are kept in hour %d", kept, hour)
		}
	}
}

func TestLogins_takeNoneOfABucketThatIsAway(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	if _, err := l.store.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.store.Delete(t.Context(), "longhaul.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), noon); !fault.Is(err, fault.Transient) {
		t.Errorf("got %v", err)
	}
}

// A slot that cannot be read counts as taken at the latest possible time.
func TestLogins_countWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	l := openLogins(t)
	take(t, l, noon, MostLogins)
	if err := l.store.Write(t.Context(), LoginKey("acme", noon, 0), []byte("not JSON")); err != nil {
		t.Fatal(err)
	}
	if _, free := take(t, l, noon.Add(time.Minute), 1); !free.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("the next is free at %s", free)
	}
	if err := l.store.Delete(t.Context(), LoginKey("acme", noon, 0)); err != nil && !errors.Is(err, ErrNotExist) {
		t.Fatal(err)
	}
}
