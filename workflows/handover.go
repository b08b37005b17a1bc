package workflows

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/warning"
	"longhaul/workflows/attribute"
	"longhaul/workflows/call"
	"longhaul/workflows/course"
	"longhaul/workflows/operator"
)

// handover is a run of SyncSource under any id but the source's own, such as a schedule's. It stands for the one sync: that sync
// runs as its child, or ran already.
type handover struct {
	source   string
	trigger  string // what has started it: see history.Trigger*
	child    workflow.ChildWorkflowFuture
	decided  bool // the child has started, or could not
	started  bool // the child has started
	taken    bool // another sync of the source runs, so the child could not start
	busy     int  // signals that are being forwarded
	warnings []warning.Warning
	unknown  []warning.Warning // of signals that no sync knows
	shown    Progress

	decidedAt time.Time // zero before
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
	trigger := remember(ctx, in.Source)
	h := &handover{source: in.Source, trigger: trigger, shown: Progress{
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
		Memo:                  Memo(in.Source, trigger),
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
	h.decided, h.decidedAt = true, workflow.Now(ctx)
	h.touch(ctx)
}

// end waits for the child and ends as the child did.
func (h *handover) end(ctx workflow.Context) (*Result, error) {
	err := workflow.Await(ctx, func() bool { return h.child.IsReady() || overfull(ctx) })
	if err == nil && !h.child.IsReady() {
		h.warnings = append(h.warnings, warning.New(warning.HistoryFull, warning.Params{"workflow": SyncID(h.source)}))
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
	found, err := call.Do(ctx, call.ForCall, "look for "+id, acts.FindRunningSync, id)
	switch {
	case err != nil && isCancel(ctx, err): // before the workflow knew which sync is running
		h.close(ctx, OutcomeCancelled)
		return nil, temporal.NewCanceledError()
	case err != nil:
		h.close(ctx, OutcomeFailed)
		return nil, failed(&Result{
			Source: h.source, Outcome: OutcomeFailed, Files: noFiles(), Exports: noExports(), Warnings: h.ownWarnings(),
			Failure: call.Explain(err),
		})
	}
	h.shown.HandedOver.RunID = found.RunID
	if h.taken && found.RunID != "" {
		course.Skipped{By: h.trigger, At: h.decidedAt.UTC()}.Tell(ctx, id)
	}
	h.close(ctx, OutcomeSkipped)
	return &Result{
		Source: h.source, Outcome: OutcomeSkipped, Files: noFiles(), Exports: noExports(), Warnings: h.ownWarnings(),
		Skipped: &Skipped{WorkflowID: id, RunID: found.RunID},
	}, nil
}

// ownWarnings are the warnings about this workflow itself.
func (h *handover) ownWarnings() []warning.Shown {
	return warning.Show(slices.Concat(h.warnings, h.unknown))
}

// progress answers in the shape of a sync's progress, and names the workflow to ask.
func (h *handover) progress() Progress {
	p := h.shown
	to := *h.shown.HandedOver
	p.HandedOver, p.Warnings = &to, h.ownWarnings()
	return p
}

// touch shows what has changed.
func (h *handover) touch(ctx workflow.Context) {
	h.shown.Updated = workflow.Now(ctx).UTC()
	workflow.SetCurrentDetails(ctx, handedOverPage(h.progress()))
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
		Source: source, Outcome: OutcomeFailed, Files: noFiles(), Exports: noExports(), Warnings: warning.Show(nil),
		Failure: &activities.Failure{
			Class: fault.Transient, System: fault.Temporal,
			Message: SyncID(source) + " was terminated or timed out; what it had read is kept, so start it again",
		},
	})
}

// listen takes signals and updates for the sync from now on, before the sync has started too.
func (h *handover) listen(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what came before a cancel is forwarded after it
	operator.Handle(ctx, func(ctx workflow.Context, signal operator.Signal) {
		h.busy++
		h.forwardSignal(ctx, signal)
		h.busy--
	})
	handlers := map[string]operator.UpdateHandler{}
	for _, update := range operator.Updates {
		handlers[update.Name] = operator.UpdateHandler{
			Validate: func(in converter.RawValue) error {
				_, err := operator.ReadInput(update.Name, in)
				return err
			},
			Handle: func(ctx workflow.Context, in converter.RawValue) (any, error) {
				return h.forwardUpdate(ctx, update.Name, in)
			},
		}
	}
	return operator.HandleUpdates(ctx, handlers)
}

// forwardSignal gives one signal to the sync, and returns once it is there: signals that are sent at one time may overtake each
// other.
func (h *handover) forwardSignal(ctx workflow.Context, signal operator.Signal) {
	if !signal.Known {
		h.unknown = operator.WarnOfUnknown(h.unknown, signal)
		h.touch(ctx)
		return
	}
	_ = workflow.Await(ctx, func() bool { return h.decided })
	if err := h.send(ctx, signal); err != nil {
		lost := warning.New(warning.SignalNotForwarded, warning.Params{"signal": signal.Name, "workflow": SyncID(h.source)})
		if !slices.ContainsFunc(h.warnings, lost.Equal) {
			h.warnings = append(h.warnings, lost)
		}
		h.touch(ctx)
	}
}

// errNobody says that no sync runs which could get a signal.
var errNobody = errors.New("no sync runs")

// send sends a signal to the child, or to the sync that ran already in its place.
func (h *handover) send(ctx workflow.Context, signal operator.Signal) error {
	var input any
	if signal.Reason != "" {
		input = operator.Reason{Reason: signal.Reason}
	}
	switch {
	case h.started:
		return h.child.SignalChildWorkflow(ctx, signal.Name, input).Get(ctx, nil)
	case h.taken:
		return workflow.SignalExternalWorkflow(ctx, SyncID(h.source), "", signal.Name, input).Get(ctx, nil)
	}
	return errNobody
}

// drain waits until all that has come is forwarded and answered.
func (h *handover) drain(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if err := operator.Drain(ctx); err == nil {
		_ = workflow.Await(ctx, func() bool { return h.busy == 0 && workflow.AllHandlersFinished(ctx) })
	}
}

// forwardUpdate gives an update to the sync by an activity, and returns the sync's answer or its refusal.
func (h *handover) forwardUpdate(ctx workflow.Context, name string, in converter.RawValue) (json.RawMessage, error) {
	input, err := operator.ReadInput(name, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx) // the sync may answer while this workflow is being cancelled
	defer cancel()
	if err := workflow.Await(ctx, func() bool { return h.decided }); err != nil {
		return nil, err
	}
	params := activities.ForwardParams{
		WorkflowID: SyncID(h.source), Name: name, Input: input,
		UpdateID: forwardedID(workflow.GetInfo(ctx).WorkflowExecution.RunID, workflow.GetCurrentUpdateInfo(ctx).ID),
	}
	if h.started { // what is meant for the child is not meant for a sync that comes after it
		params.FirstRunID = h.shown.HandedOver.RunID
	}
	answer, err := call.Do(ctx, call.ForCall, "hand "+name+" to "+params.WorkflowID, acts.ForwardUpdate, params)
	switch {
	case err != nil:
		return nil, errors.New(call.Explain(err).Message)
	case answer.Refusal != "":
		return nil, errors.New(answer.Refusal)
	}
	return answer.Answer, nil
}

// forwardedID is the id under which an update is forwarded: the same for each attempt, and short however long the update's own id is.
func forwardedID(run, id string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(run+"/"+id))) }
