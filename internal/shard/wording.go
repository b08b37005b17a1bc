package shard

import (
	"errors"

	"longhaul/internal/salesforce"
)

// enoughUnworded is after how many refusals in unknown words, and nothing else, the run doubts that they are of the reports.
const enoughUnworded = 8

// wording keeps back the first refusals whose words are not known: a user without the permission to run reports who has
// another language than English meets them for every report, and each would be denied for itself.
type wording struct {
	held  []answer
	clear bool // something else was answered, so each refusal is of its report
	asked bool // a witness was asked
}

// holdBack keeps an answer back if it is such a refusal. Any other answer to a report of the queue, and any description,
// shows that refusals are of their reports, and so do those kept back get their state.
func (r *runner) holdBack(a answer) bool {
	w := &r.wording
	out := a.trip.kind == ordinary || a.trip.kind == sample
	switch {
	case w.clear:
		return false
	case a.refusal != nil:
		if out {
			w.held = append(w.held, a)
		}
		return out
	case out || a.err == nil:
		w.clear = true
		r.release()
	}
	return false
}

// release gives the reports kept back their state.
func (r *runner) release() {
	held := r.wording.held
	r.wording.held = nil
	for _, a := range held {
		r.settle(a)
	}
}

// suspects says whether so many refusals are kept back that no further report is asked for.
func (r *runner) suspects() bool { return len(r.wording.held) >= enoughUnworded }

// weigh decides about what is kept back once nothing is in flight: few refusals at the end of a run are those of their
// reports; many are those of the user, unless one report that is known to be answered still is.
func (r *runner) weigh() {
	w := &r.wording
	switch {
	case len(r.flight) > 0 || len(w.held) == 0:
	case !r.suspects():
		if r.over() {
			r.release()
		}
	case r.stop != nil || r.ctx.Err() != nil: // another run will see
	case !w.asked && (len(r.led.witness) > 0 || r.in.Probe != nil):
		if !r.in.Slots.Take() {
			return
		}
		w.asked = true
		t := &trip{kind: outside}
		if known := r.led.witness; len(known) > 0 {
			t = &trip{kind: witness, index: known[r.in.Attempt%len(known)]}
		}
		r.depart(t)
	default:
		r.futile = true
		r.halt(w.held[0].refusal.OfEveryReport(), graceGiveUp)
	}
}

// unworded finds the refusal in unknown words in the chain of err; nil when there is none.
func unworded(err error) *salesforce.Error {
	if e, ok := errors.AsType[*salesforce.Error](err); ok && e.Unworded {
		return e
	}
	return nil
}
