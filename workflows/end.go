package workflows

import (
	"cmp"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	told "longhaul/activities/tell"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/notify"
	"longhaul/internal/warning"
	"longhaul/workflows/call"
	"longhaul/workflows/operator"
)

// Result is what a sync comes back with: counts and references, never data.
type Result struct {
	Source   string                         `json:"source"`
	Sync     string                         `json:"sync"` // id of the sync in the bucket
	Outcome  Outcome                        `json:"outcome"`
	Seconds  float64                        `json:"seconds"`
	APICalls int64                          `json:"api_calls"`
	Kinds    activities.Kinds               `json:"kinds"`
	States   activities.States              `json:"states"`
	Vanished activities.Kinds               `json:"vanished"` // what the last sync had and Salesforce no longer shows, beyond kinds and states
	Kept     int64                          `json:"kept"`     // descriptions that this sync has made, each report counted once: the next sync reuses them
	Coverage float64                        `json:"coverage"` // share of the reports that have columns, 0 to 1
	Files    map[string][]activities.File   `json:"files"`    // by export
	Exports  map[string]activities.Delivery `json:"exports"`  // what became of the files of each
	Uploaded bool                           `json:"uploaded"` // every export that has a target was delivered, and there is one
	Staging  string                         `json:"staging"`  // prefix of the sync's objects in the bucket
	Warnings []warning.Shown                `json:"warnings"`
	Skipped  *Skipped                       `json:"skipped,omitempty"`
	Failure  *activities.Failure            `json:"failure,omitempty"` // in the details of a failed sync
	Because  string                         `json:"because,omitempty"` // of a cancelled sync: the reason that was given with the cancel

	Reasons  map[string]int64     `json:"reasons,omitempty"`  // of the gaps, by code; of every sync that came so far
	Unseen   *listing.Unseen      `json:"unseen,omitempty"`   // reports that no listing has; of every sync that came so far
	Concerns []activities.Concern `json:"concerns,omitempty"` // what a discarded sync held for
}

// Skipped names the sync that was already running.
type Skipped struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id,omitempty"`
}

// noFiles are the files of a sync that has none: in JSON {}, so that readers need no case for null.
func noFiles() map[string][]activities.File { return map[string][]activities.File{} }

// noExports are the exports of a sync that has none.
func noExports() map[string]activities.Delivery { return map[string]activities.Delivery{} }

// list makes an empty list of nil: in JSON it is [], so that readers need no case for null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// finish is the end of a sync that brought everything home, or all but some gaps. It fails if some of its exports were not delivered.
func (s *sync) finish(ctx workflow.Context) (*Result, error) {
	outcome := OutcomeComplete
	if s.state.States.Gaps() > 0 {
		outcome = OutcomeGaps
	}
	s.display.enter(ctx, PhaseDone)
	if failure := s.state.failure(); failure != nil { // the record says so too, so no mark is needed
		return nil, failed(s.tell(ctx, s.close(ctx, OutcomeFailed, failure)))
	}
	return s.tell(ctx, s.close(ctx, outcome, nil)), nil
}

// end is every other way out: continue-as-new, cancelled, discarded, failed. What was read stays in the bucket for the next sync.
func (s *sync) end(ctx workflow.Context, err error) (*Result, error) {
	s.display.instead = standstill{}
	switch {
	case workflow.IsContinueAsNewError(err):
		return nil, err
	case isCancel(ctx, err):
		s.hearReason(ctx)
		s.display.because = s.state.Course.Confirm(operator.Cancel, workflow.Now(ctx))
		result := s.close(ctx, OutcomeCancelled, nil)
		result.Because = s.display.because
		s.mark(ctx, OutcomeCancelled, nil)
		s.tell(ctx, result)
		return nil, temporal.NewCanceledError(*result)
	case errors.Is(err, errDiscarded):
		s.mark(ctx, OutcomeDiscarded, nil)
		result := s.close(ctx, OutcomeDiscarded, nil)
		result.Concerns = s.guard.found
		return s.tell(ctx, result), nil
	}
	failure := call.Explain(err)
	if !lostOwnership(failure) {
		s.mark(ctx, OutcomeFailed, failure)
	}
	return nil, failed(s.tell(ctx, s.close(ctx, OutcomeFailed, failure)))
}

// tell writes the page of a sync that is over, and tells people of its end. Neither changes the result.
func (s *sync) tell(ctx workflow.Context, result *Result) *Result {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	fact := notify.Fact{Outcome: string(result.Outcome)}
	if s.state.Sync.Bucket != "" {
		var tells *told.Activities
		params := told.WritePageParams{Source: result.Source, Sync: result.Sync}
		if err := call.Run(ctx, call.ForPage, "write the page of the sync", tells.WritePage, params); err != nil {
			workflow.GetLogger(ctx).Warn("the page of the sync was not written", "event", "warning", "source", result.Source, "error", err)
			fact.Unwritten = true
		}
	}
	switch {
	case result.Failure != nil:
		fact.Event, fact.Why = notify.Failed, fault.Clip(result.Failure.Message, history.MostMessage)
	case result.Outcome == OutcomeComplete:
		fact.Event = notify.Complete
	case result.Outcome == OutcomeGaps:
		fact.Event = notify.Gaps
	}
	s.wait.teller.Ended(ctx, fact)
	return result
}

// isCancel says whether the sync ends because somebody cancelled it.
func isCancel(ctx workflow.Context, err error) bool {
	return temporal.IsCanceledError(err) || errors.Is(ctx.Err(), workflow.ErrCanceled)
}

// hearReason has what came with the cancel noted before the end is: where no worker was there to take its reason first, both come with one
// workflow task, and a sync that only waits ends before its other coroutines have their turn.
func (s *sync) hearReason(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_ = operator.Drain(ctx) // which fails with the end of a context, and this one has none
}

// mark leaves the end of a sync without a record in the bucket, for those who look back, and so that nobody takes the sync for one that
// a lost database ended.
func (s *sync) mark(ctx workflow.Context, outcome Outcome, failure *activities.Failure) {
	state := s.state
	if state.Sync.Bucket == "" && (!state.WorkerSeen || failure != nil && failure.System == fault.Bucket) {
		return // the sync has left nothing there yet, and nobody or nothing may be there to leave it
	}
	end := history.End{
		Outcome: string(outcome), At: workflow.Now(ctx).UTC(), Phase: string(state.Phase), APICalls: state.Calls, Sent: state.sent(),
		Reports: state.Kinds.Reports, Described: state.kept(), Reused: state.States.Reused,
		Course: state.course(ctx),
	}
	if failure != nil {
		end.Class, end.System = string(failure.Class), string(failure.System)
		end.Message = fault.Clip(failure.Message, history.MostMessage)
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	params := activities.MarkEndedParams{Sync: state.Sync, End: end}
	if err := call.Run(ctx, call.ForEndMark, "note that the sync is over", acts.MarkEnded, params); err != nil {
		workflow.GetLogger(ctx).Warn("the end of the sync was not noted in the bucket", "event", "warning", "error", err)
	}
}

// close shows the outcome wherever people look and makes the result.
func (s *sync) close(ctx workflow.Context, outcome Outcome, failure *activities.Failure) *Result {
	s.display.end(ctx, outcome, failure)
	state, coverage := s.state, 0.0
	if state.Accounted {
		coverage = state.States.Coverage()
	}
	return &Result{
		Source: state.Sync.Source, Sync: state.Sync.ID, Outcome: outcome,
		Seconds: cmp.Or(state.Took, workflow.Now(ctx).Sub(state.Started).Seconds()), APICalls: state.Calls,
		Kinds: state.Kinds, States: state.States, Coverage: coverage,
		Vanished: state.Vanished, Kept: state.kept(),
		Files: state.files(), Exports: state.deliveries(), Uploaded: state.delivered(),
		Staging: state.Sync.Prefix(), Warnings: state.warnings(), Unseen: state.Unseen, Reasons: state.Reasons, Failure: failure,
	}
}

// kept counts the descriptions that the sync made.
func (s *State) kept() int64 { return min(s.Reports, s.Plan.ToDescribe+s.Again.Added) }

// failed makes the error that fails the workflow: its type is the class, its text the sentence, and the result is in its details.
func failed(result *Result) error { return call.Fail(result.Failure, result) }

// refused is the error of a workflow that fails for its input or its settings.
func refused(problem string) error {
	return failed(&Result{
		Outcome: OutcomeFailed, Files: noFiles(), Exports: noExports(), Warnings: warning.Show(nil),
		Failure: &activities.Failure{Class: fault.Invalid, System: fault.Longhaul, Message: problem},
	})
}

// recordPhase makes the sync the current one of its source and removes what nobody needs any more.
type recordPhase struct {
	state    *State
	recovery *recovery
}

func (p *recordPhase) run(ctx workflow.Context) error {
	auth := p.state.Auth
	params := activities.RecordParams{
		Account: p.state.account(ctx), Exports: p.state.deliveries(), Uploaded: p.state.delivered(),
		Baseline: p.state.Upload, Permissions: auth.Permissions,
		Edition: auth.Edition, Private: auth.Private,
	}
	params.Account.Warnings = nil // the course has them
	err := p.recovery.run(ctx, func(ctx workflow.Context) error {
		params.Course = p.state.course(ctx)
		return call.Run(ctx, call.ForCall, "record the sync", acts.Record, params)
	})
	if err != nil {
		return err
	}
	p.prune(ctx)
	return nil
}

// prune removes what nobody needs any more. The sync is done by now: neither a cancel nor a failure changes its outcome.
func (p *recordPhase) prune(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	params := activities.PruneParams{Sync: p.state.Sync, Clock: p.state.Quota.SalesforceTime(workflow.Now(ctx)).UTC()}
	err := call.Run(ctx, call.ForPruning, "remove old working files", acts.Prune, params)
	var late *temporal.TimeoutError
	switch {
	case errors.As(err, &late) && late.TimeoutType() == enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START: // the next sync removes them
		workflow.GetLogger(ctx).Warn("no worker of the source was there to remove old working files", "event", "warning", "source", p.state.Sync.Source)
	case err != nil:
		p.state.warn(warning.New(warning.FilesNotRemoved, nil))
	}
}
