package monitor

import (
	"cmp"
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// Stopped is the error of a sync that somebody ended before it was done.
type Stopped struct {
	Class   string // cancelled, terminated or timed_out, which is the outcome too
	Message string
}

// Error gives the sentence.
func (s *Stopped) Error() string { return s.Message }

// End explains how a sync ended other than well: the result that a failed or a cancelled sync carries, and the error.
func End(err error) (*workflows.Result, error) {
	var cancelled *temporal.CanceledError
	var terminated *temporal.TerminatedError
	var late *temporal.TimeoutError
	var failed *temporal.ApplicationError
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &cancelled):
		return cancelledResult(cancelled)
	case errors.As(err, &terminated):
		return nil, &Stopped{Class: "terminated", Message: "the sync was terminated; what it had read is kept for the next one"}
	case errors.As(err, &failed):
		return failedResult(failed)
	case errors.As(err, &late):
		return nil, &Stopped{Class: "timed_out", Message: "the sync timed out, by the limit it was started with; start it without one"}
	case errors.As(err, &missing) && fault.From(err) == nil:
		return nil, &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "Temporal no longer knows this sync, as after a loss of its database: start the sync again; what it had read is in the bucket",
		}
	default:
		return nil, control.Explain(err)
	}
}

// cancelledResult says what a cancelled sync keeps, where it came far enough to know.
func cancelledResult(cancelled *temporal.CanceledError) (*workflows.Result, error) {
	end := &Stopped{Class: "cancelled", Message: "the sync was cancelled; what it had read is kept for the next one"}
	var result workflows.Result
	if !cancelled.HasDetails() || cancelled.Details(&result) != nil || result.Outcome == "" {
		return nil, end
	}
	left := history.End{Reports: result.Kinds.Reports, Described: result.Kept, Reused: result.States.Reused}
	kept := cmp.Or(left.Kept(), "what it had read is kept for the next one")
	end.Message = operator.Because("the sync was cancelled", result.Because) + "; " + kept
	return &result, end
}

func failedResult(failed *temporal.ApplicationError) (*workflows.Result, error) {
	var result workflows.Result
	if failed.HasDetails() && failed.Details(&result) == nil && result.Failure != nil {
		return &result, &fault.Error{Class: result.Failure.Class, System: result.Failure.System, Message: result.Failure.Message}
	}
	return nil, &fault.Error{Class: fault.Class(failed.Type()), System: fault.Longhaul, Message: failed.Message()}
}

// OutcomeOf names the end of a sync, also of one that left no result.
func OutcomeOf(result *workflows.Result, err error) workflows.Outcome {
	var stopped *Stopped
	switch {
	case result != nil && result.Outcome != "":
		return result.Outcome
	case errors.As(err, &stopped):
		return workflows.Outcome(stopped.Class)
	default:
		return workflows.OutcomeFailed
	}
}
