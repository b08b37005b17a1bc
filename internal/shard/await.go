package shard

import (
	"context"
	"errors"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

const (
	storePatience = 20 * time.Minute // with a store that refuses, unless the caller says otherwise
	firstAwait    = time.Second      // before the first further try; each pause is twice as long as the one before
	longestAwait  = 10 * time.Second
	writeTime     = 5 * time.Minute // after which a store that hangs is taken for one that refuses
)

// refusal is what the run knows of a store that takes nothing at present, as a full disk or a bucket that is away. It is
// empty as long as the store takes what it is given.
type refusal struct {
	since time.Time
	pause time.Duration
	next  time.Time // of the next try
	why   string    // what the caller was told last
}

// refusing says whether the store took nothing when it was tried last. No request begins then: its answer would only wait
// in memory, or be lost with it.
func (s *storer) refusing() bool { return !s.refusal.since.IsZero() }

// refused notes that the store did not take something, and says whether it is to be tried again, at the time that is noted:
// what passes is waited for until patience ends, unless the run was cancelled.
func (r *runner) refused(err error) (again bool) {
	now, s := time.Now(), &r.store.refusal
	if !passes(err) || r.ctx.Err() != nil {
		return false
	}
	if s.since.IsZero() {
		s.since, s.pause = now, firstAwait
	}
	end := s.since.Add(r.in.StorePatience)
	if !now.Before(end) {
		return false
	}
	s.next = now.Add(s.pause)
	if s.next.After(end) {
		s.next = end
	}
	s.pause = min(2*s.pause, longestAwait)
	r.tell(fault.Sentence(err))
	return true
}

// passes says whether a refusal of the store may end by itself. What is missing, torn or in the way is still so later, and
// another run knows what to do about it.
func passes(err error) bool {
	return fault.Is(err, fault.Transient) &&
		!errors.Is(err, staging.ErrTorn) && !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrExist)
}

// taken notes that the store took something.
func (r *runner) taken() {
	r.tell("")
	r.store.refusal = refusal{}
}

// tell tells the caller what the run waits for, when that has changed.
func (r *runner) tell(why string) {
	if r.in.Waiting != nil && why != r.store.refusal.why {
		r.in.Waiting(why)
	}
	r.store.refusal.why = why
}

// persist writes until the store takes it. The end of the caller's context ends the waiting with one last try.
func (r *runner) persist(write func() error) error {
	for {
		err := write()
		if err == nil {
			r.taken()
			return nil
		}
		if !r.refused(err) {
			return err
		}
		pause := time.NewTimer(time.Until(r.store.refusal.next))
		select {
		case <-pause.C:
		case <-r.ctx.Done():
			pause.Stop()
		}
	}
}

// within bounds the time of one write.
func within(ctx context.Context, write func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, writeTime)
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
