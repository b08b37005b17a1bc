package cli

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// endOf explains how a sync ended other than well: the result that a failed or a cancelled one carries, and the error for
// the exit code.
func endOf(err error) (*workflows.Result, error) {
	var cancelled *temporal.CanceledError
	var stopped *temporal.TerminatedError
	var late *temporal.TimeoutError
	var failed *temporal.ApplicationError
	switch {
	case errors.As(err, &cancelled):
		return cancelledResult(cancelled)
	case errors.As(err, &stopped):
		return nil, &ending{class: "terminated", code: exitStopped, message: "the sync was terminated; what it had read is kept for the next one"}
	case errors.As(err, &failed):
		return failedResult(failed)
	case errors.As(err, &late):
		return nil, &ending{class: "timed_out", code: exitStopped, message: "the sync ran into the time limit it was started with; start it without one"}
	default:
		return nil, temporalFault(err)
	}
}

// cancelledResult says what a cancelled sync keeps, where it came far enough to know.
func cancelledResult(cancelled *temporal.CanceledError) (*workflows.Result, error) {
	end := &ending{class: "cancelled", code: exitStopped, message: "the sync was cancelled; what it had read is kept for the next one"}
	var result workflows.Result
	if !cancelled.HasDetails() || cancelled.Details(&result) != nil || result.Outcome == "" {
		return nil, end
	}
	if total := result.Kinds.Reports; total > 0 {
		end.message = fmt.Sprintf("the sync was cancelled; %s of %s are described and kept for the next one",
			grouped(result.Described+result.States.Reused), counted(total, "report"))
	}
	return &result, end
}

func failedResult(failed *temporal.ApplicationError) (*workflows.Result, error) {
	var result workflows.Result
	if failed.HasDetails() && failed.Details(&result) == nil && result.Failure != nil {
		return &result, &fault.Error{Class: result.Failure.Class, System: result.Failure.System, Message: result.Failure.Message}
	}
	return nil, &fault.Error{Class: fault.Class(failed.Type()), System: fault.Longhaul, Message: failed.Message()}
}

// judge is what a finished sync means for the exit code.
func judge(result *workflows.Result, strict bool) error {
	switch {
	case result.Outcome == workflows.OutcomeDiscarded:
		return &ending{class: "discarded", code: exitStopped, message: "the sync was discarded"}
	case result.Outcome == workflows.OutcomeGaps && strict:
		return &ending{
			class: "gaps", code: exitGaps,
			message: counted(result.States.Gaps(), "report") + " could not be described, and --strict counts that as a failure",
		}
	default:
		return nil
	}
}

// temporalFault classes what Temporal itself answers.
func temporalFault(err error) error {
	if fault.From(err) != nil {
		return err
	}
	if refused := host.Refused(err); refused != nil {
		return refused
	}
	switch {
	case unanswered(err):
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "Temporal stopped answering; the sync goes on when it is back, and the same command joins it again",
		}
	default:
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "Temporal refused a request: " + err.Error(),
		}
	}
}
