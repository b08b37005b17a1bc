package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/sourcename"
	"longhaul/workflows"
)

type syncFlags struct {
	detach, full, noUpload, strict bool
	ui                             string
}

func (a *App) syncCommand(c *console) *cobra.Command {
	var flags syncFlags
	cmd := &cobra.Command{
		Use:   "sync SOURCE",
		Short: "Sync a source, or join its running sync, and watch it to the end",
		Long: `Starts the sync of a source, or joins the one that is running, and shows its progress until it ends.
Ctrl-C ends the watching only: the sync goes on. Temporal is found as by the temporal CLI: TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_..., or a profile.`,
		Example: `  $0 sync acme
  $0 sync acme --detach
  $0 sync acme --full --no-upload --json
  TEMPORAL_ADDRESS=temporal.internal:7233 $0 sync acme --strict`,
		Args: exactly(1, "the name of one source, such as acme"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.sync(cmd.Context(), c, args[0], flags)
		},
	}
	cmd.Flags().BoolVar(&flags.detach, "detach", false, "start the sync and do not wait for it")
	cmd.Flags().BoolVar(&flags.full, "full", false, "describe every report again, whatever is known")
	cmd.Flags().BoolVar(&flags.noUpload, "no-upload", false, "keep the extract in the bucket")
	cmd.Flags().BoolVar(&flags.strict, "strict", false, "exit with 5 when reports without columns remain")
	cmd.Flags().StringVar(&flags.ui, "ui", a.env("LONGHAUL_UI_URL"), "address of Temporal's UI, for links (LONGHAUL_UI_URL)")
	jsonFlag(cmd)
	return cmd
}

func (a *App) sync(ctx context.Context, c *console, name string, flags syncFlags) error {
	if err := sourcename.CheckSpoken(name, string(Sync)); err != nil {
		return err
	}
	temporal, err := a.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer temporal.Close()
	if err := needWorker(ctx, temporal); err != nil {
		if !flags.detach {
			return err
		}
		c.note("%s: %s; the sync waits until then", c.name, failureOf(err).Message)
	}
	run, joined, err := begin(ctx, temporal, flags.input(name))
	if err != nil {
		return err
	}
	switch {
	case joined && (flags.full || flags.noUpload):
		c.note("Joined the sync that is running; --full and --no-upload are for a new one and have no effect.")
	case joined:
		c.note("Joined the sync that is running.")
	}
	waits := unserved(ctx, temporal, name)
	if waits {
		c.note("%s.", waitsForWorker(name))
	}
	if flags.detach {
		return c.detached(run, name, a.ui(flags.ui))
	}
	return c.watch(ctx, temporal, watched{run: run, name: name, waits: waits}, flags, a.ui(flags.ui))
}

func (f syncFlags) input(name string) workflows.Input {
	in := workflows.Input{Source: name}
	if f.full {
		in.Mode = workflows.ModeFull
	}
	if f.noUpload {
		in.Upload = new(bool)
	}
	return in
}

// detached says how to find the sync again.
func (c *console) detached(run client.WorkflowRun, name string, ui webUI) error {
	if c.json {
		return c.print(map[string]any{
			"source": name, "outcome": nil,
			"workflow": workflowRef{ID: run.GetID(), RunID: run.GetRunID(), URL: ui.page(run.GetID(), run.GetRunID())},
		})
	}
	c.note("The sync runs as workflow %s, run %s. `%s status %s` shows how far it is.", run.GetID(), run.GetRunID(), c.name, name)
	return nil
}

// watched is the sync that a command shows.
type watched struct {
	run   client.WorkflowRun
	name  string // of the source
	waits bool   // nobody served the source when the watching began
}

// watch shows the sync until it ends, and prints the result.
func (c *console) watch(ctx context.Context, temporal client.Client, sync watched, flags syncFlags, ui webUI) error {
	w := &watcher{client: temporal, id: sync.run.GetID(), view: c.view()}
	result, err := w.follow(ctx, sync.run)
	if ctx.Err() != nil {
		return c.stoppedWatching(ctx, temporal, sync.name, sync.waits || w.progress.Waiting == workflows.Unserved(sync.name))
	}
	if result != nil && (c.json || err == nil) {
		if shown := c.show(ctx, temporal, result, sync.run.GetID(), ui); shown != nil {
			return errors.Join(err, shown)
		}
	}
	if err != nil {
		return err
	}
	return judge(result, flags.strict)
}

// show prints a result as the user wants it.
func (c *console) show(ctx context.Context, temporal client.Client, result *workflows.Result, id string, ui webUI) error {
	if c.json {
		return c.print(outcome{Result: listable(result), Workflow: refer(ctx, temporal, id, "", ui)})
	}
	summarize(c.out, result, c.colours)
	if result.Staging != "" {
		_, _ = fmt.Fprintf(c.out, "In the bucket: %s\n", result.Staging)
	}
	return nil
}
