package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// detailsOf is what a failed activity tells of its failure; zero where it tells nothing.
func detailsOf(err error) (details activities.Failure) {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) && failure.HasDetails() && failure.Details(&details) != nil {
		return activities.Failure{}
	}
	return details
}

// finish is the end of a sync that brought everything home, or all but some gaps.
func (s *sync) finish(ctx workflow.Context) (*Result, error) {
	outcome := OutcomeComplete
	if s.state.States.Gaps() > 0 {
		outcome = OutcomeGaps
	}
	s.enter(ctx, PhaseDone)
	return s.close(ctx, outcome), nil
}

// end is every other way out: continue-as-new, cancelled, discarded, failed. What was read stays in the bucket for the
// next sync.
func (s *sync) end(ctx workflow.Context, err error) (*Result, error) {
	s.shown = standstill{}
	switch {
	case workflow.IsContinueAsNewError(err):
		return nil, err
	case isCancel(ctx, err):
		result := s.close(ctx, OutcomeCancelled)
		s.mark(ctx, OutcomeCancelled)
		return nil, temporal.NewCanceledError(*result)
	case errors.Is(err, errDiscarded):
		s.mark(ctx, OutcomeDiscarded)
		return s.close(ctx, OutcomeDiscarded), nil
	}
	failure := explain(err)
	if !dispossessed(failure) {
		s.mark(ctx, OutcomeFailed)
	}
	result := s.close(ctx, OutcomeFailed)
	result.Failure = failure
	return nil, failed(result)
}

// markAttempts bounds the tries to leave a mark, so that a bucket that is away does not keep a sync from ending.
const markAttempts = 3

// mark leaves a word in the bucket that the sync is over, so that nobody takes it for one that a lost database cut short.
func (s *sync) mark(ctx workflow.Context, outcome Outcome) {
	if s.state.Sync.Bucket == "" {
		return // it has left nothing there yet, and no worker may be there to ask
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	ctx = optional(limited(with(ctx, forCall, "note that the sync is over"), markAttempts))
	params := activities.EndParams{Sync: s.state.Sync, Outcome: string(outcome)}
	if err := workflow.ExecuteActivity(ctx, acts.End, params).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the end of the sync was not noted in the bucket", "error", err)
	}
}

// close shows the outcome wherever people look and makes the result.
func (s *sync) close(ctx workflow.Context, outcome Outcome) *Result {
	s.outcome = outcome
	s.touch(ctx)
	updates := []temporal.SearchAttributeUpdate{AttributeOutcome.ValueSet(string(outcome))}
	coverage := 0.0
	if s.state.Settled {
		coverage = s.state.States.Coverage()
		updates = append(updates, AttributeCoverage.ValueSet(coverage))
	}
	upsert(ctx, updates...)
	var concerns []activities.Concern
	if outcome == OutcomeDiscarded {
		concerns = s.control.found
	}
	return &Result{
		Source: s.state.Sync.Source, Sync: s.state.Sync.ID, Outcome: outcome,
		Seconds: workflow.Now(ctx).Sub(s.state.Started).Seconds(), APICalls: s.state.Calls,
		Kinds: s.state.Kinds, States: s.state.States, Coverage: coverage,
		Vanished: s.state.Vanished, Described: min(s.state.Reports, s.state.Plan.ToDescribe+s.state.Again.Added),
		Files: list(s.state.Files), Uploaded: s.state.uploaded(),
		Staging: s.state.Sync.Prefix(), Warnings: s.state.warnings(),
		Unseen: s.state.Unseen, Concerns: concerns,
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
		return &activities.Failure{Class: activities.Internal, System: fault.Longhaul, Message: fault.Short(err.Error(), 1000)}
	}
	if details := detailsOf(err); details.Message != "" {
		return &details
	}
	return &activities.Failure{Class: fault.Class(failure.Type()), System: fault.Longhaul, Message: failure.Message()}
}

// failed makes the error that fails the workflow: type = class, the sentence, and the result in the details.
func failed(result *Result) error { return failureOf(result.Failure, result) }

// failureOf makes an error of a failure that Temporal has told, with details of its own.
func failureOf(failure *activities.Failure, details any) error {
	return temporal.NewApplicationErrorWithOptions(failure.Message, string(failure.Class),
		temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{details}})
}

// refused fails a workflow for its input.
func refused(problem string) error {
	return failed(&Result{
		Outcome: OutcomeFailed, Files: list[activities.File](nil), Warnings: list[string](nil),
		Failure: &activities.Failure{Class: fault.Invalid, System: fault.Longhaul, Message: problem},
	})
}

// continueAsNew carries the state over. Nothing runs by now; updates are answered and orders taken first.
func (s *sync) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	if err := obeyed(ctx); err != nil { // the next run gets no signal that came with this task
		return err
	}
	s.stood(ctx)
	in := s.input
	in.State = s.state
	in.State.Run = workflow.GetInfo(ctx).WorkflowExecution.RunID
	return workflow.NewContinueAsNewError(ctx, SyncSourceType, in)
}
