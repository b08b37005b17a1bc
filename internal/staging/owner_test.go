package staging

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// ownersOf are the marks of a source in a bucket of its own.
func ownersOf(t *testing.T) *Owners {
	t.Helper()
	store, err := Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store.Owners("acme")
}

func on(temporal, sync string) Owner {
	return Owner{Temporal: temporal, Namespace: "default", Workflow: "sync-acme", Sync: sync}
}

// takes takes the source for a sync that must get it under a number.
func (o *Owners) takes(t *testing.T, me Owner, seen Seen, want int) {
	t.Helper()
	if n, err := o.Take(t.Context(), me, seen); n != want || err != nil {
		t.Fatalf("%s of %s is owner %d, %v; want %d", me.Sync, me.Temporal, n, err, want)
	}
}

// waits tries to take the source for a sync that must not get it, and gives the mark that it met.
func (o *Owners) waits(t *testing.T, me Owner, seen Seen) string {
	t.Helper()
	_, err := o.Take(t.Context(), me, seen)
	other, ok := errors.AsType[*OwnedError](err)
	if !ok || other.By.Temporal == me.Temporal || other.Mark == "" {
		t.Fatalf("%s of %s gets %v, want that another one is the owner", me.Sync, me.Temporal, err)
	}
	return other.Mark
}

func (o *Owners) renews(t *testing.T, me Owner, n int) {
	t.Helper()
	if holds, err := o.Renew(t.Context(), me, n); err != nil || !holds {
		t.Fatalf("%s of %s, owner %d: %v", me.Sync, me.Temporal, n, err)
	}
}

func (o *Owners) isLost(t *testing.T, me Owner, n int, to string) {
	t.Helper()
	holds, err := o.Renew(t.Context(), me, n)
	if other, ok := errors.AsType[*OwnedError](err); !ok || holds || other.By.Temporal != to {
		t.Fatalf("%s of %s, owner %d, renews its mark: %v; want that it was taken over by %s", me.Sync, me.Temporal, n, err, to)
	}
}

// No end of a sync, be it a kill or a termination, makes the next one of the same Temporal wait.
func TestOwners_oneTemporalNeverWaitsForItself(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	o.takes(t, on("A", "first"), Seen{}, 1)
	o.takes(t, on("A", "second"), Seen{}, 1)
	o.renews(t, on("A", "first"), 1) // a reset brought it back
}

func TestOwners_anotherTemporalWaitsUntilTheFirstHasEnded(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	first := on("A", "first")
	o.takes(t, first, Seen{}, 1)
	before := o.waits(t, on("B", "other"), Seen{})
	o.renews(t, first, 1)
	if after := o.waits(t, on("B", "other"), Seen{Mark: before, For: 24 * time.Hour}); after == before {
		t.Errorf("the mark %q is the same after it was renewed", after)
	}
	first.Ended = true
	o.renews(t, first, 1)
	o.takes(t, on("B", "other"), Seen{}, 2)
	o.isLost(t, first, 1, "B")
	o.waits(t, on("A", "next"), Seen{})
}

// Nobody's clock is believed: what counts is for how long who waits has seen no change.
func TestOwners_silenceIsMeasuredByWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := ownersOf(t)
		o.takes(t, on("A", "first"), Seen{}, 1)
		mark := o.waits(t, on("B", "other"), Seen{})
		<-time.After(Silence + time.Minute) // on the bubble's clock
		o.waits(t, on("B", "other"), Seen{})
		o.waits(t, on("B", "other"), Seen{Mark: mark, For: Silence - time.Second})
		o.takes(t, on("B", "other"), Seen{Mark: mark, For: Silence}, 2)
		o.isLost(t, on("A", "first"), 1, "B")
	})
}

func TestOwners_aMarkOfLongAgoIsNotWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := ownersOf(t)
		o.takes(t, on("A", "first"), Seen{}, 1)
		<-time.After(LongAgo)
		o.waits(t, on("B", "other"), Seen{})
		<-time.After(time.Second)
		o.takes(t, on("B", "other"), Seen{}, 2)
	})
}

// Of many Temporals that begin at one moment on a source that is free, one gets it. Marks of before are removed.
func TestOwners_oneOfManyGetsTheSource(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	gone := on("gone", "before")
	o.takes(t, gone, Seen{}, 1)
	gone.Ended = true
	o.renews(t, gone, 1)
	const many = 8
	got := make(chan int, many)
	for i := range many {
		go func() {
			n, err := o.Take(t.Context(), on(string(rune('A'+i)), "sync"), Seen{})
			if err != nil && !errors.As(err, new(*OwnedError)) {
				t.Error(err)
			}
			got <- n
		}()
	}
	owners := 0
	for range many {
		if n := <-got; n > 0 {
			owners++
		}
	}
	left, err := o.all(t.Context())
	if err != nil || owners != 1 || len(left) != 1 || left[0] != 2 {
		t.Errorf("%d own the source, and the marks %v are left: %v", owners, left, err)
	}
}

// A mark that nobody can read keeps nobody from the source for good.
func TestOwners_aBrokenMarkIsNobodys(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	if err := o.store.Write(t.Context(), OwnerKey("acme", 7), []byte("{")); err != nil {
		t.Fatal(err)
	}
	o.takes(t, on("A", "first"), Seen{}, 8)
}
