// Package question answers questions about a source by short workflows, each with one activity on a worker of the source.
package question

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/workflows/call"
)

// Longest bounds a question with its waits for a worker: whoever starts the workflow gives it as the timeout of the run.
const Longest = 5 * time.Minute

// UnservedError says that no worker serves the source.
type UnservedError struct{ Source string }

// Error says what to do.
func (e *UnservedError) Error() string { return call.Unserved(e.Source) }

// Fault gives the class.
func (e *UnservedError) Fault() *fault.Error {
	return &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: e.Error()}
}

// Ask runs an activity on a worker of a source, once. Where no worker begins it within seconds and none polls, the error is an
// UnservedError; every other error is the activity's own (call.Explain reads it).
func Ask[P, R any](
	ctx workflow.Context, source, summary string, activity func(context.Context, P) (R, error), params P,
) (R, error) {
	there := call.OnSourceWorker(ctx, source)
	result, err := call.Do(there, call.ForQuestion, summary, activity, params)
	if !notBegun(err) {
		return result, err
	}
	if !served(ctx, source) {
		return result, &UnservedError{source}
	}
	if result, err = call.Do(there, call.ForQuestionAgain, summary+", which may be busy", activity, params); notBegun(err) {
		return result, &UnservedError{source} // it was killed within the last minutes: Temporal still lists it
	}
	return result, err
}

// askAnyone runs the activity of a question on any worker, once no worker serves the source.
func askAnyone[P, R any](
	ctx workflow.Context, summary string, activity func(context.Context, P) (R, error), params P,
) (R, error) {
	return call.Do(call.OnAnyWorker(ctx), call.ForQuestion, summary+", which no worker serves", activity, params)
}

// notBegun says whether no worker took the activity.
func notBegun(err error) bool {
	var late *temporal.TimeoutError
	return errors.As(err, &late) && late.TimeoutType() == enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START
}

// served says whether a worker polls for the activities of a source. Where Temporal does not say, one may be there.
func served(ctx workflow.Context, source string) bool {
	var acts *activities.Activities
	params := activities.FindWorkerParams{Queue: call.SourceQueue(source), Since: workflow.Now(ctx).Add(-doctor.Memory)}
	found, err := call.Do(call.OnAnyWorker(ctx), call.ForQuickLook, "look for a worker of source "+source, acts.FindWorker, params)
	return err != nil || found.Found
}
