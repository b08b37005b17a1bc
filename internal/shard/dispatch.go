package shard

import (
	"errors"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/breaker"
	"longhaul/internal/shard/limiter"
	"longhaul/internal/shard/retry"
)

// dispatcher sends requests as the slots, the limiter and the reorder window allow.
type dispatcher struct {
	asker   asker
	slots   Slots
	life    *lifetime
	led     *ledger
	queue   *retry.Queue
	breaker *breaker.Breaker
	limiter limiter.Limiter
	flight  inFlight
}

// width is how many slots the run has now, at least one.
func (d *dispatcher) width() int { return max(d.slots.Limit(), 1) }

// mayAdd says whether the limiter allows one more request now.
func (d *dispatcher) mayAdd() bool {
	return d.flight.count() < d.limiter.Limit(d.width()) && d.limiter.Pause(time.Now()) == 0
}

// sendNext sends a request for the next report of the queue. It is false when there is none, or no room for it.
func (d *dispatcher) sendNext(answers int) bool {
	if d.queue.Pending() == 0 || d.flight.windowFull(d.width()) || !d.slots.TryAcquire() {
		return false
	}
	d.send(&request{kind: inTurn, report: d.queue.Pop(), answers: answers})
	return true
}

// send sends a request, for which a slot was acquired.
func (d *dispatcher) send(q *request) {
	d.flight.add(q)
	ctx, s, r := d.life.requests, d.asker, d.led.reports[q.report]
	go func() {
		a := answer{request: q, verdict: tryAgain} // so that a report whose answer makes this program panic counts as unanswered
		if err := fault.Caught(func() error { a = s.ask(ctx, q, r); return nil }); err != nil {
			a.err = err
		}
		d.flight.answers <- a
	}()
}

// arrived takes an answered request out of flight and gives its slot back.
func (d *dispatcher) arrived(q *request) {
	d.slots.Release()
	d.flight.remove(q)
}

// canary chooses the request whose answer would show that Salesforce works; nil when there is none. A report that is
// chosen out of turn leaves the queue.
func (d *dispatcher) canary(answers int) *request {
	c, ok := d.breaker.Choose(breaker.Candidates{
		Described: d.led.described, Answered: d.led.answered, Queued: d.queue.Pending(), Probe: d.asker.canary != nil,
	})
	switch {
	case !ok:
		return nil
	case c.Kind == breaker.Known:
		return &request{kind: known, report: c.Report, answers: answers}
	case c.Kind == breaker.Sample:
		return &request{kind: sample, report: d.queue.PopAt(c.Place), answers: answers}
	default:
		return &request{kind: probe, answers: answers}
	}
}

// observe tells the limiter what a request brought. A failure that asks for nothing says nothing about the limit.
func (d *dispatcher) observe(a answer) {
	throttled := a.request.throttles.Count() > 0 || asksForFewer(a.err)
	if throttled || a.verdict == final {
		d.limiter.Observe(limiter.Observation{Throttled: throttled, Seq: a.request.seq, Next: d.flight.next, Share: d.width()})
	}
}

// abandon waits for all requests in flight and gives their slots back.
func (d *dispatcher) abandon() {
	for range d.flight.requests {
		<-d.flight.answers
		d.slots.Release()
	}
}

// asksForFewer says whether an error is one that fewer requests may have spared.
func asksForFewer(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Busy() || fault.Is(err, fault.Throttled)
}
