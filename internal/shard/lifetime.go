package shard

import (
	"context"
	"errors"
	"math"
	"time"

	"longhaul/internal/fault"
)

const (
	graceCancel = 2 * time.Second         // for requests in flight after the run was cancelled
	graceStore  = 3500 * time.Millisecond // after which a cancelled run stores nothing any more: a worker stops within four seconds
	graceFatal  = 2 * time.Second         // for requests in flight after an error that stops the run
	graceQuota  = 10 * time.Second        // the same when only calls ran out: what is in flight is paid for
	graceSlice  = 2 * time.Second         // for requests in flight at the end of a slice
	never       = time.Duration(math.MaxInt64)
)

// lifetime is how long a run goes on: why it ends early, and for how long its requests and writes outlive that, so that
// what was paid for is kept.
type lifetime struct {
	caller context.Context // its end stops the run
	began  time.Time
	slice  time.Duration // 0 is without end

	err         error // why the run ends early; nil while it goes on
	concernsAll bool  // every other run of the sync would meet err too

	requests context.Context // of the requests; ends soon after the run is stopped
	bound    context.Context // of all requests; ends soon after caller
	writes   context.Context // of the flushes; ends a while after caller

	endRequests, endBound, endWrites context.CancelFunc

	timers  []*time.Timer
	unwatch func() bool // ends the watch over caller
}

func newLifetime(ctx context.Context, slice time.Duration) *lifetime {
	l := &lifetime{caller: ctx, began: time.Now(), slice: slice}
	l.bound, l.endBound = context.WithCancel(context.WithoutCancel(ctx))
	l.requests, l.endRequests = context.WithCancel(l.bound)
	l.writes, l.endWrites = context.WithCancel(context.WithoutCancel(ctx))
	l.unwatch = context.AfterFunc(ctx, func() { // whatever the run does at the moment, and for whatever reason it may be ending
		time.AfterFunc(graceCancel, l.endBound)
		time.AfterFunc(graceStore, l.endWrites)
	})
	return l
}

// stop ends the run early: no request begins any more, and those in flight get a grace. The first reason stands, unless
// it was no more than the end of the slice.
func (l *lifetime) stop(err error, grace time.Duration) {
	if l.err != nil && !l.sliceEnded() {
		return
	}
	l.err = err
	l.timers = append(l.timers, time.AfterFunc(grace, l.endRequests))
}

// stopFatal ends the run early for an error that the next report would meet too.
func (l *lifetime) stopFatal(err error) {
	grace := graceFatal
	if fault.Is(err, fault.QuotaExhausted) {
		grace = graceQuota
	} else if concernsAll(err) {
		l.concernsAll = true
	}
	l.stop(err, grace)
}

// stopped says whether the run ends early.
func (l *lifetime) stopped() bool { return l.err != nil }

// cancelled says whether the caller's context has ended.
func (l *lifetime) cancelled() bool { return l.caller.Err() != nil }

// left is the time for which the run may still begin requests.
func (l *lifetime) left(now time.Time) time.Duration {
	if l.slice <= 0 || l.stopped() {
		return never
	}
	return max(l.slice-now.Sub(l.began), 0)
}

// expire stops the run once its slice is over.
func (l *lifetime) expire(now time.Time) {
	if l.left(now) == 0 {
		l.stop(errSlice, graceSlice)
	}
}

// sliceEnded says whether the run stops for no other reason than its time.
func (l *lifetime) sliceEnded() bool { return errors.Is(l.err, errSlice) }

// ranOut says whether the run stops for no other reason than its time or its calls.
func (l *lifetime) ranOut() bool { return l.sliceEnded() || fault.Is(l.err, fault.QuotaExhausted) }

// extend allows one more request for a time after the run was stopped.
func (l *lifetime) extend(d time.Duration) {
	l.requests, l.endRequests = context.WithCancel(l.bound)
	l.timers = append(l.timers, time.AfterFunc(d, l.endRequests))
}

// close ends the contexts and timers.
func (l *lifetime) close() {
	l.unwatch()
	l.endBound()
	l.endWrites()
	for _, t := range l.timers {
		t.Stop()
	}
}
