package staging

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ownersOf returns the marks of a source in a new bucket.
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

// takes takes the source for a sync, which must get it under the given number.
func (o *Owners) takes(t *testing.T, me Owner, seen Seen, want int) {
	t.Helper()
	if claim, err := o.Take(t.Context(), me, time.Now(), seen); claim.Number != want || err != nil {
		t.Fatalf("%s of %s is owner %d, %v; want %d", me.Sync, me.Temporal, claim.Number, err, want)
	}
}

func (o *Owners) releases(t *testing.T, me Owner, n int) {
	t.Helper()
	if err := o.Release(t.Context(), me, n); err != nil {
		t.Fatalf("%s of %s, owner %d, releases the source: %v", me.Sync, me.Temporal, n, err)
	}
}

// waits tries to take the source for a sync that must not get it, and returns the mark of the owner.
func (o *Owners) waits(t *testing.T, me Owner, seen Seen) string {
	t.Helper()
	_, err := o.Take(t.Context(), me, time.Now(), seen)
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

// However a sync ends, by a kill or a termination too, the next sync of the same Temporal does not wait.
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
	o.releases(t, first, 1)
	o.takes(t, on("B", "other"), Seen{}, 2)
	o.isLost(t, first, 1, "B")
	o.waits(t, on("A", "next"), Seen{})
}

// No clock is believed: what counts is for how long the sync that waits has seen no change.
func TestOwners_silenceIsMeasuredByWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := ownersOf(t)
		o.takes(t, on("A", "first"), Seen{}, 1)
		mark := o.waits(t, on("B", "other"), Seen{})
		<-time.After(Silence + time.Minute) // on the bubble's clock
		o.waits(t, on("B", "other"), Seen{})
		o.waits(t, on("B", "other"), Seen{Mark: mark, For: Silence - time.Second})
		_, err := o.Take(t.Context(), on("B", "other"), time.Now(), Seen{Mark: mark, For: Silence - time.Second})
		if other, ok := errors.AsType[*OwnedError](err); !ok || other.Left != time.Second {
			t.Errorf("it is to be silent for one more second, and the error is %#v", err)
		}
		o.takes(t, on("B", "other"), Seen{Mark: mark, For: Silence}, 2)
		o.isLost(t, on("A", "first"), 1, "B")
	})
}

// An owner that has been silent for long is not watched for the whole Silence. But the owner on a machine that slept looks the same.
func TestOwners_aMarkOfLongAgoIsWatchedForALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := ownersOf(t)
		o.takes(t, on("A", "first"), Seen{}, 1)
		<-time.After(LongAgo)
		mark := o.waits(t, on("B", "other"), Seen{})
		o.waits(t, on("B", "other"), Seen{Mark: mark, For: LookEvery})
		<-time.After(time.Second)
		o.waits(t, on("B", "other"), Seen{})
		o.waits(t, on("B", "other"), Seen{Mark: mark, For: LookEvery - time.Second})
		o.renews(t, on("A", "first"), 1) // it has woken
		o.waits(t, on("B", "other"), Seen{Mark: mark, For: LookEvery})
		<-time.After(LongAgo + time.Second)
		mark = o.waits(t, on("B", "other"), Seen{})
		o.takes(t, on("B", "other"), Seen{Mark: mark, For: LookEvery}, 2)
	})
}

// An activity that a terminated sync left running does not free the source of the sync that runs now, and neither does an earlier login.
func TestOwners_onlyItsOwnSyncFreesTheSource(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	stale, live := on("A", "stale"), on("A", "live")
	o.takes(t, stale, Seen{}, 1)
	before, err := o.Take(t.Context(), live, time.Now(), Seen{})
	if err != nil {
		t.Fatal(err)
	}
	o.renews(t, stale, 1)
	o.releases(t, stale, 1)
	o.waits(t, on("B", "other"), Seen{})
	o.releases(t, before.Mark, 1) // the mark was renewed since
	o.waits(t, on("B", "other"), Seen{})
	o.releases(t, live, 1)
	o.renews(t, stale, 1) // a reset brought it back
	o.waits(t, on("B", "other"), Seen{})
	o.releases(t, stale, 1)
	o.takes(t, on("B", "other"), Seen{}, 2)
}

// Ids sort in the order in which syncs own the source, whichever sync began first and whichever clock is right.
func TestOwners_idsSortAsSyncsOwnTheSource(t *testing.T) {
	t.Parallel()
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }
	takes := func(o *Owners, temporal, run string, began, now time.Time) (id string) {
		claim, err := o.Take(t.Context(), on(temporal, SyncID(began, run)), now, Seen{})
		if err != nil {
			t.Fatal(err)
		}
		var written Owner
		if err := o.store.ReadJSON(t.Context(), OwnerKey("acme", claim.Number), &written); err != nil || written.Sync != claim.Mark.Sync {
			t.Errorf("the mark names %q, the claim %q: %v", written.Sync, claim.Mark.Sync, err)
		}
		return claim.Mark.Sync
	}
	o := ownersOf(t)
	first := takes(o, "B", "bbbbbbbb", at(11, 0), at(11, 0))
	if want := SyncID(at(11, 0), "bbbbbbbb"); first != want {
		t.Errorf("the first is %s, want its own id %s", first, want)
	}
	o.releases(t, on("B", first), 1)
	late := takes(o, "A", "aaaaaaaa", at(10, 0), at(12, 0))
	if want := SyncID(at(12, 0), "aaaaaaaa"); late != want {
		t.Errorf("one that began before the last owner and comes after it is %s, want %s", late, want)
	}
	if again := takes(o, "A", "aaaaaaaa", at(10, 0), at(13, 0)); again != late {
		t.Errorf("it is %s when it comes again, as after a reset, want %s", again, late)
	}
	next := takes(o, "A", "cccccccc", at(11, 30), at(11, 31)) // by a clock that is slow
	if want := SyncID(at(12, 0).Add(time.Second), "cccccccc"); next != want {
		t.Errorf("the next one is %s, want %s", next, want)
	}
	if back := takes(o, "A", "aaaaaaaa", at(10, 0), at(14, 0)); back != SyncID(at(14, 0), "aaaaaaaa") {
		t.Errorf("it is %s when it was reset after another sync, want an id of now", back)
	}
}

// Another program writes marks. None of them leads to an id that is no valid key, or that sorts before all others.
func TestIDAfter_takesNothingFromAMarkButATime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	own := SyncID(now.Add(-time.Hour), "aaaaaaaa")
	for last, want := range map[string]string{
		"":                                   own,
		own:                                  own,
		"zzzz/../../else":                    own,
		"9":                                  own,
		"99991231T235959.999Z-bbbbbbbb":      own,
		"20261123T113000Z-bbbbbbbb":          own,
		"20261123T103000.000Z-bbbbbbbb":      own,
		"20261123T113000.000Z-../../x":       SyncID(now, "aaaaaaaa"),
		"20261123T115959.500Z-bbbbbbbb":      SyncID(now.Add(time.Second/2), "aaaaaaaa"),
		"20311123T115959.500Z-bbbbbbbb":      "20311123T120000.500Z-aaaaaaaa",
		SyncID(now.Add(-time.Hour), "bbbb"):  SyncID(now, "aaaaaaaa"),
		SyncID(now.Add(-time.Hour), "AAAA1"): own,
	} {
		if got := IDAfter(own, last, now); got != want {
			t.Errorf("after %q it is %q, want %q", last, got, want)
		}
	}
}

// The word for a mark is short, whatever the mark contains: the state of a sync that waits carries it.
func TestOwners_theWordForAMarkIsShort(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	long := on("A", strings.Repeat("<", 100_000))
	o.takes(t, long, Seen{}, 1)
	_, err := o.Take(t.Context(), on("B", "other"), time.Now(), Seen{})
	other, ok := errors.AsType[*OwnedError](err)
	if !ok || len(other.Mark) > 40 || len(err.Error()) > 1000 {
		t.Fatalf("the mark is %d bytes and the error %d", len(other.Mark), len(err.Error()))
	}
}

// Of many Temporals that begin at the same time on a free source, one gets it. Earlier marks are removed.
func TestOwners_oneOfManyGetsTheSource(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	gone := on("gone", "before")
	o.takes(t, gone, Seen{}, 1)
	o.releases(t, gone, 1)
	const many = 8
	got := make(chan int, many)
	for i := range many {
		go func() {
			claim, err := o.Take(t.Context(), on(string(rune('A'+i)), "sync"), time.Now(), Seen{})
			if err != nil && !errors.As(err, new(*OwnedError)) {
				t.Error(err)
			}
			got <- claim.Number
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

// A mark that nobody can read does not block the source for ever.
func TestOwners_aBrokenMarkIsNobodys(t *testing.T) {
	t.Parallel()
	o := ownersOf(t)
	if err := o.store.Write(t.Context(), OwnerKey("acme", 7), []byte("{")); err != nil {
		t.Fatal(err)
	}
	o.takes(t, on("A", "first"), Seen{}, 8)
}

func TestLater(t *testing.T) {
	t.Parallel()
	const first, second = "20261123T181610.000Z-bbbbbbbb", "20261123T181610.001Z-aaaaaaaa"
	for _, row := range []struct {
		id, before string
		want       bool
	}{
		{second, first, true},
		{first, second, false},
		{first, first, false},
		{"", first, false},
		{"what somebody left", first, false},
		{second, "20261123T181610Z-ab12cd34", false},
	} {
		if got := Later(row.id, row.before); got != row.want {
			t.Errorf("%q after %q: %t", row.id, row.before, got)
		}
	}
}
