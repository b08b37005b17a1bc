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
	// Silence is for how long an owner must have been silent before another Temporal takes over its source. It is longer than
	// the quarter of an hour between two looks of a sync that waits for its quota, and longer than a bucket or a worker is away
	// by accident.
	Silence = 20 * time.Minute
	// LongAgo is the age, by the clocks, from which a mark need not be watched for Silence. It is more than clocks differ: a
	// store refuses requests signed by a clock that is a quarter of an hour off.
	LongAgo = time.Hour
	// LookEvery is for how long a mark older than LongAgo is watched all the same. A machine that slept may hold an owner that is
	// at work, which renews its mark within this time.
	LookEvery = time.Minute
)

// Owner is the content of a mark: the Temporal that syncs a source into the bucket. One Temporal runs the syncs of a source one
// after the other, so only two Temporals can be in each other's way.
type Owner struct {
	Temporal  string    `json:"namespace_id"` // the id of its namespace, which no other Temporal has
	Namespace string    `json:"namespace"`    // the name of the namespace, for people
	Workflow  string    `json:"workflow"`
	Sync      string    `json:"sync"`
	Host      string    `json:"worker"` // of the worker that renewed the mark
	Renewed   time.Time `json:"renewed"`
	Ended     bool      `json:"released,omitempty"` // the sync is over, and its source is free
}

// Seen is a mark of another owner that a sync has read before, and for how long the mark has not changed since.
type Seen struct {
	Mark string        `json:"mark,omitempty"`
	For  time.Duration `json:"for,omitempty"`
}

// OwnedError says that the source belongs to another Temporal.
type OwnedError struct {
	By   Owner
	Mark string        // as Seen names it: it differs after each renewal
	Left time.Duration // for which it must stay silent from now on until its source may be taken
}

// longestName bounds what an error quotes of a mark, which somebody else has written.
const longestName = 100

// Error names the owner for engineers.
func (e *OwnedError) Error() string {
	return fmt.Sprintf("the source belongs to sync %s of namespace %s (%s)", fault.Short(e.By.Sync, longestName),
		fault.Short(e.By.Namespace, longestName), fault.Short(e.By.Temporal, longestName))
}

// Claim is the result of Take: the number of the owner, and its mark as it was written. The mark names the id that the sync
// must use.
type Claim struct {
	Number int
	Mark   Owner
}

// Owners are the marks of a source. Each owner has a number. The object of the next number is written only if it does not
// exist, so two Temporals never get the same number. Only its owner writes a mark again, and only the highest number counts.
type Owners struct {
	store  *Store
	source string
}

// Owners returns the marks of a source.
func (s *Store) Owners(source string) *Owners { return &Owners{store: s, source: source} }

// mostRaces bounds how often Take starts over because another Temporal was faster.
const mostRaces = 20

// Take makes me the owner of the source. If the last owner is the same Temporal, the number stays the same. If another Temporal is
// the owner and may be at work, the error is an *OwnedError. Ids sort in the order in which syncs own the source: a sync whose id
// would sort before that of the last owner gets an id of now, and finds that id again when it takes the source once more.
func (o *Owners) Take(ctx context.Context, me Owner, now time.Time, seen Seen) (Claim, error) {
	for range mostRaces {
		claim, taken, err := o.tryTake(ctx, me, now, seen)
		if taken || err != nil {
			return claim, err
		}
	}
	return Claim{}, &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("other Temporals keep taking source %s in the bucket %s: let one of them sync it", o.source, o.store),
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
			return Claim{}, false, &OwnedError{By: by, Mark: mark, Left: by.left(mark, seen)}
		}
		me.Sync = by.idFor(me, now)
	}
	var written bool
	if claim.Mark, written, err = o.write(ctx, me, claim.Number, claim.Number > last); err != nil || !written {
		return Claim{}, false, err
	}
	// Another Temporal may have become a later owner in between. Then this number counts for nobody.
	if all, err = o.all(ctx); err != nil || newest(all) != claim.Number {
		return Claim{}, false, err
	}
	for _, earlier := range all[:len(all)-1] { // a bucket that refuses deletes keeps them, which is harmless
		_ = o.store.Delete(ctx, OwnerKey(o.source, earlier))
	}
	return claim, true, nil
}

// idFor returns the id that the next owner must use. A sync that comes again, as after a reset, keeps the id that it got before.
func (by Owner) idFor(me Owner, now time.Time) string {
	if by.Temporal == me.Temporal && sameSync(by.Sync, me.Sync) {
		return max(by.Sync, me.Sync)
	}
	return IDAfter(me.Sync, by.Sync, now)
}

// Renew records that owner n is still at work. If another Temporal has become a later owner, the error is an *OwnedError and nothing
// is written. A mark that cannot be written does not end the ownership: holds tells whether it goes on. If the mark names another
// sync of the same Temporal that has not ended, it goes on naming that sync: me may be an activity that a terminated sync left
// running.
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

// Check returns an *OwnedError if another Temporal has become a later owner than n.
func (o *Owners) Check(ctx context.Context, me Owner, n int) error {
	_, _, err := o.current(ctx, me, n)
	return err
}

// Release records that the sync of owner n is over. It leaves the mark of any other sync as it is and, with me.Renewed set, a mark
// that was renewed since: a login that failed must not free the source of the attempt that took its place.
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

// current returns the mark that counts and its number. The number is higher than n if the sync began before another one of the
// same Temporal, and was reset since. If the mark is another Temporal's, the error is an *OwnedError. last is 0 if it is not known.
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
		if n, ok := parseOwner(key); ok {
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

// read returns the mark of owner n. A mark that does not parse is nobody's.
func (o *Owners) read(ctx context.Context, n int) (by Owner, err error) {
	err = o.store.ReadJSON(ctx, OwnerKey(o.source, n), &by)
	if errors.Is(err, ErrMalformed) {
		return Owner{}, nil
	}
	return by, err
}

// mark identifies one version of the mark of owner n: it differs from that of every other mark, and after each renewal. It is
// short, whatever the mark contains: workflows carry it.
func (by Owner) mark(n int) string {
	sum := sha256.Sum256([]byte(by.Temporal + "\n" + by.Sync + "\n" + by.Renewed.Format(time.RFC3339Nano)))
	return fmt.Sprintf("%d-%x", n, sum[:8])
}

// gone reports whether an owner is no longer at work. Its silence is measured by the clock of the sync that waits. A mark that
// cannot be read is nobody's.
func (by Owner) gone(mark string, seen Seen) bool {
	return by.Ended || by.Temporal == "" || by.left(mark, seen) <= 0
}

// left is for how long the mark must stay as it is until its owner counts as gone.
func (by Owner) left(mark string, seen Seen) time.Duration {
	enough := Silence
	if time.Since(by.Renewed) > LongAgo {
		enough = LookEvery
	}
	if seen.Mark != mark {
		return enough
	}
	return enough - seen.For
}
