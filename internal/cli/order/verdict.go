package order

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/control"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// Approve makes the command.
func Approve(p Program) *cobra.Command {
	v := &verb{Program: p, name: workflows.ApproveUpdate}
	return v.withReason(v.command(&cobra.Command{
		Use:   "approve SOURCE",
		Short: "Let a sync go on that is held: what it found is right",
		Long: `Answers a sync that is held because what it found looks like an accident: it is right, go on and deliver. status says what a sync
is held for. It needs Temporal's address alone, as the temporal CLI does, and a worker that answers.`,
		Example: `  $0 approve acme
  $0 approve acme --reason 'the old folders were deleted on purpose'`,
	}, v.approve))
}

// Discard makes the command.
func Discard(p Program) *cobra.Command {
	v := &verb{Program: p, name: workflows.DiscardUpdate}
	return v.withReason(v.command(&cobra.Command{
		Use:        "discard SOURCE",
		SuggestFor: []string{"reject", "refuse"},
		Short:      "End a sync that is held: nothing of it reaches the catalog",
		Long: `Answers a sync that is held because what it found looks like an accident: it is one. The sync ends as discarded, the catalog keeps
what it has, and the next sync reuses what was described. It needs Temporal's address alone, as the temporal CLI does, and a worker that
answers.`,
		Example: `  $0 discard acme
  $0 discard acme --reason 'the run-as user lost a permission'`,
	}, v.discard))
}

// answer sends a verdict to a sync that is held.
func (v *verb) answer(ctx context.Context) error {
	now, err := v.look(ctx)
	switch {
	case err != nil:
		return err
	case now.Unasked:
		return v.unsent(now)
	case now.Outcome != "":
		return control.ErrNoSync
	case now.Phase != workflows.PhaseHeld:
		return v.senseless(now, v.name+" answers a sync that is held, and this one is not")
	}
	return control.Update(ctx, v.temporal, v.source, v.name, control.Because(v.reason))
}

func (v *verb) approve(ctx context.Context) error {
	if err := v.answer(ctx); err != nil {
		return err
	}
	now, err := v.look(ctx)
	switch {
	case err != nil:
		return err
	case now.Outcome != "":
		return v.ended(now)
	}
	told := Told{Done: true, Message: "The sync of " + v.source + " is approved and goes on"}
	if !now.Unasked {
		progress := now.Progress
		told.Running = &progress
		told.Message += ": " + humanize.Clause(now.Words())
	}
	told.Message += ". `" + v.speak("sync") + "` watches it."
	return v.tell(told)
}

func (v *verb) discard(ctx context.Context) error {
	if err := v.answer(ctx); err != nil {
		return err
	}
	outcome := workflows.OutcomeDiscarded
	told := Told{Done: true, Outcome: &outcome, Message: "The sync of " + v.source + " is discarded: nothing of it reaches the catalog. "}
	over, err := v.isOver(ctx)
	if err != nil {
		return err
	}
	if !over {
		told.Message += "It is still ending, and `" + v.speak("status") + "` shows when it has; then "
	}
	told.Message += "`" + v.speak("sync") + "` starts the next one, which reuses what it had described."
	return v.tell(told)
}

// overWithin is how long discard waits until the sync is over, which still writes its page and its messages: a sync that is started before
// would join it.
const overWithin = 30 * time.Second

// isOver waits until the sync is over, at most for a while. How it ended is no matter: it is discarded.
func (v *verb) isOver(ctx context.Context) (bool, error) {
	within, cancel := context.WithTimeout(ctx, overWithin)
	defer cancel()
	v.Console.Asking("Waiting for the end of the sync of " + v.source + ".")
	_ = v.temporal.GetWorkflow(within, workflows.SyncID(v.source), v.run).Get(within, nil)
	return within.Err() == nil, ctx.Err()
}
