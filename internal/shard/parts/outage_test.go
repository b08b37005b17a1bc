package parts

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

var errFull = &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "the disk is full"}

// A refused flush keeps its lines, is tried again after growing pauses, and is no error before patience ends.
func TestWriter_waitsForAStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.fail = func(string) error { return errFull }
		var waiting []string
		w := newWriter(m, Options{Patience: time.Minute, Waiting: func(why string) { waiting = append(waiting, why) }})
		w.Add(added(0, 0))
		var err error
		for err == nil {
			w.Flush(t.Context(), time.Now(), all)
			if _, err = w.Flushed(t.Context(), <-w.Flushes()); err == nil {
				if !w.Refusing() || w.Pending() != 1 || w.Due(time.Now()) {
					t.Fatalf("refusing %v, %d pending", w.Refusing(), w.Pending())
				}
				<-time.After(w.UntilFlush(time.Now(), all))
			}
		}
		var pauses []time.Duration
		for i, at := range m.writes[1:] {
			pauses = append(pauses, at.Sub(m.writes[i]))
		}
		const s = time.Second
		if diff := cmp.Diff([]time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s, 10 * s, 10 * s, 5 * s}, pauses); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
		if !errors.Is(err, errFull) || w.Pending() != 1 {
			t.Errorf("error %v, %d pending", err, w.Pending())
		}
		m.fail = func(string) error { return nil }
		if stored := flush(t, w, all); len(stored) != 1 || w.Refusing() {
			t.Errorf("stored %v, refusing %v", stored, w.Refusing())
		}
		w.Close()
		if diff := cmp.Diff([]string{errFull.Message, ""}, waiting); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

func TestWriter_waitsForNothingThatDoesNotPass(t *testing.T) {
	for name, refusal := range map[string]error{
		"a bucket that is not there": &fault.Error{Class: fault.Invalid, System: fault.Bucket},
		"an unclassified error":      errors.New("boom"),
		"a torn part":                &fault.Error{Class: fault.Transient, Err: staging.ErrTorn},
		"a missing part":             &fault.Error{Class: fault.Transient, Err: staging.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				m.fail = func(string) error { return refusal }
				w := newWriter(m, Options{Patience: time.Minute})
				w.Add(added(0, 0))
				started := time.Now()
				err := w.Persist(t.Context(), func() error { _, err := w.StoreRest(t.Context()); return err })
				if !errors.Is(err, refusal) || w.Refusing() || time.Since(started) > 0 {
					t.Errorf("error %v after %v", err, time.Since(started))
				}
			})
		})
	}
}

func TestWriter_persistsUntilItsCallerEnds(t *testing.T) {
	for name, row := range map[string]struct {
		back   time.Duration // when the store takes something
		tries  int
		stored bool
	}{
		"the store is back":            {5 * time.Second, 4, true},
		"the store is back by the end": {9 * time.Second, 5, true},
		"the store stays away":         {time.Hour, 5, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, started := newMemory(), time.Now()
				m.fail = func(string) error {
					if time.Since(started) < row.back {
						return errFull
					}
					return nil
				}
				w := newWriter(m, Options{Patience: time.Minute})
				w.Add(added(0, 0))
				caller, cancel := context.WithTimeout(t.Context(), 10*time.Second) // between two tries
				defer cancel()
				err := w.Persist(caller, func() error { _, err := w.StoreRest(t.Context()); return err })
				if (err == nil) != row.stored || len(m.writes) != row.tries || w.Pending() > 0 == row.stored {
					t.Errorf("error %v after %d tries, %d pending", err, len(m.writes), w.Pending())
				}
			})
		})
	}
}
