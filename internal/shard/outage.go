package shard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/shard/gate"
	"longhaul/internal/shard/retry"
)

const (
	firstWait   = 2 * time.Second // before the second attempt of a run that met an outage; each wait is twice as long as the one before
	longestSpan = 2 * time.Minute // of those waits

	// patience is after how many attempts failures count even without a canary. With the waits between them, which sum up to
	// patienceTime and a little more, that is the better part of an hour: an attempt number alone proves nothing, as workers
	// that are restarted count attempts too.
	patience     = 30
	patienceTime = 45 * time.Minute

	maxSamples = 3  // untried reports that may stand in for a canary
	allSamples = 12 // the same once in patience attempts, so that a small shard can be tried whole
	maxRounds  = 3  // of trying again what failed, in the last round of a sync
	fewRounds  = 1  // before it, since what fails then is tried again at the end
)

// LongWait is the longest wait that a run spends itself when Salesforce asks for one, and the longest after which an
// attempt is simply repeated. A longer one that a canary is asked for too ends the run, and the caller waits.
const LongWait = 30 * time.Second

// outageError ends a run whose canaries were not answered.
type outageError struct{ error }

// Unwrap gives the failure that was met last.
func (o *outageError) Unwrap() error { return o.error }

// declareOutage ends the run because Salesforce seems to be down: after its failures a canary was not answered either, or nothing was
// left that could be one. last is the failure that was met last.
func (r *runner) declareOutage(last error, within time.Duration) {
	r.life.stop(&outageError{last}, within)
}

// delayedError is the error of a run that met an outage, with the wait after which another attempt is worth its calls.
type delayedError struct {
	error
	fault fault.Error
	own   bool // the wait is of this package, and not one that Salesforce asked for
}

// Unwrap gives the error itself.
func (d *delayedError) Unwrap() error { return d.error }

// Fault is the fault of the error itself, but for the wait.
func (d *delayedError) Fault() *fault.Error { return &d.fault }

// delayNext makes the next attempt wait if this one met an outage, the longer the more attempts did.
func delayNext(err error, attempt int) error {
	f := fault.From(err)
	if f == nil || !errors.As(err, new(*outageError)) {
		return err
	}
	wait := waitOf(err, attempt)
	d := &delayedError{error: err, fault: *f, own: wait >= f.RetryAfter}
	d.fault.RetryAfter = max(wait, f.RetryAfter)
	return d
}

// IsOutage says whether Run ended because Salesforce seems to be down, with a wait of its own choice. The next attempt must be
// of the same series however long that is: after how many of them a report is given up depends on their number.
func IsOutage(err error) bool {
	var d *delayedError
	return errors.As(err, &d) && d.own
}

// waitOf is the wait of this package after an outage. Where Salesforce only refuses for too many requests it stays so short that it does not
// end the series of attempts.
func waitOf(err error, attempt int) time.Duration {
	if throttled(err) {
		return min(waitAfter(attempt), LongWait)
	}
	return waitAfter(attempt)
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

// startOpen says whether one answer must come before the run uses its whole width: after a run that failed, or that
// brought nothing, an outage is likely, and all shards would run into it at full width.
func (in Input) startOpen() bool { return in.Attempt > 1 || in.StartOpen }

// enter waits where another run of the source finds out at this moment whether Salesforce answers, before a run that starts open. Its
// outage is that of this run too, which then costs no call. An attempt that may try a small shard whole asks by itself.
func (in Input) enter(ctx context.Context, missing int) (*gate.Turn, error) {
	if !in.startOpen() || missing == 0 || in.Attempt%patience == 0 {
		return nil, nil
	}
	turn, err := in.Gate.Enter(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("wait for another shard that asks whether Salesforce answers: %w", ctx.Err())
	case err != nil:
		return nil, &outageError{err}
	}
	return turn, nil
}

// leave tells the others what a run has found out that met err. Only what says that the service is down is theirs too: another report
// may bring something else, and so may another look for a canary in the bucket.
func (in Input) leave(turn *gate.Turn, err error) {
	var met *outageError
	if !errors.As(err, &met) || !saysDown(met.error) {
		turn.Open()
		return
	}
	turn.Fail(met.error, waitOf(met.error, in.Attempt)/2)
}

// saysDown says whether a failure is one of Salesforce that any report may meet.
func saysDown(err error) bool {
	f := fault.From(err)
	return f != nil && f.System == fault.Salesforce && (f.Class == fault.Transient || f.Class == fault.Throttled)
}

// rounds is how often the run tries again what failed.
func (in Input) rounds() int {
	if in.LastRound {
		return maxRounds
	}
	return fewRounds
}

// maxSamples is how many untried reports may stand in for a canary.
func (in Input) maxSamples() int {
	if in.Attempt%patience == 0 {
		return allSamples
	}
	return maxSamples
}

// hopeless says whether the reports that fail may be given up although no canary is answered: nothing else is left to ask
// for, and many attempts over a long time came to the same.
func (in Input) hopeless(q *retry.Queue) bool {
	return !q.Untried() && in.patienceIsOver() && !q.AnyFailed(throttled)
}

// patienceIsOver says whether many attempts were made, and made over a long time as far as that is known.
func (in Input) patienceIsOver() bool {
	return in.Attempt >= patience && (in.Since.IsZero() || time.Since(in.Since) >= patienceTime)
}

// throttled says whether Salesforce refused a request for too many requests: that passes.
func throttled(err error) bool { return fault.Is(err, fault.Throttled) }
