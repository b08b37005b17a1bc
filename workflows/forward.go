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
)

// listen takes signals and updates for the sync from now on, before the sync has started too.
func (h *handover) listen(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what came before a cancel is handed on after it
	orders := describeSignals(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var came order
			orders.Receive(ctx, &came)
			h.busy++
			h.handOn(ctx, came)
			h.busy--
		}
	})
	handlings := map[string]updateHandling{}
	for _, update := range updates {
		handlings[update.name] = updateHandling{
			check: func(in converter.RawValue) error {
				_, err := forwardable(update.name, in)
				return err
			},
			take: func(ctx workflow.Context, in converter.RawValue) (any, error) { return h.ask(ctx, update.name, in) },
		}
	}
	return handleUpdates(ctx, handlings)
}

// handOn gives one signal to the sync, and returns once it is there: signals that are sent at one time may overtake each
// other.
func (h *handover) handOn(ctx workflow.Context, came order) {
	if !came.Known {
		h.strangers = noteStranger(h.strangers, came)
		h.touch(ctx)
		return
	}
	_ = workflow.Await(ctx, func() bool { return h.settled })
	if err := h.signal(ctx, came); err != nil {
		warning := fmt.Sprintf("signal %s was not handed on: %s does not run (any more)", came.Signal, SyncID(h.source))
		if !strings.Contains(strings.Join(h.warnings, "\n"), warning) {
			h.warnings = append(h.warnings, warning)
		}
		h.touch(ctx)
	}
}

// errNobody says that there is no sync which a signal could be handed to.
var errNobody = errors.New("no sync runs")

// signal sends a signal to the child, or to the sync that ran already in its place.
func (h *handover) signal(ctx workflow.Context, came order) error {
	var input any
	if came.Reason != "" {
		input = Reason{Reason: came.Reason}
	}
	switch {
	case h.started:
		return h.child.SignalChildWorkflow(ctx, came.Signal, input).Get(ctx, nil)
	case h.taken:
		return workflow.SignalExternalWorkflow(ctx, SyncID(h.source), "", came.Signal, input).Get(ctx, nil)
	}
	return errNobody
}

// drain waits until all that has come is handed on and answered.
func (h *handover) drain(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if err := obeyed(ctx); err == nil {
		_ = workflow.Await(ctx, func() bool { return h.busy == 0 && workflow.AllHandlersFinished(ctx) })
	}
}

// ask hands an update to the sync by an activity, and gives the sync's answer or its refusal.
func (h *handover) ask(ctx workflow.Context, name string, in converter.RawValue) (json.RawMessage, error) {
	input, err := forwardable(name, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx) // the sync may answer while this workflow is being cancelled
	defer cancel()
	if err := workflow.Await(ctx, func() bool { return h.settled }); err != nil {
		return nil, err
	}
	params := activities.ForwardParams{
		WorkflowID: SyncID(h.source), Name: name, Input: input,
		UpdateID: forwardedID(workflow.GetInfo(ctx).WorkflowExecution.RunID, workflow.GetCurrentUpdateInfo(ctx).ID),
	}
	if h.started { // what is meant for the child is nothing for a sync that comes after it
		params.FirstRunID = h.shown.HandedOver.RunID
	}
	var answer activities.ForwardResult
	call := with(ctx, forCall, "hand "+name+" to "+params.WorkflowID)
	if err := workflow.ExecuteActivity(call, acts.ForwardUpdate, params).Get(ctx, &answer); err != nil {
		return nil, errors.New(explain(err).Message)
	}
	if answer.Refusal != "" {
		return nil, errors.New(answer.Refusal)
	}
	return answer.Answer, nil
}

// forwardedID is the id under which an update is handed on: the same for each attempt, and short however long the id is that
// it came under.
func forwardedID(run, id string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(run+"/"+id))) }

// forwardable is the input of an update, read and written anew, so that no more is kept of it than the sync needs.
func forwardable(name string, in converter.RawValue) (json.RawMessage, error) {
	var input any
	if name == SetQuotaUpdate {
		change, err := readQuotaChange(in)
		if err != nil {
			return nil, err
		}
		input = change
	} else if reason := reasonOf(in.Payload()); reason != "" {
		input = Reason{Reason: reason}
	}
	if input == nil {
		return nil, nil
	}
	return json.Marshal(input)
}
