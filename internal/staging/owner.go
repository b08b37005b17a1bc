package staging

import (
	"context"
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

// Error names the owner for engineers.
func (e *OwnedError) Error() string {
	return fmt.Sprintf("the source belongs to sync %s of namespace %s (%s)", e.By.Sync, e.By.Namespace, e.By.Temporal)
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

// Take makes me the owner of the source and gives the number of that: the one that me had, if the last owner is the same
// Temporal. Where another one is the owner and may be at work it is an *OwnedError.
func (o *Owners) Take(ctx context.Context, me Owner, seen Seen) (n int, err error) {
	for range mostRaces {
		n, taken, err := o.tryTake(ctx, me, seen)
		if taken || err != nil {
			return n, err
		}
	}
	return 0, &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("other Temporals go on taking source %s in the bucket %s; it is tried again", o.source, o.store),
	}
}

func (o *Owners) tryTake(ctx context.Context, me Owner, seen Seen) (n int, taken bool, err error) {
	all, err := o.all(ctx)
	if err != nil {
		return 0, false, err
	}
	last := newest(all)
	n = last + 1
	if last > 0 {
		by, err := o.read(ctx, last)
		switch mark := by.mark(last); {
		case errors.Is(err, ErrNotExist):
			return 0, false, nil // a later owner removed it
		case err != nil:
			return 0, false, err
		case by.Temporal == me.Temporal:
			n = last
		case !by.gone(mark, seen):
			return 0, false, &OwnedError{By: by, Mark: mark}
		}
	}
	if written, err := o.write(ctx, me, n, n > last); err != nil || !written {
		return 0, false, err
	}
	// Another one may have become a later owner meanwhile. This number is nobody's then.
	if all, err = o.all(ctx); err != nil || newest(all) != n {
		return 0, false, err
	}
	for _, earlier := range all[:len(all)-1] { // a bucket that refuses deletes keeps them, which does no harm
		_ = o.store.Delete(ctx, OwnerKey(o.source, earlier))
	}
	return n, true, nil
}

// Renew says that owner n is at work still, or with me.Ended that it is done. Where another Temporal has become a later owner it
// is an *OwnedError, and nothing is written. A mark that cannot be written does not end the ownership, which holds says.
func (o *Owners) Renew(ctx context.Context, me Owner, n int) (holds bool, err error) {
	all, err := o.all(ctx)
	if err != nil {
		return false, err
	}
	if last := newest(all); last > n {
		by, err := o.read(ctx, last)
		if err != nil && !errors.Is(err, ErrNotExist) {
			return false, err
		}
		if by.Temporal != me.Temporal {
			return false, &OwnedError{By: by, Mark: by.mark(last)}
		}
		n = last // this sync began before another one of the same Temporal, and was reset since
	}
	_, err = o.write(ctx, me, n, false)
	return true, err
}

func (o *Owners) write(ctx context.Context, me Owner, n int, isNew bool) (written bool, err error) {
	me.Renewed = time.Now().UTC()
	if isNew {
		return o.store.WriteNewJSON(ctx, OwnerKey(o.source, n), me)
	}
	err = o.store.WriteJSON(ctx, OwnerKey(o.source, n), me)
	return err == nil, err
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

// mark tells a mark of owner n from every other, those that the same owner writes among them.
func (by Owner) mark(n int) string {
	return fmt.Sprintf("%d %s %s", n, by.Sync, by.Renewed.Format(time.RFC3339Nano))
}

// gone says whether nothing more is to be expected of an owner. Its silence is measured by the clock of who waits.
func (by Owner) gone(mark string, seen Seen) bool {
	return by.Ended || time.Since(by.Renewed) > LongAgo || seen.Mark == mark && seen.For >= Silence
}
