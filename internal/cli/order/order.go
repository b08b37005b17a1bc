// Package order holds the verbs by which an operator steers the running sync of a source.
package order

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
	"longhaul/internal/sourcename"
	"longhaul/workflows"
)

// Program is what each verb is made from: what the program was given, and where it writes.
type Program struct {
	Dial    node.Dial // connects to Temporal
	Console Console
}

// Console is where a verb writes: what happened to Out, everything else beside it.
type Console interface {
	Out() io.Writer
	JSON() bool       // one object on Out
	Asking(of string) // says on a terminal what is waited for
	Note(string)      // says something to people, beside the answer
	PrintJSON(any) error
}

const (
	// answeredWithin is how long a verb waits for a worker to say how far the sync is. A worker that lives does so at once.
	answeredWithin = 8 * time.Second
	// lookEvery is how often it looks meanwhile.
	lookEvery = 300 * time.Millisecond
)

// verb is one order: how it is named, and what is the same for all of them.
type verb struct {
	Program

	name   string
	reason string

	source   string
	program  string // by which name it was called
	temporal client.Client
	run      string // of the sync
}

// Told is what --json prints: what was ordered, and what has come of it so far.
type Told struct {
	Source  string              `json:"source"`
	Order   string              `json:"order"`
	Reason  string              `json:"reason,omitempty"`
	Done    bool                `json:"done"`    // what was ordered has come about
	Outcome *workflows.Outcome  `json:"outcome"` // of the sync; null while it runs
	Running *workflows.Progress `json:"running"` // null once it has ended
	Message string              `json:"message"`

	Workflow Workflow `json:"workflow"`
}

// Workflow is the workflow that syncs, and the run of it that got the order.
type Workflow struct {
	ID    string `json:"id"`
	RunID string `json:"run_id"`
}

// command gives a command what all orders have, and lets it run give once there is a sync to give the order to.
func (v *verb) command(cmd *cobra.Command, give func(context.Context) error) *cobra.Command {
	cmd.Args = args.Exactly(1, args.OneSource)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		v.source, v.program = args[0], cmd.Root().Name()
		return v.order(cmd.Context(), give)
	}
	return cmd
}

// withReason adds the flag of a reason, and the last one of all.
func (v *verb) withReason(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&v.reason, "reason", "", "why, in at most 200 bytes; it is kept with the sync")
	args.JSON(cmd)
	return cmd
}

func (v *verb) order(ctx context.Context, give func(context.Context) error) error {
	if err := sourcename.CheckSpoken(v.source, v.name); err != nil {
		return err
	}
	if v.reason = strings.TrimSpace(v.reason); len(v.reason) > workflows.MostReason {
		return fault.Invalidf("--reason has %d bytes, and a sync keeps %d: say it in fewer", len(v.reason), workflows.MostReason)
	}
	var err error
	if v.temporal, err = v.Dial(ctx, host.DialOptions{Logger: zap.NewNop()}); err != nil {
		return err
	}
	defer v.temporal.Close()
	v.run, err = control.Running(ctx, v.temporal, workflows.SyncID(v.source))
	if err == nil && v.run == "" {
		err = control.ErrNoSync
	}
	if err == nil {
		err = give(ctx)
	}
	if errors.Is(err, control.ErrNoSync) {
		return v.noSync(ctx)
	}
	return err
}

// noSync says that no sync of the source runs, and which source may have been meant.
func (v *verb) noSync(ctx context.Context) error {
	if served, err := control.Served(ctx, v.temporal, v.source); err == nil && !served && !v.Console.JSON() {
		if words := control.Suggest(ctx, v.temporal, v.source); words != "" {
			defer v.Console.Note(words)
		}
	}
	return fault.Invalidf("no sync of %s runs, so there is nothing to %s: `%s` says how the last one ended", v.source, v.name, v.speak("status"))
}

// speak is a command about the source, for what to run next.
func (v *verb) speak(verb string) string { return v.program + " " + verb + " " + v.source }

// look asks how far the sync is until a worker answers, at most for a while; then it is Unasked.
func (v *verb) look(ctx context.Context) (monitor.Snapshot, error) {
	return v.lookUntil(ctx, answeredWithin, func(monitor.Snapshot) bool { return true })
}

// lookUntil asks how far the sync is until a worker answers what met wants, at most for a while.
func (v *verb) lookUntil(ctx context.Context, within time.Duration, met func(monitor.Snapshot) bool) (monitor.Snapshot, error) {
	until := time.NewTimer(within)
	defer until.Stop()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		now := monitor.Look(ctx, v.temporal, v.source)
		if !now.Unasked && (now.Outcome != "" || met(now)) || now.Unasked && now.Unattended {
			return now, ctx.Err()
		}
		select {
		case <-ctx.Done():
			return now, ctx.Err()
		case <-until.C:
			return now, nil
		case <-ticker.C:
		}
	}
}

// kept is the error of an order that Temporal keeps, because no worker answers.
func (v *verb) kept(now monitor.Snapshot) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal,
		Message: "Temporal keeps the order " + v.name + ", and the sync of " + v.source + " takes it as soon as a worker answers: " +
			humanize.Clause(now.Waiting),
	}
}

// unsent is the error of an order that was not given, because no worker answers.
func (v *verb) unsent(now monitor.Snapshot) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal,
		Message: v.name + " needs a worker that answers, and nothing was sent: " + humanize.Clause(now.Waiting),
	}
}

// senseless is the error of an order that means nothing to the sync as it is.
func (v *verb) senseless(now monitor.Snapshot, why string) error {
	return fault.Invalidf("%s: the sync of %s is in %s", why, v.source, humanize.Clause(now.Words()))
}

// tell says what has come of the order.
func (v *verb) tell(told Told) error {
	told.Source, told.Order, told.Reason = v.source, v.name, v.reason
	told.Workflow = Workflow{ID: workflows.SyncID(v.source), RunID: v.run}
	if v.Console.JSON() {
		return v.Console.PrintJSON(told)
	}
	_, err := io.WriteString(v.Console.Out(), told.Message+"\n")
	return err
}

// ended says that the sync ended while the order was on its way.
func (v *verb) ended(now monitor.Snapshot) error {
	outcome := now.Outcome
	return v.tell(Told{
		Outcome: &outcome,
		Message: "The sync of " + v.source + " has ended meanwhile: " + string(outcome) + ". `" + v.speak("status") + "` shows it.",
	})
}
