package shard

import (
	"context"
	"time"

	"longhaul/internal/shard/breaker"
	"longhaul/internal/shard/parts"
	"longhaul/internal/shard/retry"
)

// runner connects the components of one run. Only the goroutine of loop touches them; requests and flushes answer
// through channels.
type runner struct {
	in         Input
	life       *lifetime
	queue      *retry.Queue
	breaker    *breaker.Breaker
	out        *dispatcher
	results    *results
	writer     *parts.Writer
	quarantine quarantine

	answers    int  // that Salesforce gave in this run
	gained     int  // reports that got a state by them
	proofAsked bool // the canary at the end of the slice was sent
}

func newRunner(ctx context.Context, in Input, at parts.Shard, led *ledger, stored []parts.Part) *runner {
	life := newLifetime(ctx, in.Slice)
	queue, circuit := retry.New(led.missing(), in.rounds()), breaker.New(in.Attempt, in.maxSamples())
	writer := parts.NewWriter(at, stored, parts.Options{
		Attempt: in.Attempt, FlushEvery: in.FlushEvery, Patience: in.StorePatience, Waiting: in.Waiting,
	})
	out := &dispatcher{
		asker: asker{describer: in.Describer, canary: in.Canary}, slots: in.Slots,
		life: life, led: led, queue: queue, breaker: circuit,
		flight: inFlight{window: in.Window, answers: make(chan answer)},
	}
	if in.Throttled {
		out.limiter.StartAtHalf(out.width())
	}
	if in.startOpen() && queue.Pending() > 0 {
		circuit.StartOpen()
	}
	return &runner{
		in: in, life: life, queue: queue, breaker: circuit, out: out, writer: writer,
		results: &results{in: in, shard: at, led: led, queue: queue, writer: writer},
	}
}

// loop runs until every report has its state or the run must stop. Then neither request nor flush is in flight, and
// what is pending is left to results.finish.
func (r *runner) loop() {
	cancelled := r.life.caller.Done()
	wake := time.NewTimer(never)
	defer wake.Stop()
	for {
		r.advance()
		r.life.expire(time.Now())
		r.weigh()
		r.dispatch()
		if r.over() && !r.conclude() && !r.writer.Flushing() {
			return
		}
		wake.Reset(r.untilWake(time.Now()))
		select {
		case a := <-r.out.flight.answers:
			r.receive(a)
		case done := <-r.writer.Flushes():
			r.results.flushed(r.life, done)
		case <-r.in.Slots.Freed():
		case <-cancelled:
			cancelled = nil
			r.life.stop(r.life.caller.Err(), graceCancel)
		case <-wake.C:
		}
		r.flush(time.Now())
	}
}

// over says whether no report is left without a state, or none will get one in this run.
func (r *runner) over() bool {
	return r.out.flight.count() == 0 && (r.life.stopped() || r.queue.Empty() && !r.quarantine.full())
}

// untilWake is the time after which the loop must look again even if nothing comes.
func (r *runner) untilWake(now time.Time) time.Duration {
	wait := never
	if r.mayFlush() {
		wait = r.writer.UntilFlush(now, r.out.flight.firstInOrder())
	}
	if r.life.stopped() {
		return wait
	}
	if pause := r.out.limiter.Pause(now); pause > 0 {
		wait = min(wait, pause)
	}
	if due, ok := r.queue.Due(); ok && r.out.flight.count() == 0 { // a round begins only when nothing is in flight
		wait = min(wait, max(due.Sub(now), 0))
	}
	return min(wait, r.life.left(now))
}

// dispatch sends as many requests as the breaker, slots, window and memory allow, and lends slots that the run does not
// use, but not after an error that concerns every report.
func (r *runner) dispatch() {
	defer func() { r.in.Slots.SetIdle(!r.life.concernsAll && r.idle()) }()
	for !r.life.stopped() && !r.life.cancelled() && !r.writer.Refusing() && !r.quarantine.full() && r.out.mayAdd() {
		if r.breaker.State() == breaker.Closed {
			if r.writer.Full() || !r.out.sendNext(r.answers) {
				return
			}
			continue
		}
		if r.out.flight.count() > 0 || !r.in.Slots.TryAcquire() {
			return
		}
		if q := r.out.canary(r.answers); q != nil {
			r.out.send(q)
			return
		}
		r.in.Slots.Release() // there is no canary
		r.withoutCanary()
		if r.breaker.State() != breaker.Closed {
			return
		}
	}
}

// idle says whether the run has no use for further slots at present.
func (r *runner) idle() bool {
	return r.life.stopped() || r.writer.Refusing() || r.queue.Pending() == 0 && r.breaker.State() == breaker.Closed
}

// mayFlush says whether a flush could begin: results.finish stores what is left of a run that is over or cancelled.
func (r *runner) mayFlush() bool {
	return !r.writer.Flushing() && r.writer.Pending() > 0 && !r.over() && !r.life.cancelled()
}

// flush begins a flush if it is time for one and there is something to store in order.
func (r *runner) flush(now time.Time) {
	if !r.mayFlush() || !r.writer.Due(now) {
		return
	}
	r.out.flight.markStragglers(r.writer.Overdue(now))
	r.writer.Flush(r.life.writes, now, r.out.flight.firstInOrder())
}

// close ends the run, and waits for what a panic of the loop has left under way: the other shards of the process would
// miss its slots for good. After a run that has come to its end nothing is under way.
func (r *runner) close() {
	r.writer.Close()
	r.life.close()
	r.out.abandon()
	if r.writer.Flushing() {
		<-r.writer.Flushes()
	}
}
