package shard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// kind says why a request is made.
type kind int

const (
	ordinary kind = iota // the next report in order
	sample               // a report out of order, to see whether any is answered
	witness              // a report that has answered before, to see whether it still does
	outside              // the caller's probe, for the same end
)

// trip is one request on its way.
type trip struct {
	kind    kind
	index   int       // of the report
	seq     int64     // counts departures
	at      time.Time // of its departure
	answers int       // that the run had had by then
	late    bool      // others have waited for it long enough; it no longer holds up the order

	pressure salesforce.Throttles // on the way
}

// answer is what a trip brought back.
type answer struct {
	trip    *trip
	verdict verdict
	state   description.State
	reason  string
	line    []byte // to be stored
	err     error
	refusal *salesforce.Error // in unknown words, behind state and line
}

// depart sends a request out, for which a slot was taken.
func (r *runner) depart(t *trip) {
	t.seq, t.at, t.answers = r.seq, time.Now(), r.answers
	r.seq++
	r.flight = append(r.flight, t)
	ctx, rep := r.requests, r.led.reports[t.index]
	go func() {
		a := answer{trip: t, verdict: putAside} // a report whose answer makes this program panic is as good as one that is not answered
		if err := fault.Caught(func() error { a = r.ask(ctx, t, rep); return nil }); err != nil {
			a.err = err
		}
		r.back <- a
	}()
}

// ask makes the request and prepares what is to be stored, so that the loop has nothing to compute.
func (r *runner) ask(ctx context.Context, t *trip, rep report) answer {
	ctx = salesforce.WithThrottles(ctx, &t.pressure)
	if t.kind == outside {
		err := r.in.Probe(ctx)
		v, _, _, _ := judge(err)
		return answer{trip: t, verdict: v, err: err, refusal: unworded(err)}
	}
	desc, err := r.in.Describer.DescribeReport(ctx, rep.id)
	a := answer{trip: t, err: err, refusal: unworded(err)}
	var message string
	a.verdict, a.state, a.reason, message = judge(err)
	if a.verdict != settled || t.kind == witness {
		return a
	}
	d := &description.Description{
		ID: rep.id, State: a.state, Reason: a.reason, Message: message, Modified: rep.modified, At: answeredAt(err),
	}
	if desc != nil {
		d.At, d.ReportMetadata, d.ReportExtendedMetadata = desc.At, desc.ReportMetadata, desc.ReportExtendedMetadata
		d.Checked = true // by the client, which takes none without its columns
	}
	if a.line, a.err = d.Append(nil); a.err != nil {
		a.verdict = putAside
	}
	if len(a.line) >= staging.MaxLine {
		a.state, a.reason = description.StateFailed, ReasonTooLarge
		a.line, a.err = (&description.Description{
			ID: rep.id, State: a.state, Reason: a.reason, Modified: rep.modified, At: d.At,
			Message: fmt.Sprintf("The description of this report has %d MiB, more than Longhaul keeps of one report.", len(a.line)>>20),
		}).Append(nil)
	}
	return a
}

// take notes what one request brought.
func (r *runner) take(a answer) {
	t := a.trip
	r.in.Slots.Give()
	r.flight = slices.DeleteFunc(r.flight, func(other *trip) bool { return other == t })
	if t.kind == outside && errors.Is(a.err, ErrNoWitness) {
		r.in.Probe = nil
		return
	}
	if a.verdict == cut && r.stop == nil {
		a.verdict = putAside // nobody cut it here, so it says something
	}
	r.learn(a)
	switch a.verdict {
	case settled:
		r.trust.answered()
		r.answers++
		if t.kind == ordinary || t.kind == sample {
			r.gained++
		}
		if !r.holdBack(a) {
			r.settle(a)
		}
	case putAside:
		r.putAside(a)
	case giveUp:
		grace := graceGiveUp
		if fault.Is(a.err, fault.QuotaExhausted) {
			grace = graceQuota
		}
		r.futile = r.futile || wholeSync(a.err) && !fault.Is(a.err, fault.QuotaExhausted)
		r.halt(a.err, grace)
	case cut:
		r.stalled(t)
	}
}

// settle gives a report its state and hands its line to the store.
func (r *runner) settle(a answer) {
	switch a.trip.kind {
	case witness:
		r.led.repeated++
		return
	case outside:
		return
	case ordinary, sample:
	}
	r.led.settle(a.trip.index, a.state, a.reason)
	delete(r.fails, a.trip.index)
	r.store.gather(gathered{index: a.trip.index, seq: a.trip.seq, at: time.Now(), line: a.line})
	if r.in.Progress != nil {
		r.in.Progress(r.led.settled, len(r.led.reports))
	}
}

// putAside keeps a report that failed for later, slows the run down where Salesforce asks for it, and stops it when the
// witness fails. A wait that is too long to be spent here raises doubt at once: if it is everybody's, the witness meets it.
func (r *runner) putAside(a answer) {
	f := fault.From(a.err)
	r.trust.failed(max(2*max(r.in.Slots.Slots(), 1), minBreak))
	if f != nil {
		r.brake.delay(time.Now(), f.RetryAfter)
	}
	switch a.trip.kind {
	case witness, outside:
		r.halt(&outage{a.err}, graceGiveUp)
		return
	case ordinary, sample:
	}
	r.aside = append(r.aside, a.trip.index)
	r.fails[a.trip.index] = setback{err: a.err, answers: r.answers}
	if f != nil && f.RetryAfter > LongWait {
		r.trust.doubt = true // whether the wait is of this report alone, only another answer tells
	}
}
