package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/fault"
)

// MostLogins is how often a source logs in within an hour, over all processes that use the bucket.
const MostLogins = 60

// Logins counts the logins of a source in the bucket, so that all its processes together keep to the bound. Each login is
// an object of its own, written only if it is not there: two processes never take the same one.
type Logins struct {
	store  *Store
	source string
}

// Logins gives the count of a source's logins.
func (s *Store) Logins(source string) *Logins { return &Logins{store: s, source: source} }

// slot is the content of one login.
type slot struct {
	At time.Time `json:"at"`
}

// Take takes one of the logins of the hour before now, which is as Salesforce's clock has it where that is known. Where
// none is left it takes none, and free says when one is.
func (l *Logins) Take(ctx context.Context, now time.Time) (free time.Time, err error) {
	for range 2 * MostLogins { // each further round means that another process took the slot
		slots, err := l.recent(ctx, now)
		if err != nil {
			return time.Time{}, err
		}
		if len(slots) >= MostLogins {
			at, err := l.takenAt(ctx, slots[len(slots)-MostLogins])
			if err != nil {
				return time.Time{}, err
			}
			if free := at.Add(time.Hour); free.After(now) {
				return free, nil
			}
		}
		hour := now.UTC().Truncate(time.Hour)
		n := 0
		for _, s := range slots {
			if s.Hour.Equal(hour) {
				n = s.N + 1
			}
		}
		if n >= MostLogins {
			return hour.Add(time.Hour), nil
		}
		taken, err := l.store.WriteNewJSON(ctx, LoginKey(l.source, hour, n), slot{At: now.UTC()})
		if taken || err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("other processes took every login of source %s that was tried in the bucket %s; it is tried again", l.source, l.store),
	}
}

// recent lists the slots that may be of the hour before now, oldest first. Those of the next hour count too: the clock of
// another process may be ahead. What lies further ahead was written by a clock that is wrong.
func (l *Logins) recent(ctx context.Context, now time.Time) (slots []LoginName, err error) {
	hour := now.UTC().Truncate(time.Hour)
	for name, err := range l.all(ctx) {
		if err != nil {
			return nil, err
		}
		if !name.Hour.Before(hour.Add(-time.Hour)) && !name.Hour.After(hour.Add(time.Hour)) {
			slots = append(slots, name)
		}
	}
	slices.SortFunc(slots, LoginName.compare)
	return slots, nil
}

func (l *Logins) all(ctx context.Context) func(yield func(LoginName, error) bool) {
	return func(yield func(LoginName, error) bool) {
		for key, err := range l.store.List(ctx, LoginPrefix(l.source)) {
			name, ok := ParseLogin(key)
			if err == nil && !ok {
				continue
			}
			if !yield(name, err) || err != nil {
				return
			}
		}
	}
}

// takenAt is when a slot was taken. Of one that cannot be read it is the end of its hour, which waits long enough.
func (l *Logins) takenAt(ctx context.Context, name LoginName) (time.Time, error) {
	var s slot
	err := l.store.ReadJSON(ctx, LoginKey(l.source, name.Hour, name.N), &s)
	switch end := name.Hour.Add(time.Hour); {
	case err == nil && !s.At.Before(name.Hour) && s.At.Before(end):
		return s.At, nil
	case err == nil, errors.Is(err, ErrMalformed):
		return end, nil
	case errors.Is(err, ErrNotExist):
		return time.Time{}, nil // it was forgotten meanwhile
	}
	return time.Time{}, err
}

// Forget removes the slots that no bound needs any more at now, which must be Salesforce's clock: a process with a wrong one
// of its own would remove what others count.
func (l *Logins) Forget(ctx context.Context, now time.Time) error {
	oldest := now.UTC().Truncate(time.Hour).Add(-time.Hour)
	for name, err := range l.all(ctx) {
		if err != nil {
			return err
		}
		if !name.Hour.Before(oldest) {
			continue
		}
		if err := l.store.Delete(ctx, LoginKey(l.source, name.Hour, name.N)); err != nil {
			return err
		}
	}
	return nil
}
