package shard

import (
	"errors"
	"slices"
	"time"

	"longhaul/internal/fault"
)

const (
	firstWait   = 2 * time.Second // before the second attempt of a run that met an outage; each wait is twice as long as the one before
	longestSpan = 2 * time.Minute // of those waits

	// patience is after how many attempts failures count even without a witness. With the waits between them, which sum up to
	// patienceTime and a little more, that is the better part of an hour: an attempt number alone proves nothing, for workers
	// that are restarted count attempts too.
	patience     = 30
	patienceTime = 45 * time.Minute
)

// outage is the reason to end a run that nobody bears witness for.
type outage struct{ error }

// Unwrap gives the failure that was met last.
func (o *outage) Unwrap() error { return o.error }

// postponed is the error of a run that met an outage, with the wait after which another attempt is worth its calls.
type postponed struct {
	error
	fault fault.Error
	own   bool // the wait is of this package, and not one that Salesforce asked for
}

// Unwrap gives the error itself.
func (p *postponed) Unwrap() error { return p.error }

// Fault is the fault of the error itself, but for the wait.
func (p *postponed) Fault() *fault.Error { return &p.fault }

// postpone makes the next attempt wait if this one met an outage, the longer the more attempts did. Where Salesforce only
// refuses for too many requests the wait stays so short that it does not end the series of attempts.
func postpone(err error, attempt int) error {
	f := fault.From(err)
	if f == nil || !errors.As(err, new(*outage)) {
		return err
	}
	wait := waitAfter(attempt)
	if f.Class == fault.Throttled {
		wait = min(wait, LongWait)
	}
	p := &postponed{error: err, fault: *f, own: wait >= f.RetryAfter}
	p.fault.RetryAfter = max(wait, f.RetryAfter)
	return p
}

// IsOutage says whether Run ended because Salesforce seems to be down, with a wait of its own choice. The next attempt must be
// of the same series however long that is: after how many of them a report is given up depends on their number.
func IsOutage(err error) bool {
	var p *postponed
	return errors.As(err, &p) && p.own
}

// waitAfter is the wait between an attempt that met an outage and the next.
func waitAfter(attempt int) time.Duration {
	wait := firstWait
	for range attempt - 1 {
		if wait *= 2; wait >= longestSpan {
			return longestSpan
		}
	}
	return wait
}

// beginInDoubt says whether one answer must come before the run uses its whole width: after a run that failed, or that
// brought nothing, an outage is likelier than chance has it, and all shards would run into it at full width.
func (in Input) beginInDoubt() bool { return in.Attempt > 1 || in.Doubt }

// withoutWitness decides when there is nobody to ask: the run stops, to be tried again, unless that was done often
// enough and nothing but broken reports is left.
func (r *runner) withoutWitness() {
	if r.hopeless() {
		r.trust.answered()
		r.advance() // nothing else would wake the loop
		return
	}
	r.halt(&outage{r.fails[r.aside[len(r.aside)-1]].err}, graceGiveUp)
}

// hopeless says whether the reports that fail may be given up although nobody bears witness: nothing else is left to
// ask for, and many attempts over a long time came to the same.
func (r *runner) hopeless() bool {
	untried := slices.ContainsFunc(r.queue, func(index int) bool { return r.fails[index].err == nil })
	return !untried && r.patienceIsOver() && !r.anyThrottled()
}

// patienceIsOver says whether many attempts were made, and made over a long time as far as that is known.
func (r *runner) patienceIsOver() bool {
	return r.in.Attempt >= patience && (r.in.Since.IsZero() || time.Since(r.in.Since) >= patienceTime)
}

// anyThrottled says whether Salesforce refused some of what fails for too many requests: that passes.
func (r *runner) anyThrottled() bool {
	for _, last := range r.fails {
		if fault.Is(last.err, fault.Throttled) {
			return true
		}
	}
	return false
}
