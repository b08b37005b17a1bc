package order

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/control"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/workflows"
)

// pausedWithin is how long pause waits: shards have two seconds for what is in flight, learn of the pause by a heartbeat, and store what they
// have.
const pausedWithin = 20 * time.Second

// Pause makes the command.
func Pause(p Program) *cobra.Command {
	v := &verb{Program: p, name: workflows.PauseSignal}
	return v.withReason(v.command(&cobra.Command{
		Use:   "pause SOURCE",
		Short: "Pause the running sync of a source: it stores what it has and asks Salesforce nothing more",
		Long: `Pauses the running sync of a source, and waits until it stands still, up to 20 seconds. A step that cannot be left, such as
writing a file, is finished first; then it says that the sync will be paused ("done": false in --json). A pause has no end of its own: resume
ends it. It needs Temporal's address alone, as the temporal CLI does.`,
		Example: `  $0 pause acme
  $0 pause acme --reason 'org maintenance until 9'`,
	}, v.pause))
}

func (v *verb) pause(ctx context.Context) error {
	before := monitor.Look(ctx, v.temporal, v.source)
	if !before.Unasked && before.Phase == workflows.PhaseBlocked {
		return v.senseless(before, "a sync that is blocked sends nothing, and goes on by `"+v.speak("resume")+"` alone, so there is nothing to pause")
	}
	if err := control.Signal(ctx, v.temporal, v.source, v.name, v.reason); err != nil {
		return err
	}
	v.Console.Asking("Waiting until the sync of " + v.source + " stands still.")
	now, err := v.lookUntil(ctx, pausedWithin, func(s monitor.Snapshot) bool {
		return s.Phase == workflows.PhasePaused || s.Phase == workflows.PhaseHeld
	})
	switch {
	case err != nil:
		v.Console.Note("The sync has got the order, and will be paused: `" + v.speak("status") + "` shows it.")
		return err
	case now.Unasked:
		return v.kept(now)
	case now.Outcome != "":
		return v.ended(now)
	}
	progress := now.Progress
	told := Told{Running: &progress}
	switch now.Phase {
	case workflows.PhasePaused:
		told.Done = true
		told.Message = "The sync of " + v.source + " is paused: " + humanize.Clause(now.SoFar()) + ". `" + v.speak("resume") + "` continues it."
	case workflows.PhaseHeld:
		told.Message = "The sync of " + v.source + " is held, and will be paused once that is answered: `" + v.speak("status") +
			"` says what it is held for."
	default:
		told.Message = "The sync of " + v.source + " will be paused when its present step is over (" + humanize.Clause(now.Words()) + "): `" +
			v.speak("status") + "` shows it."
	}
	return v.tell(told)
}
