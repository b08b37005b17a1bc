package parts

import (
	"context"
	"errors"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

const (
	// Patience is how long a run waits for a store that refuses, unless its caller says otherwise.
	Patience = 20 * time.Minute
	// WriteTime is after how long a store that hangs counts as one that refuses.
	WriteTime = 5 * time.Minute

	firstPause   = time.Second // before the first further try; each pause is twice as long as the one before
	longestPause = 10 * time.Second
)

// outage is a store that takes nothing at present, as a full disk or a bucket that is away.
type outage struct {
	patience time.Duration // after which it is an error
	waiting  func(string)  // gets the reason, and "" when it is over; may be nil

	since time.Time // zero as long as the store takes what it is given
	pause time.Duration
	next  time.Time // of the next try
	why   string    // what waiting got last
}

// refused notes that the store did not take something, and says whether it is to be tried again, at the time that is
// noted: a refusal that may end by itself is waited for until patience ends, unless the caller's ctx has ended.
func (o *outage) refused(ctx context.Context, err error) (again bool) {
	now := time.Now()
	if !passes(err) || ctx.Err() != nil {
		return false
	}
	if o.since.IsZero() {
		o.since, o.pause = now, firstPause
	}
	end := o.since.Add(o.patience)
	if !now.Before(end) {
		return false
	}
	o.next = now.Add(o.pause)
	if o.next.After(end) {
		o.next = end
	}
	o.pause = min(2*o.pause, longestPause)
	o.report(fault.Sentence(err))
	return true
}

// over notes that the store took something.
func (o *outage) over() {
	o.report("")
	o.since, o.pause, o.next = time.Time{}, 0, time.Time{}
}

// report says what is waited for, when that has changed.
func (o *outage) report(why string) {
	if o.waiting != nil && why != o.why {
		o.waiting(why)
	}
	o.why = why
}

// persist repeats a write until the store takes it. The end of ctx, which is the caller's, ends the waiting with one last
// try.
func (o *outage) persist(ctx context.Context, write func() error) error {
	for {
		err := write()
		if err == nil {
			o.over()
			return nil
		}
		if !o.refused(ctx, err) {
			return err
		}
		pause := time.NewTimer(time.Until(o.next))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

// passes says whether a refusal of the store may end by itself. What is missing, torn or in the way is still so later, and
// another run knows what to do about it.
func passes(err error) bool {
	return fault.Is(err, fault.Transient) &&
		!errors.Is(err, staging.ErrTorn) && !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrExist)
}

// Within bounds the time of one write.
func Within(ctx context.Context, write func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, WriteTime)
	defer cancel()
	err := write(bounded)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		return &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: "the bucket did not take what was to be stored within five minutes: check that it can be reached",
		}
	}
	return err
}
