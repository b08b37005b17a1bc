// Package operator reads what operators send to a sync: signals in the order in which they came, updates, and the reasons that
// people give.
package operator

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"longhaul/internal/warning"
)

// The signals of a sync.
const (
	Pause  = "pause"
	Resume = "resume"

	// CancelReason says why a cancel comes, which brings no input of its own. It cancels nothing.
	CancelReason = "cancel-reason"
)

// signals are the names that a sync knows.
var signals = []string{Pause, Resume, CancelReason}

// inOrder is the signal that carries all signals in the order in which they came. Temporal has a channel for each signal, and of
// signals that arrive in one workflow task, as those that a reset sends again do, the channels do not say which was the last. It
// also has a channel for each name that nobody listens to.
const inOrder = "longhaul-order"

// Signal is one signal.
type Signal struct {
	Name   string `json:"signal"`           // as far as it can be shown
	Known  bool   `json:"known,omitempty"`  // to a sync
	Reason string `json:"reason,omitempty"` // that the sender gave
}

// PutInOrder makes a signal one of the channel that Signals receives from. An interceptor calls it for one signal after the
// other, as they stand in the history.
func PutInOrder(in *interceptor.HandleSignalInput) error {
	if strings.HasPrefix(in.SignalName, "__") { // Temporal's own
		return nil
	}
	signal := Signal{Name: in.SignalName, Known: slices.Contains(signals, in.SignalName)}
	if signal.Known {
		signal.Reason = ReasonOf(in.Arg.GetPayloads()...)
	} else {
		signal.Name = shownName(in.SignalName)
	}
	put, err := converter.GetDefaultDataConverter().ToPayloads(signal)
	if err != nil {
		return fmt.Errorf("put the signal %s in order: %w", signal.Name, err)
	}
	in.SignalName, in.Arg = inOrder, put
	return nil
}

// Signals is the channel of all signals. It describes them too, so that the UI and the CLI show what a workflow takes.
func Signals(ctx workflow.Context) workflow.ReceiveChannel {
	workflow.GetSignalChannelWithOptions(ctx, Pause, workflow.SignalChannelOptions{
		Description: `Stop asking Salesforce: requests in flight finish, shards store what they have. Input, if any: {"reason":"..."}.`,
	})
	workflow.GetSignalChannelWithOptions(ctx, Resume, workflow.SignalChannelOptions{
		Description: "Continue: after a pause, after what blocked the sync was fixed, or before a wait that Salesforce asked for is over. " +
			`Input, if any: {"reason":"..."}.`,
	})
	workflow.GetSignalChannelWithOptions(ctx, CancelReason, workflow.SignalChannelOptions{
		Description: `Say why the sync is cancelled, just before you cancel it: {"reason":"..."}. It cancels nothing by itself.`,
	})
	return workflow.GetSignalChannelWithOptions(ctx, inOrder, workflow.SignalChannelOptions{
		Description: "Sent by Longhaul itself, never by a person: all signals in the order in which they came. Send pause or resume.",
	})
}

// Handle calls handle for each signal as it comes, for as long as the workflow runs.
func Handle(ctx workflow.Context, handle func(workflow.Context, Signal)) {
	channel := Signals(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var signal Signal
			channel.Receive(ctx, &signal)
			handle(ctx, signal)
		}
	})
}

// Drain returns after every signal that came with this workflow task was handled: coroutines that were started before have
// their turn before one that is started now.
func Drain(ctx workflow.Context) error {
	turn := false
	workflow.Go(ctx, func(workflow.Context) { turn = true })
	return workflow.Await(ctx, func() bool { return turn })
}

const (
	maxUnknown   = 3  // names of unknown signals that are warned of
	maxNameShown = 32 // bytes of the name of an unknown signal
)

// shownName is the name of an unknown signal as it may be shown, or its length: people type these names, and some paste what
// belongs elsewhere.
func shownName(name string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "
	if len(name) > maxNameShown || strings.Trim(name, plain) != "" {
		return fmt.Sprintf("with a name of %d bytes", len(name))
	}
	return fmt.Sprintf("%q", name)
}

// WarnOfUnknown adds a warning of a signal that a sync does not know: one for each name, and one for all beyond the first few.
func WarnOfUnknown(warnings []warning.Warning, signal Signal) []warning.Warning {
	unknown := warning.New(warning.SignalUnknown, warning.Params{"signal": signal.Name})
	switch {
	case slices.ContainsFunc(warnings, unknown.Equal) || len(warnings) > maxUnknown:
		return warnings
	case len(warnings) == maxUnknown:
		unknown = warning.New(warning.MoreSignalsUnknown, nil)
	}
	return append(warnings, unknown)
}
