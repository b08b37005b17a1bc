package parts

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
)

const (
	every = 250 * time.Millisecond
	all   = math.MaxInt64 // no request holds up the order
)

func newWriter(m *memory, opts Options) *Writer {
	opts.Attempt, opts.FlushEvery = max(opts.Attempt, 1), every
	return NewWriter(Shard{Store: m, Sync: testSync}, nil, opts)
}

// flush makes one flush and gives the reports it stored.
func flush(t *testing.T, w *Writer, first int64) []int {
	t.Helper()
	w.Flush(t.Context(), time.Now(), first)
	if !w.Flushing() {
		return nil
	}
	stored, err := w.Flushed(t.Context(), <-w.Flushes())
	if err != nil {
		t.Fatal(err)
	}
	return reports(stored)
}

func TestWriter_storesWhatHasGatheredInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		w := newWriter(m, Options{})
		for _, i := range []int{3, 1, 0, 4} {
			w.Add(added(i, int64(i)))
		}
		if w.Due(time.Now()) {
			t.Error("a flush is due at once")
		}
		<-time.After(w.UntilFlush(time.Now(), 2)) // request 2 is in flight
		if !w.Due(time.Now()) {
			t.Error("no flush is due")
		}
		if diff := cmp.Diff([]int{0, 1}, flush(t, w, 2)); diff != "" || w.Pending() != 2 {
			t.Errorf("%d pending, stored (-want +got):\n%s", w.Pending(), diff)
		}
		if w.Due(time.Now()) {
			t.Error("the next flush is due at once")
		}
		w.Add(added(2, 2))
		if diff := cmp.Diff([]int{2, 3, 4}, flush(t, w, all)); diff != "" || w.Pending() != 0 {
			t.Errorf("%d pending, stored (-want +got):\n%s", w.Pending(), diff)
		}
		if flush(t, w, all) != nil || w.Due(time.Now().Add(time.Hour)) {
			t.Error("a flush of nothing")
		}
		if diff := cmp.Diff([]string{part(0, 1, 1), part(2, 4, 1)}, slices.Sorted(maps.Keys(m.streams))); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
	})
}

// A line that waits for a request before it is overdue after one interval, and a flush for it is due then.
func TestWriter_saysWhoIsAStraggler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(newMemory(), Options{})
		<-time.After(every)
		w.Add(added(5, 5))
		<-time.After(every / 2)
		w.Add(added(7, 7))
		if got := w.Overdue(time.Now()); got != -1 {
			t.Errorf("request %d is overdue too early", got)
		}
		if got := w.UntilFlush(time.Now(), 3); got != every/2 {
			t.Errorf("the next flush is due in %v", got)
		}
		<-time.After(every / 2)
		if got := w.Overdue(time.Now()); got != 5 {
			t.Errorf("request %d is overdue, want 5", got)
		}
		<-time.After(every / 2)
		if got := w.Overdue(time.Now()); got != 7 {
			t.Errorf("request %d is overdue, want 7", got)
		}
	})
}

func TestWriter_isFullUntilItsLinesAreStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(newMemory(), Options{})
		for i := range 2 {
			l := added(i, int64(i))
			l.Data = make([]byte, maxPending/2)
			if w.Full() {
				t.Errorf("full after %d lines", i)
			}
			w.Add(l)
		}
		w.Flush(t.Context(), time.Now(), all)
		if !w.Full() || !w.Flushing() || w.Pending() != 0 {
			t.Error("what is being written does not count")
		}
		if _, err := w.Flushed(t.Context(), <-w.Flushes()); err != nil || w.Full() {
			t.Errorf("full %v after a flush, error %v", w.Full(), err)
		}
	})
}

func TestWriter_takesTheNextNameWhereAnotherProcessHasOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.streams[part(0, 1, 2)], m.streams[part(0, 1, 3)] = nil, nil
		w := newWriter(m, Options{Attempt: 2})
		w.Add(added(1, 1))
		w.Add(added(0, 0))
		stored, err := w.StoreRest(t.Context())
		if err != nil || len(stored) != 2 || len(m.streams[part(0, 1, 4)]) != 2 || w.Pending() != 0 {
			t.Errorf("stored %v, error %v, parts %v", reports(stored), err, slices.Sorted(maps.Keys(m.streams)))
		}
		if stored, err = w.StoreRest(t.Context()); err != nil || stored != nil || len(m.streams) != 3 {
			t.Errorf("a part of nothing: %v, error %v", reports(stored), err)
		}
	})
}

func TestWriter_makesAnErrorOfAPanicOfTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.fail = func(string) error { panic("the driver") }
		w := newWriter(m, Options{Patience: time.Minute})
		w.Add(added(0, 0))
		w.Flush(t.Context(), time.Now(), all)
		_, err := w.Flushed(t.Context(), <-w.Flushes())
		if err == nil || w.Flushing() || w.Pending() != 1 {
			t.Errorf("error %v, %d pending", err, w.Pending())
		}
	})
}

func TestWithin_takesAStoreThatHangsForOneThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		err := Within(t.Context(), hang)
		if !fault.Is(err, fault.Transient) || !passes(err) || time.Since(started) != WriteTime {
			t.Errorf("error %v after %v", err, time.Since(started))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := Within(ctx, hang); passes(err) {
			t.Errorf("a cancel became %v", err)
		}
	})
}
