package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// finish is the end of a sync that brought everything home, or all but some gaps.
func (s *sync) finish(ctx workflow.Context) (*Result, error) {
	outcome := OutcomeComplete
	if s.state.States.Gaps() > 0 {
		outcome = OutcomeGaps
	}
	s.enter(ctx, PhaseDone)
	return s.close(ctx, outcome), nil
}

// end is every other way out: continue-as-new, cancelled, failed.
func (s *sync) end(ctx workflow.Context, err error) (*Result, error) {
	if workflow.IsContinueAsNewError(err) {
		return nil, err
	}
	if temporal.IsCanceledError(err) || ctx.Err() != nil {
		s.close(ctx, OutcomeCancelled)
		return nil, temporal.NewCanceledError()
	}
	result := s.close(ctx, OutcomeFailed)
	result.Failure = explain(err)
	return nil, failed(result)
}

// close shows the outcome wherever people look and makes the result.
func (s *sync) close(ctx workflow.Context, outcome Outcome) *Result {
	s.outcome = outcome
	s.touch(ctx)
	updates := []attribute{{AttributeOutcome.GetName(), AttributeOutcome.ValueSet(string(outcome))}}
	if s.state.States.Total() > 0 {
		updates = append(updates, attribute{AttributeCoverage.GetName(), AttributeCoverage.ValueSet(s.state.States.Coverage())})
	}
	upsert(ctx, s.state.Auth.Attributes, updates...)
	return &Result{
		Source: s.state.Sync.Source, Sync: s.state.Sync.ID, Outcome: outcome,
		Seconds: workflow.Now(ctx).Sub(s.state.Started).Seconds(), APICalls: s.state.Calls,
		Kinds: s.state.Kinds, States: s.state.States, Coverage: s.state.States.Coverage(),
		Files: list(s.state.Files), Uploaded: s.state.uploads() && s.state.Uploads == len(fileNames),
		Staging: s.state.Sync.Prefix(), Warnings: list(s.state.Warnings),
	}
}

// explain finds the class and sentence of a failed activity.
func explain(err error) *activities.Failure {
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return &activities.Failure{
			Class: fault.Transient, System: fault.Longhaul,
			Message: "a step got no answer in time; look at the sync's history for which one, and at the worker's log for why",
		}
	}
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return &activities.Failure{Class: activities.Internal, System: fault.Longhaul, Message: err.Error()}
	}
	var details activities.Failure
	if failure.HasDetails() && failure.Details(&details) == nil && details.Message != "" {
		return &details
	}
	return &activities.Failure{Class: fault.Class(failure.Type()), System: fault.Longhaul, Message: failure.Message()}
}

// failed makes the error that fails the workflow: type = class, the sentence, and the result in the details.
func failed(result *Result) error {
	return temporal.NewApplicationErrorWithOptions(result.Failure.Message, string(result.Failure.Class),
		temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{result}})
}

// refused fails a workflow for its input.
func refused(problem string) error {
	return failed(&Result{
		Outcome: OutcomeFailed, Files: list[activities.File](nil), Warnings: list[string](nil),
		Failure: &activities.Failure{Class: fault.Invalid, System: fault.Longhaul, Message: problem},
	})
}

// continueAsNew carries the state over. The window is drained, so nothing runs.
func (s *sync) continueAsNew(ctx workflow.Context) error {
	in := s.input
	in.State = s.state
	return workflow.NewContinueAsNewError(ctx, SyncSourceType, in)
}
