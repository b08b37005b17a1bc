package shard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// verdict is what an answer to one describe means for the run.
type verdict int

const (
	final    verdict = iota // the report has its state
	tryAgain                // after the others
	fatal                   // stop the run: the next report would meet the same
	aborted                 // ended by ourselves: it says nothing
)

// classify says what err of one describe means. For final it also gives state and reason.
func classify(err error) (v verdict, state description.State, reason description.Reason) {
	if err == nil {
		return final, description.StateDescribed, ""
	}
	f := fault.From(err)
	if f == nil {
		if errors.Is(err, context.Canceled) {
			return aborted, "", ""
		}
		return tryAgain, "", ""
	}
	if concernsAll(err) {
		return fatal, "", ""
	}
	if errors.Is(err, salesforce.ErrTooLarge) { // at every try, so it is final at once
		return final, description.StateFailed, description.ReasonTooLarge
	}
	switch f.Class {
	case fault.Gone:
		return final, description.StateGone, description.ReasonGone
	case fault.Obsolete:
		return final, description.StateObsolete, description.ReasonObsolete
	case fault.Unsupported:
		return final, description.StateUnsupported, unsupported(err)
	case fault.PermissionMissing:
		return final, description.StateDenied, description.ReasonNoAccess
	case fault.Transient, fault.Throttled, fault.Poison, fault.SessionExpired:
		if errors.Is(err, context.Canceled) {
			return aborted, "", ""
		}
		return tryAgain, "", ""
	default:
		return fatal, "", ""
	}
}

// unsupported is the reason of a report that Salesforce does not describe for what it is.
func unsupported(err error) description.Reason {
	switch {
	case errors.Is(err, salesforce.ErrTooManyColumns):
		return description.ReasonTooManyColumns
	case errors.Is(err, salesforce.ErrNoneSelected):
		return description.ReasonNoColumnsSelected
	default:
		return description.ReasonUnsupported
	}
}

// answerOf is Salesforce's own text, where the reason shows it; empty when there is none.
func answerOf(reason description.Reason, err error) string {
	answer, ok := errors.AsType[*salesforce.Error](err)
	if !ok || !reason.ShowsAnswer() {
		return ""
	}
	return answer.Message
}

// concernsAll says whether the client knows that the error concerns every report alike.
func concernsAll(err error) bool {
	var answer *salesforce.Error
	return errors.As(err, &answer) && answer.Whole
}

// unansweredState is the state of a report that failed its tries while others were answered: it is tried again at the end of the
// sync, unless this is the end.
func unansweredState(lastRound bool) description.State {
	if lastRound {
		return description.StateFailed
	}
	return description.StateDeferred
}

// failure is the reason of a report that kept failing while a canary was answered.
func failure(err error) description.Reason {
	switch f := fault.From(err); {
	case errors.Is(err, salesforce.ErrNoColumns):
		return description.ReasonNoColumns
	case f != nil && f.Class == fault.Poison:
		return description.ReasonServerError
	case f != nil && f.Class == fault.Throttled:
		return description.ReasonThrottled
	default:
		return description.ReasonUnreachable
	}
}

// stopError wraps the error that ends a run early. The class and the wait that Salesforce asked for stay visible to
// fault.From. The class of an error about one report becomes transient, so that the attempt is repeated: where every report
// fails, none of them is to blame. What has no class, a panic too, is a bug that the attempt must not repeat for ever.
func stopError(shard int, err error) error {
	if f := fault.From(err); f != nil && ofOneReport(f.Class) && !concernsAll(err) {
		err = &fault.Error{
			Class: fault.Transient, System: f.System, RetryAfter: f.RetryAfter, Err: err,
			Message: "Salesforce answered every report with an error; they are tried again",
		}
	}
	return fmt.Errorf("describe shard %d: %w", shard, err)
}

// ofOneReport says whether a class is a state of the report that was asked for, and says nothing about the others.
func ofOneReport(class fault.Class) bool {
	switch class {
	case fault.Poison, fault.Gone, fault.Obsolete, fault.Unsupported, fault.PermissionMissing:
		return true
	default:
		return false
	}
}

// answeredAt is when Salesforce gave an error as its answer, by its own clock; zero when it did not say.
func answeredAt(err error) (at time.Time) {
	var answer *salesforce.Error
	if errors.As(err, &answer) {
		at = answer.Date
	}
	return at
}
