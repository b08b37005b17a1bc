package login

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/usage"
)

const (
	// slotPatience bounds how long a login waits for the bucket: less than the waiters for that login wait, which would blame Salesforce.
	slotPatience = 30 * time.Second

	// forgetPatience bounds the cleanup after a login, for which nobody should have to wait.
	forgetPatience = 5 * time.Second
)

// Slots are the logins that a source may make, for all processes that share them. now is Salesforce's time where that is known.
type Slots interface {
	// Take takes a slot before the login is sent. Where none is left it takes none, and free is when one is.
	Take(ctx context.Context, now time.Time) (free time.Time, err error)
	// Forget removes slots that no bound needs any more. It is called with Salesforce's clock only.
	Forget(ctx context.Context, now time.Time) error
}

// admission lets a login through when there is a slot for it. Without slots it lets every login through.
type admission struct {
	slots Slots
	log   *zap.Logger

	mu        sync.Mutex
	unused    bool            // a slot was taken for a login that never left this machine
	ahead     time.Duration   // of this machine's clock is Salesforce's
	issued    usage.Consensus // of the times in tokens
	forgotten time.Time       // the hour in which old slots were removed
}

func (a *admission) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Now().Add(a.ahead)
}

// admit takes a slot for the login that is sent next, or fails with the time when there is one. Every login that is sent needs one,
// however those before it ended: Salesforce counts refused logins too.
func (a *admission) admit(ctx context.Context) error {
	if a.slots == nil || a.takeUnused() {
		return nil
	}
	now := a.now()
	bounded, cancel := context.WithTimeout(ctx, slotPatience)
	defer cancel()
	free, err := a.slots.Take(bounded, now)
	switch {
	case err != nil && ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded) && fault.From(err) == nil:
		return &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: fmt.Sprintf("the bucket, in which logins are counted, gave no answer within %s, so no login was sent; check that it can be reached",
				slotPatience),
		}
	case err != nil:
		return fmt.Errorf("%s: %w", apierror.OpLogin, err)
	}
	if free.IsZero() {
		return nil
	}
	return &apierror.Error{
		Class: fault.Throttled, Op: apierror.OpLogin, Whole: true, RetryAfter: max(free.Sub(now), time.Second),
		Sentence: "this source has logged in as often as Longhaul lets it within an hour, so that the user is not locked out; the next " +
			"login is at " + free.UTC().Format("2 Jan 15:04 UTC") + ": " + apierror.EndedByOthers,
	}
}

func (a *admission) takeUnused() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := a.unused
	a.unused = false
	return had
}

// done notes how a login that had a slot ended. One that never left this machine leaves the slot to the next. One that succeeded reports
// Salesforce's clock. A jump of it counts once the next login agrees.
func (a *admission) done(ctx context.Context, token *Token, err error) {
	if a.slots == nil {
		return
	}
	hour, due := a.update(token, err)
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forgetPatience)
	defer cancel()
	if err := a.slots.Forget(ctx, hour); err != nil { // a login of the next hour tries it again
		a.log.Debug("old logins were not removed from the bucket", zap.Error(err))
	}
}

// update returns the hour by Salesforce's clock, and whether old slots are to be removed: once an hour.
func (a *admission) update(token *Token, err error) (hour time.Time, due bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := apierror.From(err); e != nil && e.Unsent {
		a.unused = true
	}
	isSure := false
	if token != nil {
		var issued time.Time
		now := time.Now()
		if issued, isSure = a.issued.AcceptDate(token.Issued, now); isSure {
			a.ahead = issued.Sub(now)
		}
	}
	hour = time.Now().Add(a.ahead).Truncate(time.Hour)
	due = isSure && !hour.Equal(a.forgotten)
	if due {
		a.forgotten = hour
	}
	return hour, due
}
