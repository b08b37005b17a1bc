package shard

import (
	"errors"

	"longhaul/internal/salesforce"
)

// maxHeld is after how many refusals in unknown words, and nothing else, the run asks for a canary.
const maxHeld = 8

// quarantine holds the first refusals whose words are not known: a user without the permission to run reports who has
// another language than English meets them for every report, and each report would be denied for itself.
type quarantine struct {
	held   []answer
	lifted bool // something else was answered, so each refusal is of its report
	asked  bool // a canary was sent
}

// admit looks at an answer and says whether it is held. Any other answer to a report of the queue, and any description,
// shows that refusals are of their reports: it releases those that are held.
func (q *quarantine) admit(a answer) (held bool, released []answer) {
	ofQueue := a.request.kind.ofQueue()
	switch {
	case q.lifted:
		return false, nil
	case a.refusal != nil:
		if ofQueue {
			q.held = append(q.held, a)
		}
		return ofQueue, nil
	case ofQueue || a.err == nil:
		q.lifted = true
		return false, q.release()
	}
	return false, nil
}

// release gives the held answers, which are of their reports.
func (q *quarantine) release() []answer {
	held := q.held
	q.held = nil
	return held
}

// empty says whether no answer is held.
func (q *quarantine) empty() bool { return len(q.held) == 0 }

// full says whether too many refusals are held to describe a further report.
func (q *quarantine) full() bool { return len(q.held) >= maxHeld }

// ofEveryReport is the error of a run whose refusals are of the user.
func (q *quarantine) ofEveryReport() error { return q.held[0].refusal.OfEveryReport() }

// weigh decides about the held refusals once nothing is in flight: a few at the end of a run are those of their reports;
// many are those of the user, unless one report that is known to be answered still is.
func (r *runner) weigh() {
	q := &r.quarantine
	switch {
	case r.out.flight.count() > 0 || q.empty():
	case !q.full():
		if r.over() {
			for _, a := range q.release() {
				r.results.record(a)
			}
		}
	case r.life.stopped() || r.life.cancelled(): // another run will see
	case !q.asked && (len(r.out.led.described) > 0 || r.out.asker.canary != nil):
		if !r.in.Slots.TryAcquire() {
			return
		}
		q.asked = true
		canary := &request{kind: probe, answers: r.answers}
		if d := r.out.led.described; len(d) > 0 {
			canary = &request{kind: known, report: d[r.in.Attempt%len(d)], answers: r.answers}
		}
		r.out.send(canary)
	default:
		r.life.concernsAll = true
		r.life.stop(q.ofEveryReport(), graceFatal)
	}
}

// unworded finds the refusal in unknown words in the chain of err; nil when there is none.
func unworded(err error) *salesforce.Error {
	if e, ok := errors.AsType[*salesforce.Error](err); ok && e.Unworded {
		return e
	}
	return nil
}
