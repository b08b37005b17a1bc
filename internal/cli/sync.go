package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/control"
	"longhaul/internal/host"
	"longhaul/internal/monitor"
	"longhaul/internal/sourcename"
	"longhaul/workflows"
)

// syncVerb starts the sync of a source or joins it, and watches it.
type syncVerb struct {
	program

	detach, full, noUpload, strict, noWait bool
	ui                                     string

	source string
}

func syncCommand(p program) *cobra.Command {
	v := &syncVerb{program: p}
	cmd := &cobra.Command{
		Use:        "sync SOURCE",
		SuggestFor: []string{"start", "run"},
		Short:      "Sync a source, or join its running sync, and watch it to the end",
		Long: `Starts the sync of a source, or joins the one that is running, and shows its progress until it ends.
Ctrl-C ends the watching only; the sync continues. --no-wait ends the watching where the sync waits for API calls, and says until when:
it goes on by itself. Other waits are watched on: some last seconds, and the rest need a person, which is no success of a cron job.
It finds Temporal as the temporal CLI does: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_..., or a profile.`,
		Example: `  $0 sync acme
  $0 sync acme --detach
  $0 sync acme --full --no-upload --json
  $0 sync acme --no-wait
  TEMPORAL_ADDRESS=temporal.internal:7233 $0 sync acme --strict`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error {
			v.source = args[0]
			return v.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&v.detach, "detach", false, "start the sync and do not wait for it")
	cmd.Flags().BoolVar(&v.full, "full", false, "describe every report again, whatever is known")
	cmd.Flags().BoolVar(&v.noUpload, "no-upload", false, "keep the extract in the bucket")
	cmd.Flags().BoolVar(&v.strict, "strict", false, "exit with 5 if reports could not be described (denied or failed)")
	cmd.Flags().BoolVar(&v.noWait, "no-wait", false, "exit with 10 where the sync waits for API calls, and let it go on by itself (for cron)")
	cmd.Flags().StringVar(&v.ui, "ui", p.app.env("LONGHAUL_UI_URL"), "address of Temporal's UI, for links (LONGHAUL_UI_URL)")
	args.JSON(cmd)
	return cmd
}

func (v *syncVerb) run(ctx context.Context) error {
	if err := sourcename.CheckSpoken(v.source, string(Sync)); err != nil {
		return err
	}
	temporal, err := v.app.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer temporal.Close()
	none := control.NeedWorker(ctx, temporal) // why no worker takes it
	if err := none; err != nil {
		if !v.detach {
			return err
		}
		v.console.note("%s: %s; the sync waits until then", v.console.name, messageOf(err))
	}
	run, joined, err := control.Start(ctx, temporal, v.input())
	if err != nil {
		return err
	}
	switch {
	case joined && (v.full || v.noUpload):
		v.console.note("Joined the sync that is running; --full and --no-upload are for a new one and have no effect.")
	case joined:
		v.console.note("Joined the sync that is running.")
	}
	waits := control.Unserved(ctx, temporal, v.source)
	if waits && none == nil { // one cause is said already
		v.console.note("%s.", v.waitsForWorker())
		if words := control.Suggest(ctx, temporal, v.source); words != "" {
			v.console.note("%s", words)
		}
	}
	if v.detach {
		if none == nil && !waits && !joined {
			if words := control.Untaken(ctx, temporal, run); words != "" {
				v.console.note("%s: %s; the sync waits until one takes it", v.console.name, words)
			}
		}
		return v.detached(run)
	}
	return v.watch(ctx, temporal, run, waits)
}

func (v *syncVerb) input() workflows.Input {
	in := workflows.Input{Source: v.source}
	if v.full {
		in.Mode = workflows.ModeFull
	}
	if v.noUpload {
		in.Upload = new(bool)
	}
	return in
}

// detached says how to find the sync again.
func (v *syncVerb) detached(run client.WorkflowRun) error {
	id, runID := run.GetID(), run.GetRunID()
	if v.console.json {
		return v.console.printJSON(map[string]any{
			"source": v.source, "outcome": nil,
			"workflow": monitor.Reference{ID: id, RunID: runID, URL: v.app.ui(v.ui).Page(id, runID)},
		})
	}
	v.console.note("The sync runs as workflow %s, run %s. `%s status %s` shows how far it is.", id, runID, v.console.name, v.source)
	return nil
}

// watch shows the sync until it ends, and prints the result. waits says that no worker served the source at the beginning.
func (v *syncVerb) watch(ctx context.Context, temporal client.Client, run client.WorkflowRun, waits bool) error {
	w := &monitor.Watcher{
		Client: temporal, ID: run.GetID(), View: v.console.view(), LeavesQuota: v.noWait, Caller: monitor.Caller{Program: v.app.steers()},
	}
	result, err := w.Follow(ctx, run)
	if ctx.Err() != nil {
		return v.stopped(ctx, temporal, waits || w.WaitsFor() == workflows.Unserved(v.source))
	}
	if result != nil && (v.console.json || err == nil) {
		if shown := v.show(ctx, temporal, result, w); shown != nil {
			return errors.Join(err, shown)
		}
	}
	if waiting := (*monitor.QuotaWait)(nil); errors.As(err, &waiting) {
		return &ending{
			class: "quota_wait", code: exitWaits,
			message: waiting.Error() + ". It goes on by itself, and " + v.joinsAgain(),
		}
	}
	if err != nil {
		return err
	}
	return verdict(result, v.strict)
}

// joinsAgain says how to watch the sync again.
func (v *syncVerb) joinsAgain() string {
	return "`" + v.console.name + " sync " + v.source + "` joins it again"
}

// stopped says what becomes of the sync when nobody watches it any more. waits says that it may be waiting for a worker.
func (v *syncVerb) stopped(ctx context.Context, temporal client.Client, waits bool) error {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), control.AskTimeout)
	defer cancel()
	if waits && control.Unserved(asking, temporal, v.source) {
		return interrupted("stopped watching; " + v.joinsAgain() + ". " + v.waitsForWorker())
	}
	return interrupted("stopped watching; the sync continues, and " + v.joinsAgain())
}

// show prints the result of the sync that was watched.
func (v *syncVerb) show(ctx context.Context, temporal client.Client, result *workflows.Result, w *monitor.Watcher) error {
	if v.console.json {
		return v.console.printJSON(monitor.NewOutcome(result, monitor.Refer(ctx, temporal, w.ID, "", v.app.ui(v.ui))))
	}
	monitor.Summarize(v.console.out, result, v.console.above(w.Warned()), v.console.colours)
	if result.Staging != "" {
		_, _ = fmt.Fprintf(v.console.out, "In the bucket: %s\n", result.Staging)
	}
	if page := monitor.Refer(ctx, temporal, w.ID, "", v.app.ui(v.ui)).URL; page != "" {
		_, _ = fmt.Fprintf(v.console.out, "In Temporal's UI: %s\n", page)
	}
	return nil
}

// waitsForWorker says that the sync of a source waits for a worker, and how to end the sync.
func (v *syncVerb) waitsForWorker() string {
	return "The sync waits for a worker, because " + workflows.Unserved(v.source) + "; to end the sync: " + v.app.steers() + " cancel " + v.source
}
