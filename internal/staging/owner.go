package staging

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/fault"
)

const (
	// Silence is for how long an owner must have been silent before another takes its source over. It is longer than the
	// quarter of an hour between two looks of a sync that waits for its quota, and than a bucket or a worker is away by accident.
	Silence = 20 * time.Minute
	// LongAgo is how old a mark is, by the clocks, that nobody needs to watch for Silence. It is more than clocks differ: a
	// store refuses what is signed by one that is a quarter of an hour off.
	LongAgo = time.Hour
	// LookEvery is for how long a mark of LongAgo is watched all the same. A machine that has slept may hold an owner that is at
	// work, which renews its mark within this time.
	LookEvery = time.Minute
)

// Owner is the content of a mark: who syncs a source into the bucket. One Temporal runs a source's syncs one after the other,
// so it is Temporals that must not meet, and not syncs.
type Owner struct {
	Temporal  string    `json:"temporal"`  // the id of its namespace, which no other Temporal has
	Namespace string    `json:"namespace"` // the name of that, for people
	Workflow  string    `json:"workflow"`
	Sync      string    `json:"sync"`
	Host      string    `json:"host"` // of the worker that renewed the mark
	Renewed   time.Time `json:"renewed"`
	Ended     bool      `json:"ended,omitempty"` // the sync is over, and its source free
}

// Seen is a mark of another owner that a sync has met before, and for how long it has not changed since.
type Seen struct {
	Mark string        `json:"mark,omitempty"`
	For  time.Duration `json:"for,omitempty"`
}

// OwnedError says that the source belongs to another Temporal.
type OwnedError struct {
	By   Owner
	Mark string // as Seen names it: another one after each renewal
}

// longestName bounds what an error tells of a mark, which somebody else has written.
const longestName = 100

// Error names the owner for engineers.
func (e *OwnedError) Error() string {
	return fmt.Sprintf("the source belongs to sync %s of namespace %s (%s)", fault.Short(e.By.Sync, longestName),
		fault.Short(e.By.Namespace, longestName), fault.Short(e.By.Temporal, longestName))
}

// Claim is what Take gives: the number of the owner, and its mark as it was written. The mark names the id that the sync must use.
type Claim struct {
	Number int
	Mark   Owner
}

// Owners are the marks of a source. Each owner has a number, and the object of the next one is written only if it is not
// there, so two Temporals never get the same. Only its owner writes an object again, and only the highest number counts.
type Owners struct {
	store  *Store
	source string
}

// Owners gives the marks of a source.
func (s *Store) Owners(source string) *Owners { return &Owners{store: s, source: source} }

// mostRaces bounds how often Take begins anew because another Temporal was faster.
const mostRaces = 20

// Take makes me the owner of the source. The number is the one that me had, if the last owner is the same Temporal. Where another
// one is the owner and may be at work it is an *OwnedError. Ids sort as syncs own the source: a sync whose id would sort before
// that of the last owner gets one of now, and finds it again when it takes the source once more.
func (o *Owners) Take(ctx context.Context, me Owner, now time.Time, seen Seen) (Claim, error) {
	for range mostRaces {
		claim, taken, err := o.tryTake(ctx, me, now, seen)
		if taken || err != nil {
			return claim, err
		}
	}
	return Claim{}, &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("other Temporals go on taking source %s in the bucket %s; it is tried again", o.source, o.store),
	}
}

func (o *Owners) tryTake(ctx context.Context, me Owner, now time.Time, seen Seen) (claim Claim, taken bool, err error) {
	all, err := o.all(ctx)
	if err != nil {
		return Claim{}, false, err
	}
	last := newest(all)
	claim.Number = last + 1
	if last > 0 {
		by, err := o.read(ctx, last)
		switch mark := by.mark(last); {
		case errors.Is(err, ErrNotExist):
			return Claim{}, false, nil // a later owner removed it
		case err != nil:
			return Claim{}, false, err
		case by.Temporal == me.Temporal:
			claim.Number = last
		case !by.gone(mark, seen):
			return Claim{}, false, &OwnedError{By: by, Mark: mark}
		}
		me.Sync = by.idFor(me, now)
	}
	var written bool
	if claim.Mark, written, err = o.write(ctx, me, claim.Number, claim.Number > last); err != nil || !written {
		return Claim{}, false, err
	}
	// Another one may have become a later owner meanwhile. This number is nobody's then.
	if all, err = o.all(ctx); err != nil || newest(all) != claim.Number {
		return Claim{}, false, err
	}
	for _, earlier := range all[:len(all)-1] { // a bucket that refuses deletes keeps them, which does no harm
		_ = o.store.Delete(ctx, OwnerKey(o.source, earlier))
	}
	return claim, true, nil
}

// idFor gives the id that the next owner must use. A sync that comes again, as after a reset, has the one that it took before.
func (by Owner) idFor(me Owner, now time.Time) string {
	if by.Temporal == me.Temporal && sameSync(by.Sync, me.Sync) {
		return max(by.Sync, me.Sync)
	}
	return IDAfter(me.Sync, by.Sync, now)
}

// Renew says that owner n is at work still. Where another Temporal has become a later owner it is an *OwnedError, and nothing is
// written. A mark that cannot be written does not end the ownership, which holds says. Where the mark names another sync of the same
// Temporal that has not ended, it goes on naming that one: me may be what a terminated sync has left running.
func (o *Owners) Renew(ctx context.Context, me Owner, n int) (holds bool, err error) {
	by, last, err := o.current(ctx, me, n)
	if err != nil {
		return last == n, err // nobody has a higher number
	}
	if by.Temporal == me.Temporal && by.Sync != me.Sync && !by.Ended {
		me = by
	}
	_, _, err = o.write(ctx, me, last, false)
	return true, err
}

// Check is an *OwnedError where another Temporal has become a later owner than n.
func (o *Owners) Check(ctx context.Context, me Owner, n int) error {
	_, _, err := o.current(ctx, me, n)
	return err
}

// Release says that the sync of owner n is over. It leaves the mark of any other sync as it is, and with me.Renewed one that was
// renewed since: a login that has failed must not free the source of the try that took its place.
func (o *Owners) Release(ctx context.Context, me Owner, n int) error {
	by, last, err := o.current(ctx, me, n)
	if err != nil {
		return err
	}
	if by.Sync != me.Sync || !me.Renewed.IsZero() && !me.Renewed.Equal(by.Renewed) {
		return nil
	}
	me.Ended = true
	_, _, err = o.write(ctx, me, last, false)
	return err
}

// current gives the mark that counts and its number. That is a later one than n where the sync began before another one of the
// same Temporal, and was reset since. Where it is another Temporal's it is an *OwnedError. last is 0 where it is not known.
func (o *Owners) current(ctx context.Context, me Owner, n int) (by Owner, last int, err error) {
	all, err := o.all(ctx)
	if err != nil {
		return Owner{}, 0, err
	}
	last = max(newest(all), n)
	by, err = o.read(ctx, last)
	switch {
	case err != nil && !errors.Is(err, ErrNotExist):
		return Owner{}, last, err
	case by.Temporal != me.Temporal && (last > n || by.Temporal != ""):
		return Owner{}, 0, &OwnedError{By: by, Mark: by.mark(last)}
	}
	return by, last, nil
}

func (o *Owners) write(ctx context.Context, me Owner, n int, isNew bool) (mark Owner, written bool, err error) {
	me.Renewed = time.Now().UTC()
	if isNew {
		written, err = o.store.WriteNewJSON(ctx, OwnerKey(o.source, n), me)
		return me, written, err
	}
	err = o.store.WriteJSON(ctx, OwnerKey(o.source, n), me)
	return me, err == nil, err
}

// all lists the numbers of owners, the lowest first.
func (o *Owners) all(ctx context.Context) (all []int, err error) {
	for key, err := range o.store.List(ctx, OwnerPrefix(o.source)) {
		if err != nil {
			return nil, err
		}
		if n, ok := ParseOwner(key); ok {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all, nil
}

// newest is the highest of sorted numbers; 0 for none.
func newest(all []int) int {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1]
}

// read gives the mark of owner n. One that does not parse is nobody's.
func (o *Owners) read(ctx context.Context, n int) (by Owner, err error) {
	err = o.store.ReadJSON(ctx, OwnerKey(o.source, n), &by)
	if errors.Is(err, ErrMalformed) {
		return Owner{}, nil
	}
	return by, err
}

// mark tells a mark of owner n from every other, those that the same owner writes among them. It is short, whatever somebody has
// written: workflows carry it.
func (by Owner) mark(n int) string {
	sum := sha256.Sum256([]byte(by.Temporal + "\n" + by.Sync + "\n" + by.Renewed.Format(time.RFC3339Nano)))
	return fmt.Sprintf("%d-%x", n, sum[:8])
}

// gone says whether nothing more is to be expected of an owner. Its silence is measured by the clock of who waits. A mark that
// cannot be read is nobody's.
func (by Owner) gone(mark string, seen Seen) bool {
	if by.Ended || by.Temporal == "" {
		return true
	}
	enough := Silence
	if time.Since(by.Renewed) > LongAgo {
		enough = LookEvery
	}
	return seen.Mark == mark && seen.For >= enough
}
