package call

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// Details is what a failed activity reports about its failure; zero where it reports nothing.
func Details(err error) (details activities.Failure) {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) && failure.HasDetails() && failure.Details(&details) != nil {
		return activities.Failure{}
	}
	return details
}

// Explain finds the class and the sentence of a failed activity.
func Explain(err error) *activities.Failure {
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return &activities.Failure{
			Class: fault.Transient, System: fault.Longhaul,
			Message: "a step got no answer in time; look at the sync's history for which one, and at the worker's log for why",
		}
	}
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return &activities.Failure{Class: activities.Internal, System: fault.Longhaul, Message: fault.Short(err.Error(), 1000)}
	}
	if details := Details(err); details.Message != "" {
		return &details
	}
	return &activities.Failure{Class: fault.Class(failure.Type()), System: fault.Longhaul, Message: failure.Message()}
}

// Fail makes the error that ends a workflow or a step by a failure: its type is the class, its text the sentence.
func Fail(failure *activities.Failure, details any) error {
	return temporal.NewApplicationErrorWithOptions(failure.Message, string(failure.Class),
		temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{details}})
}

// Spent is how many API calls an activity has made that was granted a call budget and failed: what its failure or its last heartbeat
// reports, or all that it was granted. What it did not make for certain is unsure.
func Spent(err error, reserved activities.CallBudget) activities.Spending {
	if spent := Details(err).Spent; spent != nil {
		return *spent
	}
	calls, beat := reserved.Calls, activities.Beat{} // an activity that was cancelled between two attempts reports nothing either
	if last, ok := lastBeat(err); ok {
		if beat = last; !errors.As(err, new(*unheardError)) {
			calls = min(max(beat.Calls, beat.Bound), reserved.Calls)
		}
	}
	return activities.Spending{Calls: calls, Unsure: max(calls-beat.Calls, 0)}
}

// Reached is how many reports of its shard a describe has brought that failed or was cancelled, where earlier runs had brought known.
func Reached(err error, known int64) int64 {
	beat, _ := lastBeat(err)
	return max(Details(err).Reports, known+beat.Done)
}
