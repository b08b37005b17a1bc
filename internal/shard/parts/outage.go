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

// outage is what the writer knows of a store that takes nothing at present, as a full disk or a bucket that is away. It
// is empty as long as the store takes what it is given.
type outage struct {
	since time.Time
	pause time.Duration
	next  time.Time // of the next try
	why   string    // what the caller was told last
}

// Refusing says whether the store took nothing when it was tried last. No request should begin then: its answer would
// only wait in memory, or be lost with it.
func (w *Writer) Refusing() bool { return !w.outage.since.IsZero() }

// refused notes that the store did not take something, and says whether it is to be tried again, at the time that is
// noted: a refusal that may end by itself is waited for until patience ends, unless the run was cancelled.
func (w *Writer) refused(ctx context.Context, err error) (again bool) {
	now, o := time.Now(), &w.outage
	if !passes(err) || ctx.Err() != nil {
		return false
	}
	if o.since.IsZero() {
		o.since, o.pause = now, firstPause
	}
	end := o.since.Add(w.opts.Patience)
	if !now.Before(end) {
		return false
	}
	o.next = now.Add(o.pause)
	if o.next.After(end) {
		o.next = end
	}
	o.pause = min(2*o.pause, longestPause)
	w.report(fault.Sentence(err))
	return true
}

// passes says whether a refusal of the store may end by itself. What is missing, torn or in the way is still so later, and
// another run knows what to do about it.
func passes(err error) bool {
	return fault.Is(err, fault.Transient) &&
		!errors.Is(err, staging.ErrTorn) && !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrExist)
}

// accepted notes that the store took something.
func (w *Writer) accepted() {
	w.report("")
	w.outage = outage{}
}

// Close reports that the writer waits for nothing any more.
func (w *Writer) Close() { w.report("") }

// report says what the writer waits for, when that has changed.
func (w *Writer) report(why string) {
	if w.opts.Waiting != nil && why != w.outage.why {
		w.opts.Waiting(why)
	}
	w.outage.why = why
}

// Persist repeats a write until the store takes it. The end of ctx, which is the caller's, ends the waiting with one last
// try.
func (w *Writer) Persist(ctx context.Context, write func() error) error {
	for {
		err := write()
		if err == nil {
			w.accepted()
			return nil
		}
		if !w.refused(ctx, err) {
			return err
		}
		pause := time.NewTimer(time.Until(w.outage.next))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
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
