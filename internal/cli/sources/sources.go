// Package sources holds the verb that lists the sources.
package sources

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/cli/ask"
	"longhaul/internal/control"
	"longhaul/internal/document"
	"longhaul/internal/host"
	"longhaul/internal/overview"
)

// Sources makes the command.
func Sources(p ask.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "List the sources: schedule, next run, last sync, what waits for whom",
		Long: `Lists the sources that the workers know, from their settings and from the bucket: the org of each, its schedule and next run, how
the last sync ended, what a running sync waits for and who has to act, how many workers serve it, where workers disagree, and runs of the
schedule that were missed. A worker answers, so it needs Temporal's address alone, as the temporal CLI does. It makes no API call. What does
not answer within half a minute is said in its row. Times are local; --json has them in UTC. It ends with 0 whatever it lists.`,
		Example: `  $0 sources
  $0 sources --json`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), p, cmd.Root().Name()) },
	}
	args.JSON(cmd)
	return cmd
}

func run(ctx context.Context, p ask.Program, program string) error {
	temporal, err := p.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer temporal.Close()
	p.Console.Asking("Asking a worker for the sources.")
	list, err := control.List(ctx, temporal)
	if err != nil {
		return err
	}
	if p.Console.JSON() {
		return p.Console.PrintJSON(list)
	}
	shown := overview.Page{Place: time.Local, Program: program}.Show(list)
	document.Terminal{Width: p.Console.Width(), Colours: p.Console.Colours()}.Print(p.Console.Out(), shown)
	return nil
}
