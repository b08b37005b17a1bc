package order

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// cancelVerb ends the sync of a source.
type cancelVerb struct {
	verb

	detach bool
}

// Cancel makes the command.
func Cancel(p Program) *cobra.Command {
	v := &cancelVerb{verb: verb{Program: p, name: operator.Cancel}}
	cmd := v.command(&cobra.Command{
		Use:        "cancel SOURCE",
		SuggestFor: []string{"stop", "abort", "kill"},
		Short:      "End the running sync of a source; the next one reuses what it had described",
		Long: `Cancels the running sync of a source, and waits for its end: shards store what they have, and no half-written output is left. Ctrl-C
ends the waiting only. It exits with 0 once the sync has ended, however it ended ("outcome" in --json): a sync may be done before the cancel
comes. It needs Temporal's address alone, as the temporal CLI does.`,
		Example: `  $0 cancel acme
  $0 cancel acme --reason 'the wrong org' --detach`,
	}, v.cancel)
	cmd.Flags().BoolVar(&v.detach, "detach", false, "do not wait for the end")
	return v.withReason(cmd)
}

func (v *cancelVerb) cancel(ctx context.Context) error {
	if err := control.Cancel(ctx, v.temporal, v.source, v.run, v.reason); err != nil {
		return err
	}
	if v.detach {
		return v.tell(Told{
			Message: "The sync of " + v.source + " is being cancelled: it stores what it has and ends. `" + v.speak("status") + "` shows it.",
		})
	}
	v.Console.Asking("Waiting for the end of the sync of " + v.source + ".")
	watching, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	id := workflows.SyncID(v.source)
	w := &monitor.Watcher{Client: v.temporal, ID: id, View: &silent{unattended: leave}}
	result, err := w.Follow(watching, v.temporal.GetWorkflow(ctx, id, v.run))
	var left *abandoned
	switch {
	case errors.As(context.Cause(watching), &left):
		return v.kept(left.now)
	case ctx.Err() != nil:
		v.Console.Note("Stopped waiting; the sync is being cancelled all the same. `" + v.speak("status") + "` shows it.")
		return ctx.Err()
	}
	return v.over(result, err)
}

// over says how the sync ended.
func (v *cancelVerb) over(result *workflows.Result, err error) error {
	outcome := monitor.OutcomeOf(result, err)
	told := Told{Done: true, Outcome: &outcome}
	var stopped *monitor.Stopped
	var failed *fault.Error
	switch {
	case errors.As(err, &stopped):
		told.Message = "The sync of " + v.source + strings.TrimPrefix(stopped.Message, "the sync") + "."
	case errors.As(err, &failed) && result == nil && failed.System == fault.Temporal:
		return err // Temporal's, not the sync's
	case err != nil:
		told.Message = "The sync of " + v.source + " has failed, perhaps before the cancel came: " + humanize.Clause(fault.Sentence(err)) + "."
	default:
		told.Message = "The sync of " + v.source + " was done before the cancel came: " + string(outcome) + "."
	}
	told.Message += " `" + v.speak("sync") + "` starts the next one."
	return v.tell(told)
}

// abandoned says that no worker takes the cancel.
type abandoned struct{ now monitor.Snapshot }

// Error gives the sentence of the wait.
func (a *abandoned) Error() string { return a.now.Waiting }

// silent shows nothing, and leaves a sync whose next step no worker takes.
type silent struct{ unattended context.CancelCauseFunc }

// Show looks for a worker.
func (s *silent) Show(now monitor.Snapshot) {
	if now.Unattended {
		s.unattended(&abandoned{now})
	}
}

// Note is nothing to somebody who waits for the end alone.
func (s *silent) Note(string) {}

// End has nothing to leave.
func (s *silent) End() {}
