package shard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// The reasons that a described report carries beside its state. The set is closed: they are counted in results and
// label metrics.
const (
	// ReasonGone: the report is not there any more, or the run-as user no longer sees it.
	ReasonGone = "gone"
	// ReasonObsolete: Salesforce calls the report's definition obsolete.
	ReasonObsolete = "obsolete"
	// ReasonUnsupported: the format of the report has no columns that could be described, as that of a joined report.
	ReasonUnsupported = "unsupported"
	// ReasonTooManyColumns: the report has more columns than Salesforce describes.
	ReasonTooManyColumns = "too_many_columns"
	// ReasonNoColumnsSelected: no columns are selected in the report.
	ReasonNoColumnsSelected = "no_columns_selected"
	// ReasonNoAccess: the run-as user may see the report, but not what it reports on.
	ReasonNoAccess = "no_access"
	// ReasonServerError: Salesforce answered every try for this report with an error while others were answered.
	ReasonServerError = "server_error"
	// ReasonUnreachable: no try for this report brought an answer that could be read while others were answered.
	ReasonUnreachable = "unreachable"
	// ReasonTooLarge: the description is larger than what is kept of one report.
	ReasonTooLarge = "too_large"
	// ReasonNoColumns: every try for this report brought a description without the columns.
	ReasonNoColumns = "no_columns"
	// ReasonThrottled: Salesforce refused every try for this report for too many requests while others were answered.
	ReasonThrottled = "throttled"
)

// Reasons lists them all, for documentation and for metrics.
var Reasons = []string{
	ReasonGone, ReasonObsolete, ReasonUnsupported, ReasonTooManyColumns, ReasonNoColumnsSelected, ReasonNoAccess,
	ReasonServerError, ReasonUnreachable, ReasonTooLarge, ReasonNoColumns, ReasonThrottled,
}

// verdict is what an answer to one describe means for the run.
type verdict int

const (
	final    verdict = iota // the report has its state
	tryAgain                // after the others
	fatal                   // stop the run: the next report would meet the same
	aborted                 // ended by ourselves: it says nothing
)

// classify says what err of one describe means. For final it also gives state, reason and sentence.
func classify(err error) (v verdict, state description.State, reason, message string) {
	if err == nil {
		return final, description.StateDescribed, "", ""
	}
	f := fault.From(err)
	if f == nil {
		if errors.Is(err, context.Canceled) {
			return aborted, "", "", ""
		}
		return tryAgain, "", "", ""
	}
	if concernsAll(err) {
		return fatal, "", "", ""
	}
	if errors.Is(err, salesforce.ErrTooLarge) { // at every try, so it is final at once
		return final, description.StateFailed, ReasonTooLarge,
			"The description of this report is larger than Longhaul reads; give the report fewer columns and filters."
	}
	switch f.Class {
	case fault.Gone:
		return final, description.StateGone, ReasonGone,
			"The report is not there any more, or the run-as user no longer sees it."
	case fault.Obsolete:
		return final, description.StateObsolete, ReasonObsolete,
			"Salesforce calls the definition of this report obsolete: its object was switched off for reports, or its relationships have changed."
	case fault.Unsupported:
		reason, message = unsupported(err)
		return final, description.StateUnsupported, reason, message
	case fault.PermissionMissing:
		return final, description.StateDenied, ReasonNoAccess,
			"The run-as user lacks access to what this report is about; give it access to the report type and its objects."
	case fault.Transient, fault.Throttled, fault.Poison, fault.SessionExpired:
		if errors.Is(err, context.Canceled) {
			return aborted, "", "", ""
		}
		return tryAgain, "", "", ""
	default:
		return fatal, "", "", ""
	}
}

// unsupported gives reason and sentence for a report that Salesforce does not describe for what it is.
func unsupported(err error) (reason, message string) {
	switch {
	case errors.Is(err, salesforce.ErrTooManyColumns):
		return ReasonTooManyColumns, "This report has more columns than Salesforce describes; leave fewer than 100 columns in it."
	case errors.Is(err, salesforce.ErrNoneSelected):
		return ReasonNoColumnsSelected, "No columns are selected in this report, so there is nothing to describe; select some, or delete the report."
	default:
		return ReasonUnsupported, "Salesforce does not describe reports of this format, such as joined reports" + said(err) + "."
	}
}

// said is Salesforce's own text, in brackets to be added to a sentence; empty when there is none.
func said(err error) string {
	answer, ok := errors.AsType[*salesforce.Error](err)
	if !ok || answer.Message == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(answer.Message, ".") + ")"
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

// failure gives reason and sentence for a report that kept failing while a canary was answered.
func failure(err error) (reason, message string) {
	switch f := fault.From(err); {
	case errors.Is(err, salesforce.ErrNoColumns):
		return ReasonNoColumns, "Salesforce described this report without its columns at every try; save the report anew if that lasts."
	case f != nil && f.Class == fault.Poison:
		return ReasonServerError,
			"Salesforce answered every try for this report with an error" + said(err) + ", while it answered for other reports."
	case f != nil && f.Class == fault.Throttled:
		return ReasonThrottled, "Salesforce refused every try for this report for too many requests, while it answered for other reports."
	default:
		return ReasonUnreachable, "No try for this report brought an answer that could be read, while other reports were answered."
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
