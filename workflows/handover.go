package workflows

import (
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows/attribute"
	"longhaul/workflows/call"
)

// handover is a run of SyncSource under any id but the source's own, such as a schedule's. It stands for the one sync: that sync
// runs as its child, or ran already.
type handover struct {
	source   string
	child    workflow.ChildWorkflowFuture
	decided  bool // the child has started, or could not
	started  bool // the child has started
	taken    bool // another sync of the source runs, so the child could not start
	busy     int  // signals that are being forwarded
	warnings []string
	unknown  []string // warnings of signals that no sync knows
	shown    Progress
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

// handOver runs the one sync as a child, forwards cancels, signals and updates and returns the child's result. When that sync is
// running already, it ends as skipped.
func handOver(ctx workflow.Context, in Input) (*Result, error) {
	attribute.Announce(ctx, in.Source, attribute.Phase.ValueSet(string(PhaseHandedOver)))
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
	h.decided = true
	h.touch(ctx)
}

// end waits for the child and ends as the child did.
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
		result.Warnings = append(list(result.Warnings), h.ownWarnings()...)
		return &result, nil
	case temporal.IsCanceledError(err) || ctx.Err() != nil:
		h.close(ctx, OutcomeCancelled)
		return nil, cancelledAs(err)
	}
	h.close(ctx, OutcomeFailed)
	return nil, failedAs(h.source, err)
}

// close forwards what came last, answers every update and shows the outcome.
func (h *handover) close(ctx workflow.Context, outcome Outcome) {
	h.drain(ctx)
	h.shown.Outcome = outcome
	attribute.Upsert(ctx, attribute.Outcome.ValueSet(string(outcome)))
	h.touch(ctx)
}

// skipped names the sync that is running, as it is after the refusal: an earlier look may have found another run.
func (h *handover) skipped(ctx workflow.Context) (*Result, error) {
	id := SyncID(h.source)
	found, err := call.Do(ctx, call.ForCall, "look for "+id, acts.Find, id)
	switch {
	case err != nil && isCancel(ctx, err): // before the workflow knew which sync is running
		h.close(ctx, OutcomeCancelled)
		return nil, temporal.NewCanceledError()
	case err != nil:
		h.close(ctx, OutcomeFailed)
		return nil, failed(&Result{
			Source: h.source, Outcome: OutcomeFailed, Files: list[activities.File](nil), Warnings: list(h.ownWarnings()), Failure: call.Explain(err),
		})
	}
	h.shown.HandedOver.RunID = found.RunID
	h.close(ctx, OutcomeSkipped)
	return &Result{
		Source: h.source, Outcome: OutcomeSkipped, Files: list[activities.File](nil), Warnings: list(h.ownWarnings()),
		Skipped: &Skipped{WorkflowID: id, RunID: found.RunID},
	}, nil
}

// ownWarnings are the warnings about this workflow itself.
func (h *handover) ownWarnings() []string {
	return append(h.warnings[:len(h.warnings):len(h.warnings)], h.unknown...)
}

// progress answers in the shape of a sync's progress, and names the workflow to ask.
func (h *handover) progress() Progress {
	p := h.shown
	to := *h.shown.HandedOver
	p.HandedOver, p.Warnings = &to, list(h.ownWarnings())
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

// failedAs fails this workflow as its child failed: same type, sentence and result. A child that an operator terminated has none.
func failedAs(source string, err error) error {
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
