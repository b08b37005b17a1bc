package workflows

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// orderSignal carries all signals in the order in which they came. Temporal has a channel for each signal, and of signals
// that arrive in one workflow task, as those that a reset sends again do, the channels do not tell which was the last. It
// also has a channel for each name that nobody listens to.
const orderSignal = "longhaul-order"

// order is one signal.
type order struct {
	Signal string `json:"signal"`           // its name, as far as it can be shown
	Known  bool   `json:"known,omitempty"`  // to a sync
	Reason string `json:"reason,omitempty"` // that the sender gave
}

// HandleSignal is called for one signal after the other as they stand in the history.
func (i *inbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if workflow.GetInfo(ctx).WorkflowType.Name != SyncSourceType || strings.HasPrefix(in.SignalName, "__") { // __ is Temporal's own
		return i.Next.HandleSignal(ctx, in)
	}
	came := order{Signal: in.SignalName, Known: slices.Contains(signals, in.SignalName)}
	if came.Known {
		came.Reason = reasonOf(in.Arg.GetPayloads()...)
	} else {
		came.Signal = shownName(in.SignalName)
	}
	put, err := converter.GetDefaultDataConverter().ToPayloads(came)
	if err != nil {
		return fmt.Errorf("put the signal %s in order: %w", came.Signal, err)
	}
	in.SignalName, in.Arg = orderSignal, put
	return i.Next.HandleSignal(ctx, in)
}

// signals are the names that a sync knows.
var signals = []string{PauseSignal, ResumeSignal}

// describeSignals lets the UI and the CLI show what a workflow takes.
func describeSignals(ctx workflow.Context) workflow.ReceiveChannel {
	workflow.GetSignalChannelWithOptions(ctx, PauseSignal, workflow.SignalChannelOptions{
		Description: `Stop asking Salesforce: requests in flight finish, shards store what they have. Input, if any: {"reason":"..."}.`,
	})
	workflow.GetSignalChannelWithOptions(ctx, ResumeSignal, workflow.SignalChannelOptions{
		Description: "Go on: after a pause, after what blocked the sync was mended, or before a wait that Salesforce asked for is over. " +
			`Input, if any: {"reason":"..."}.`,
	})
	return workflow.GetSignalChannelWithOptions(ctx, orderSignal, workflow.SignalChannelOptions{
		Description: "Longhaul's own: all signals in the order in which they came. Send pause and resume instead.",
	})
}

// obey takes orders as they come, for as long as the sync runs.
func (s *sync) obey(ctx workflow.Context) {
	orders := describeSignals(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var came order
			orders.Receive(ctx, &came)
			switch {
			case !came.Known:
				s.state.Strangers = noteStranger(s.state.Strangers, came)
				s.touch(ctx)
			case came.Signal == PauseSignal:
				s.pause(came.Reason)
			case came.Signal == ResumeSignal:
				s.resume(ctx)
			}
		}
	})
}

// obeyed returns after every order that came with this workflow task was taken: whoever was started before has its turn
// before a coroutine that is started now.
func obeyed(ctx workflow.Context) error {
	turn := false
	workflow.Go(ctx, func(workflow.Context) { turn = true })
	return workflow.Await(ctx, func() bool { return turn })
}
