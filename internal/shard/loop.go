package shard

import (
	"context"
	"math"
	"time"
)

const (
	graceCancel = 2 * time.Second         // for requests in flight after the run was cancelled
	graceStore  = 3500 * time.Millisecond // after which a cancelled run stores nothing any more: a worker stops within four seconds
	graceGiveUp = 2 * time.Second         // for requests in flight after an error that stops the run
	graceQuota  = 10 * time.Second        // the same when only calls ran out: what is in flight is paid for
	never       = time.Duration(math.MaxInt64)
	noSequence  = math.MaxInt64
)

// runner is the state of one run. Only the goroutine of loop touches it; the others answer through its channels.
type runner struct {
	in    Input
	ctx   context.Context // the caller's; its end stops the run
	began time.Time
	led   *ledger
	parts []part
	store *storer
	brake brake
	trust trust

	wording wording

	// Requests and flushes outlive ctx for a moment, so that what was paid for is kept. All requests end with lasting.
	lasting, requests, writes       context.Context
	cutLasting, cutRequests, cutOff context.CancelFunc
	timers                          []*time.Timer
	unwatch                         func() bool // ends the watch over ctx

	queue   []int           // reports to ask for
	aside   []int           // reports that failed, to be tried again
	fails   map[int]setback // why, by report, as long as it has no state
	flight  []*trip         // in order of departure
	seq     int64
	back    chan answer
	answers int   // that Salesforce gave in this run
	gained  int   // reports that got a state by them
	asked   bool  // whether a witness was asked at the end of the slice
	stop    error // why the run ends early
	futile  bool  // it does for what every other run of the sync would meet too
}

func newRunner(ctx context.Context, in Input, v vault, led *ledger, parts []part) *runner {
	r := &runner{
		in: in, ctx: ctx, began: time.Now(), led: led, parts: parts, store: newStorer(in, v),
		queue: led.missing(), fails: map[int]setback{}, back: make(chan answer),
	}
	if in.Pressed {
		r.brake.pace = halved(max(in.Slots.Slots(), 1))
	}
	if in.beginInDoubt() && len(r.queue) > 0 {
		r.trust.doubt, r.trust.unasked = true, true
	}
	r.lasting, r.cutLasting = context.WithCancel(context.WithoutCancel(ctx))
	r.requests, r.cutRequests = context.WithCancel(r.lasting)
	r.writes, r.cutOff = context.WithCancel(context.WithoutCancel(ctx))
	r.unwatch = context.AfterFunc(ctx, func() { // whatever the run does at the moment, and for whatever reason it may be ending
		time.AfterFunc(graceCancel, r.cutLasting)
		time.AfterFunc(graceStore, r.cutOff)
	})
	return r
}

// loop runs until every report has its state or the run must stop. Then neither request nor flush is in flight, and
// what has gathered is left to finish.
func (r *runner) loop() error {
	cancelled := r.ctx.Done()
	wake := time.NewTimer(never)
	defer wake.Stop()
	for {
		r.advance()
		r.expire(time.Now())
		r.weigh()
		r.dispatch()
		if r.over() && !r.conclude() && !r.store.busy {
			return r.stop
		}
		wake.Reset(r.untilWake(time.Now()))
		select {
		case a := <-r.back:
			r.take(a)
		case done := <-r.store.back:
			r.flushed(done)
		case <-r.in.Slots.Changed():
		case <-cancelled:
			cancelled = nil
			r.halt(r.ctx.Err(), graceCancel)
		case <-wake.C:
		}
		r.flush(time.Now())
	}
}

// over says whether no report is left without a state, or none will get one in this run.
func (r *runner) over() bool {
	return len(r.flight) == 0 && (r.stop != nil || len(r.queue)+len(r.aside) == 0 && !r.suspects())
}

// halt ends the run early: no request begins any more, and those in flight get a short grace. The first reason stands,
// unless it was no more than the end of the slice.
func (r *runner) halt(err error, grace time.Duration) {
	if r.stop != nil && !r.sliceEnded() {
		return
	}
	r.stop = err
	r.timers = append(r.timers, time.AfterFunc(grace, r.cutRequests))
}

// close ends the contexts and timers of the run.
func (r *runner) close() {
	r.tell("") // that it waits is over in any case
	r.unwatch()
	r.cutLasting()
	r.cutOff()
	for _, t := range r.timers {
		t.Stop()
	}
}

// abandon waits for what a panic of the loop has left under way, and gives its slots back: the other shards of the process would
// miss them for good. After a run that has come to its end nothing is under way.
func (r *runner) abandon() {
	if len(r.flight) == 0 && !r.store.busy {
		return
	}
	r.close()
	for range r.flight {
		<-r.back
		r.in.Slots.Give()
	}
	if r.store.busy {
		<-r.store.back
	}
}

// untilWake is the time after which the loop must look again even if nothing comes.
func (r *runner) untilWake(now time.Time) time.Duration {
	wait := never
	if r.mayFlush() {
		wait = r.store.untilFlush(now, r.firstInOrder())
	}
	if r.stop == nil {
		wait = min(wait, r.brake.wait(now), r.trust.wait(now), r.untilSliceEnds(now))
	}
	return wait
}

// dispatch sends out as many requests as trust, slots, window and memory allow, and lends the slots that it has no use
// for, unless whoever got them would only meet the same refusal.
func (r *runner) dispatch() {
	defer func() {
		r.in.Slots.Idle(!r.futile && (r.stop != nil || r.store.refusing() || len(r.queue) == 0 && !r.trust.doubt))
	}()
	for r.stop == nil && r.ctx.Err() == nil && !r.store.refusing() && !r.suspects() {
		slots := max(r.in.Slots.Slots(), 1)
		if len(r.flight) >= r.brake.limit(slots) || r.brake.wait(time.Now()) != never {
			return
		}
		if r.trust.doubt {
			if len(r.flight) == 0 && r.in.Slots.Take() {
				if r.prove(); len(r.flight) == 0 {
					r.in.Slots.Give() // there was nobody to ask
				}
			}
			if r.trust.doubt {
				return
			}
			continue
		}
		if len(r.queue) == 0 || r.beyondWindow(slots) || r.store.size >= maxGathered {
			return
		}
		if !r.in.Slots.Take() {
			return
		}
		index := r.queue[0]
		r.queue = r.queue[1:]
		r.depart(&trip{index: index})
	}
}

// beyondWindow says whether the next report is too far from the oldest request that holds up the order of parts.
func (r *runner) beyondWindow(slots int) bool {
	window := r.in.Window
	if window <= 0 {
		window = max(4*slots, minWindow)
	}
	first := r.firstInOrder()
	return first != noSequence && r.seq-first >= int64(window)
}

// firstInOrder is the number of the oldest request that holds up the order of parts.
func (r *runner) firstInOrder() int64 {
	for _, t := range r.flight {
		if t.kind == ordinary && !t.late {
			return t.seq
		}
	}
	return noSequence
}
