package salesforce

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

// LoginSlots are the logins that a source may make, for all processes that share them. now is as Salesforce's clock has it,
// where that is known.
type LoginSlots interface {
	// Take takes one before the login is sent. Where none is left it takes none, and free says when one is.
	Take(ctx context.Context, now time.Time) (free time.Time, err error)
	// Forget removes what no bound needs any more. It is called with Salesforce's clock only.
	Forget(ctx context.Context, now time.Time) error
}

// admission lets a login through when there is a slot for it. Its zero value lets every login through.
type admission struct {
	slots LoginSlots
	log   *zap.Logger

	mu        sync.Mutex
	inHand    bool            // a slot was taken for a login that never left this machine
	ahead     time.Duration   // of this machine's clock is Salesforce's
	issued    usage.Consensus // what token answers tell of it
	forgotten time.Time       // the hour in which old slots were removed
}

func (a *admission) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Now().Add(a.ahead)
}

// admit takes a slot for the login that is sent next, or says when there is one. Every login that is sent needs one, whatever
// became of those before: Salesforce counts the refused ones too.
func (a *admission) admit(ctx context.Context) error {
	if a.slots == nil || a.takeFromHand() {
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
			"login is at " + free.UTC().Format("15:04 UTC") + ": " + apierror.EndedByOthers,
	}
}

// slotPatience bounds what a login waits for the bucket: less than those who wait for the login do, or they would call
// Salesforce slow.
const slotPatience = 30 * time.Second

// forgetPatience bounds the clearing up after a login, for which nobody should have to wait.
const forgetPatience = 5 * time.Second

func (a *admission) takeFromHand() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := a.inHand
	a.inHand = false
	return had
}

// sent notes what became of a login that had a slot: one that never left this machine leaves the slot to the next, and one
// that succeeded tells Salesforce's clock, of which a jump counts once the next login agrees.
func (a *admission) sent(ctx context.Context, g *grant, err error) {
	if a.slots == nil {
		return
	}
	a.mu.Lock()
	if e := apierror.From(err); e != nil && e.Unsent {
		a.inHand = true
	}
	told := false
	if g != nil {
		var issued time.Time
		now := time.Now()
		if issued, told = a.issued.AcceptDate(g.issued, now); told {
			a.ahead = issued.Sub(now)
		}
	}
	hour := time.Now().Add(a.ahead).Truncate(time.Hour)
	due := told && !hour.Equal(a.forgotten)
	if due {
		a.forgotten = hour
	}
	a.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forgetPatience)
	defer cancel()
	if err := a.slots.Forget(ctx, hour); err != nil { // the next hour's login tries it again
		a.log.Debug("old logins were not removed from the bucket", zap.Error(err))
	}
}
