package shard

import (
	"errors"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/shard/breaker"
	"longhaul/internal/shard/retry"
)

// receive notes what one request brought.
func (r *runner) receive(a answer) {
	r.out.arrived(a.request)
	if a.request.kind == probe && errors.Is(a.err, ErrNoCanary) {
		r.out.asker.canary = nil
		r.breaker.Undecided()
		return
	}
	if a.verdict == aborted && !r.life.stopped() {
		a.verdict = tryAgain // the run did not end it, so it is a failure
	}
	r.out.observe(a)
	switch a.verdict {
	case final:
		r.breaker.Success()
		r.in.Gate.Answered()
		r.answers++
		if a.request.kind.ofQueue() {
			r.gained++
		}
		held, released := r.quarantine.admit(a)
		for _, other := range released {
			r.results.record(other)
		}
		if !held {
			r.results.record(a)
		}
	case tryAgain:
		r.fail(a)
	case fatal:
		r.life.stopFatal(a.err)
	case aborted:
		if a.request.kind.ofQueue() && r.life.stalled(a.request.sent) {
			r.queue.Note(a.request.report, retry.Failure{Err: errStalled, Answers: a.request.answers})
		}
	}
}

// fail queues a report that failed for another try, slows the run down where Salesforce asks for it, and stops the run
// when it was a canary that failed. A wait too long to be spent here opens the breaker at once: if it is everybody's, the
// canary meets it.
func (r *runner) fail(a answer) {
	f := fault.From(a.err)
	r.breaker.Failure(r.out.width())
	if f != nil && f.RetryAfter <= LongWait {
		r.out.limiter.PauseUntil(time.Now().Add(f.RetryAfter))
	}
	if !a.request.kind.ofQueue() {
		r.declareOutage(a.err, graceFatal)
		return
	}
	r.queue.Fail(a.request.report, retry.Failure{Err: a.err, Answers: r.answers})
	if f != nil && f.RetryAfter > LongWait {
		r.breaker.Trip() // only another answer tells whether the wait is of this report alone
	}
}

// advance begins the next round over what failed once the others are done, and gives up what still fails after the last
// one, provided a canary is answered.
func (r *runner) advance() {
	if r.life.stopped() || r.breaker.State() != breaker.Closed || r.queue.Pending()+r.out.flight.count() > 0 {
		return
	}
	switch r.queue.Advance(time.Now(), r.breaker.Failing()) {
	case retry.Begin:
		r.out.limiter.SetSerial(r.queue.AnyFailed(throttled))
	case retry.Prove:
		r.breaker.Trip()
	case retry.Exhausted:
		r.deferOrFail(r.queue.Failed())
	case retry.Wait:
	}
}

// deferOrFail ends the tries of reports that failed.
func (r *runner) deferOrFail(reports []int) {
	if err := r.results.deferOrFail(reports, r.out.flight.number); err != nil {
		r.life.stop(err, graceFatal)
	}
}

// withoutCanary decides when there is no canary: the run stops, to be tried again, unless that was done often enough and
// nothing but broken reports is left.
func (r *runner) withoutCanary() {
	if r.in.hopeless(r.queue) {
		r.breaker.Success()
		r.advance() // nothing else would wake the loop
		return
	}
	failed := r.queue.Failed()
	r.declareOutage(r.queue.Why(failed[len(failed)-1]), graceFatal)
}
