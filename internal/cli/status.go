package cli

import (
	"context"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/host"
	"longhaul/internal/monitor"
	"longhaul/internal/sourcename"
)

// statusVerb shows how far the sync of a source is, and how the last one ended.
type statusVerb struct {
	program

	ui string
}

func statusCommand(p program) *cobra.Command {
	v := &statusVerb{program: p, ui: p.app.env("LONGHAUL_UI_URL")}
	cmd := &cobra.Command{
		Use:   "status SOURCE",
		Short: "Show how far a source's sync is, and how the last one ended",
		Long: `Shows the progress of a running sync and the result of the last one that ended. The exit code says whether
Temporal answered, not how the sync ended: that is "outcome" in the output of --json, null when none has ended yet.`,
		Example: `  $0 status acme
  $0 status acme --json`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&v.ui, "ui", v.ui, "address of Temporal's UI, for links (LONGHAUL_UI_URL)")
	args.JSON(cmd)
	return cmd
}

func (v *statusVerb) run(ctx context.Context, source string) error {
	if err := sourcename.CheckSpoken(source, string(Status)); err != nil {
		return err
	}
	temporal, err := v.app.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer temporal.Close()
	status, err := monitor.NewStatus(ctx, temporal, source, v.app.ui(v.ui))
	if err != nil {
		return err
	}
	if v.console.json {
		return v.console.printJSON(status)
	}
	status.Caller.Program = v.app.steers()
	status.Print(v.console.out, v.console.colours)
	return nil
}
