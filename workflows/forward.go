package workflows

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
	"longhaul/workflows/operator"
)

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
		warning := fmt.Sprintf("signal %s was not handed on: %s does not run (any more)", signal.Name, SyncID(h.source))
		if !strings.Contains(strings.Join(h.warnings, "\n"), warning) {
			h.warnings = append(h.warnings, warning)
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
