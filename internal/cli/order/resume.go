package order

import (
	"context"

	"github.com/spf13/cobra"

	"longhaul/internal/control"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/workflows"
)

// Resume makes the command.
func Resume(p Program) *cobra.Command {
	v := &verb{Program: p, name: workflows.ResumeSignal}
	return v.withReason(v.command(&cobra.Command{
		Use:        "resume SOURCE",
		SuggestFor: []string{"continue", "unpause"},
		Short:      "Let a sync go on that is paused or blocked, or try at once what it waits for",
		Long: `Lets the running sync of a source go on: after a pause, or after what blocked it was fixed. A sync that waits before it tries
something again tries at once. A wait for API calls ends by itself or by set-quota, and a hold by approve or discard. It needs Temporal's
address alone, as the temporal CLI does.`,
		Example: `  $0 resume acme
  $0 resume acme --reason 'the secret is rotated'`,
	}, v.resume))
}

func (v *verb) resume(ctx context.Context) error {
	now, err := v.look(ctx)
	if err != nil {
		return err
	}
	if !now.Unasked && now.Outcome == "" {
		if why := v.resumesNothing(now); why != "" {
			return v.senseless(now, why)
		}
	}
	tries := retried[now.Wait] && !now.Pausing
	if err := control.Signal(ctx, v.temporal, v.source, v.name, v.reason); err != nil {
		return err
	}
	if now, err = v.look(ctx); err != nil {
		return err
	}
	switch {
	case now.Unasked:
		return v.kept(now)
	case now.Outcome != "":
		return v.ended(now)
	}
	if first := "The sync of " + v.source + " has got the order and"; !tries || now.Waiting != "" {
		return v.goesOn(now, first, now.Waiting == "")
	}
	progress := now.Progress
	return v.tell(Told{Done: true, Running: &progress, Message: "The sync of " + v.source + " has got the order and tries again, which may fail or have to wait as before: " +
		humanize.Clause(now.Words()) + ". `" + v.speak("status") + "` says what came of it."})
}

// retried are the waits of which a resume is one more try, whose end nobody knows yet.
var retried = map[string]bool{
	history.WaitBlocked: true, history.WaitThrottled: true, history.WaitRetry: true, history.WaitOwner: true, history.WaitQuota: true,
}

// resumesNothing is why a resume means nothing to the sync; empty where it means something.
func (v *verb) resumesNothing(now monitor.Snapshot) string {
	if now.Pausing {
		return ""
	}
	switch now.Wait {
	case history.WaitPaused, history.WaitBlocked, history.WaitThrottled, history.WaitRetry, history.WaitOwner:
		return ""
	case history.WaitHeld:
		return "resume answers no hold: `" + v.speak("approve") + "` or `" + v.speak("discard") + "` does"
	case history.WaitQuota:
		if now.Phase == workflows.PhaseAuthenticate { // it logs in at once
			return ""
		}
		return "resume makes no room for API calls: the sync goes on by itself, or by `" + v.speak("set-quota") + "`"
	case history.WaitWorker:
		return "resume starts no worker"
	}
	return "the sync is neither paused nor blocked, so there is nothing to resume"
}

// goesOn says what the sync does now.
func (v *verb) goesOn(now monitor.Snapshot, first string, done bool) error {
	progress := now.Progress
	told := Told{Running: &progress, Done: done}
	words := " goes on: "
	if now.Waiting != "" {
		words = " still waits: "
	}
	told.Message = first + words + humanize.Clause(now.Words()) + ". `" + v.speak("sync") + "` watches it."
	return v.tell(told)
}
