package workflows

import (
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// handover is a run of SyncSource under any id but the source's own, such as a schedule's. It stands for the one sync: that
// one runs as its child, or ran already.
type handover struct {
	source    string
	child     workflow.ChildWorkflowFuture
	settled   bool // the child has started, or could not
	started   bool // the child has started
	taken     bool // another sync of the source runs, so the child could not start
	busy      int  // signals that are being handed on
	warnings  []string
	strangers []string // warnings of signals that nobody knows
	shown     Progress
}

// A workflow that stands for a sync ends at such a length or size of its history. It does not get there by itself, only by
// signals and updates without end; Temporal would terminate it at five times as many events and at 50 MB.
const (
	mostEvents = 10_000
	mostBytes  = 20_000_000
)

// overfull says whether the history of a workflow that stands for a sync can hold little more.
func overfull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= mostEvents || info.GetCurrentHistorySize() >= mostBytes
}

// handOver runs the one sync as a child, passes cancels, signals and updates on and returns the child's result. When that
// sync is running already, it ends as skipped.
func handOver(ctx workflow.Context, in Input) (*Result, error) {
	announce(ctx, in.Source, AttributePhase.ValueSet(string(PhaseHandedOver)))
	h := &handover{source: in.Source, shown: Progress{
		Source: in.Source, Phase: PhaseHandedOver, Started: workflow.GetInfo(ctx).WorkflowStartTime.UTC(),
		HandedOver: &HandedOver{WorkflowID: SyncID(in.Source)},
	}}
	if err := answerProgress(ctx, h.progress); err != nil {
		return nil, err
	}
	if err := h.listen(ctx); err != nil {
		return nil, err
	}
	h.touch(ctx)
	h.child = workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            SyncID(in.Source),
		WaitForCancellation:   true,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON, // a parent that is terminated takes no sync with it
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "sync of source " + in.Source,
	}), SyncSourceType, in)
	h.begin(ctx)
	return h.end(ctx)
}

// begin waits until the child runs or cannot be started.
func (h *handover) begin(ctx workflow.Context) {
	var run workflow.Execution
	err := h.child.GetChildWorkflowExecution().Get(ctx, &run)
	h.started, h.taken = err == nil, temporal.IsWorkflowExecutionAlreadyStartedError(err)
	h.shown.HandedOver.RunID = run.RunID
	h.settled = true
	h.touch(ctx)
}

// end waits for the child and ends as it did.
func (h *handover) end(ctx workflow.Context) (*Result, error) {
	err := workflow.Await(ctx, func() bool { return h.child.IsReady() || overfull(ctx) })
	if err == nil && !h.child.IsReady() {
		h.warnings = append(h.warnings, fmt.Sprintf("this workflow was sent more than it can hold, so it ends; %s goes on", SyncID(h.source)))
		return h.skipped(ctx)
	}
	var result Result
	err = h.child.Get(ctx, &result)
	switch {
	case temporal.IsWorkflowExecutionAlreadyStartedError(err):
		return h.skipped(ctx)
	case err == nil:
		h.close(ctx, result.Outcome)
		result.Warnings = append(list(result.Warnings), h.own()...)
		return &result, nil
	case temporal.IsCanceledError(err) || ctx.Err() != nil:
		h.close(ctx, OutcomeCancelled)
		return nil, cancelledAs(err)
	}
	h.close(ctx, OutcomeFailed)
	return nil, handDown(h.source, err)
}

// close hands on what came last, answers every update and shows the outcome.
func (h *handover) close(ctx workflow.Context, outcome Outcome) {
	h.drain(ctx)
	h.shown.Outcome = outcome
	showOutcome(ctx, outcome)
	h.touch(ctx)
}

// skipped names the sync that is running, as it is after the refusal: an earlier look may have met another run.
func (h *handover) skipped(ctx workflow.Context) (*Result, error) {
	id := SyncID(h.source)
	var found activities.FindResult
	if err := workflow.ExecuteActivity(with(ctx, forCall, "look for "+id), acts.Find, id).Get(ctx, &found); err != nil {
		return h.unfound(ctx, err)
	}
	h.shown.HandedOver.RunID = found.RunID
	h.close(ctx, OutcomeSkipped)
	return &Result{
		Source: h.source, Outcome: OutcomeSkipped, Files: list[activities.File](nil), Warnings: list(h.own()),
		Skipped: &Skipped{WorkflowID: id, RunID: found.RunID},
	}, nil
}

// unfound ends a workflow that was cancelled, or failed, before it knew which sync is running.
func (h *handover) unfound(ctx workflow.Context, err error) (*Result, error) {
	if isCancel(ctx, err) {
		h.close(ctx, OutcomeCancelled)
		return nil, temporal.NewCanceledError()
	}
	h.close(ctx, OutcomeFailed)
	return nil, failed(&Result{
		Source: h.source, Outcome: OutcomeFailed, Files: list[activities.File](nil), Warnings: list(h.own()), Failure: explain(err),
	})
}

// own are the warnings about this workflow itself.
func (h *handover) own() []string {
	return append(h.warnings[:len(h.warnings):len(h.warnings)], h.strangers...)
}

// progress answers in the shape of a sync's progress, and names the workflow to ask.
func (h *handover) progress() Progress {
	p := h.shown
	to := *h.shown.HandedOver
	p.HandedOver, p.Warnings = &to, list(h.own())
	return p
}

// touch shows what has changed.
func (h *handover) touch(ctx workflow.Context) {
	h.shown.Updated = workflow.Now(ctx).UTC()
	workflow.SetCurrentDetails(ctx, handedOverDetails(h.progress()))
}

// cancelledAs hands on what a cancelled child says that it keeps.
func cancelledAs(err error) error {
	var cancelled *temporal.CanceledError
	var result Result
	if errors.As(err, &cancelled) && cancelled.HasDetails() && cancelled.Details(&result) == nil {
		return temporal.NewCanceledError(result)
	}
	return temporal.NewCanceledError()
}

// handDown fails this workflow as its child failed: same type, sentence and result. A child that an operator terminated
// brings none.
func handDown(source string, err error) error {
	var failure *temporal.ApplicationError
	var result Result
	if errors.As(err, &failure) && failure.HasDetails() && failure.Details(&result) == nil && result.Failure != nil {
		return failed(&result)
	}
	return failed(&Result{
		Source: source, Outcome: OutcomeFailed, Warnings: []string{},
		Failure: &activities.Failure{
			Class: fault.Transient, System: fault.Temporal,
			Message: SyncID(source) + " was ended from outside; what it had read is kept, so start it again",
		},
	})
}
