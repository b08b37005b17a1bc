package shard

import (
	"context"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// kind says why a request is made.
type kind int

const (
	inTurn kind = iota // the next report of the queue
	sample             // a canary: a report of the queue out of turn
	known              // a canary: a report that has answered before
	probe              // a canary: a report that the caller knows
)

// ofQueue says whether the answer gives a report of the queue its state.
func (k kind) ofQueue() bool { return k == inTurn || k == sample }

// request is one request on its way.
type request struct {
	kind      kind
	report    int       // its place in the plan
	seq       int64     // counts the requests of the run
	sent      time.Time // when
	answers   int       // that the run had had by then
	straggler bool      // others have waited for it long enough; it no longer holds up the order

	throttles salesforce.Throttles // on the way
}

// answer is what a request brought.
type answer struct {
	request *request
	verdict verdict
	state   description.State
	reason  description.Reason
	line    []byte // to be stored
	err     error
	refusal *salesforce.Error // in unknown words, behind state and line
}

// asker makes requests. It is safe for concurrent use.
type asker struct {
	describer Describer
	canary    func(context.Context) error // the caller's; may be nil
}

// ask makes a request and prepares what is to be stored, so that the loop has nothing to compute.
func (s asker) ask(ctx context.Context, q *request, r report) answer {
	ctx = salesforce.WithThrottles(ctx, &q.throttles)
	if q.kind == probe {
		err := s.canary(ctx)
		v, _, _ := classify(err)
		return answer{request: q, verdict: v, err: err, refusal: unworded(err)}
	}
	desc, err := s.describer.DescribeReport(ctx, r.id)
	a := answer{request: q, err: err, refusal: unworded(err)}
	a.verdict, a.state, a.reason = classify(err)
	if a.verdict != final || q.kind == known {
		return a
	}
	d := r.describe(a.state, a.reason, err)
	if desc != nil {
		d.At, d.ReportMetadata, d.ReportExtendedMetadata = desc.At, desc.ReportMetadata, desc.ReportExtendedMetadata
		d.ColumnsChecked = description.ColumnsRule // by the client, which takes none without its columns
		d.Type = typeOf(desc.ReportMetadata)
	}
	if a.line, a.err = d.Append(nil); a.err != nil {
		a.verdict = tryAgain
	}
	if len(a.line) >= staging.MaxLine {
		a.state, a.reason = description.StateFailed, description.ReasonTooLarge
		a.line, a.err = (&description.Description{
			ID: r.id, State: a.state, Reason: a.reason, Modified: r.modified, At: d.At,
		}).Append(nil)
	}
	return a
}
