package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/fault"
)

// MostLogins bounds the logins of a source in any hour, over all processes that use the bucket.
const MostLogins = 60

// Logins counts the logins of a source in the bucket, so that all processes together keep to the bound. Each login takes a
// slot, an object of its own that is written only if it does not exist: two processes never take the same slot.
type Logins struct {
	store  *Store
	source string
}

// Logins returns the logins of a source.
func (s *Store) Logins(source string) *Logins { return &Logins{store: s, source: source} }

// slot is the content of one login's object.
type slot struct {
	At time.Time `json:"at"`
}

// Take takes a slot for one login at now, which is Salesforce's time if that is known. If the hour before now has no slot left,
// it takes none, and free is when one becomes free.
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
		Message: fmt.Sprintf("other processes took every login of source %s that was tried in the bucket %s: if it lasts, look which processes sync it", l.source, l.store),
	}
}

// recent lists the slots that may be of the hour before now, oldest first. Those of the next hour count too: the clock of
// another process may be ahead. Slots further ahead were written by a clock that is wrong.
func (l *Logins) recent(ctx context.Context, now time.Time) (slots []loginName, err error) {
	hour := now.UTC().Truncate(time.Hour)
	for name, err := range l.all(ctx) {
		if err != nil {
			return nil, err
		}
		if !name.Hour.Before(hour.Add(-time.Hour)) && !name.Hour.After(hour.Add(time.Hour)) {
			slots = append(slots, name)
		}
	}
	slices.SortFunc(slots, loginName.compare)
	return slots, nil
}

func (l *Logins) all(ctx context.Context) func(yield func(loginName, error) bool) {
	return func(yield func(loginName, error) bool) {
		for key, err := range l.store.List(ctx, LoginPrefix(l.source)) {
			name, ok := parseLogin(key)
			if err == nil && !ok {
				continue
			}
			if !yield(name, err) || err != nil {
				return
			}
		}
	}
}

// takenAt returns when a slot was taken. For a slot that cannot be read it is the end of the slot's hour, which is late enough.
func (l *Logins) takenAt(ctx context.Context, name loginName) (time.Time, error) {
	var s slot
	err := l.store.ReadJSON(ctx, LoginKey(l.source, name.Hour, name.N), &s)
	switch end := name.Hour.Add(time.Hour); {
	case err == nil && !s.At.Before(name.Hour) && s.At.Before(end):
		return s.At, nil
	case err == nil, errors.Is(err, ErrMalformed):
		return end, nil
	case errors.Is(err, ErrNotExist):
		return time.Time{}, nil // Forget removed it in between
	}
	return time.Time{}, err
}

// Forget removes the slots that no bound needs any more at now, which must be Salesforce's time: a process whose own clock is
// wrong would remove slots that others count.
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
