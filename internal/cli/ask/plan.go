package ask

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/control"
	"longhaul/internal/estimate/text"
	"longhaul/internal/monitor"
	"longhaul/internal/sourcename"
)

// planVerb says what syncs of a source will take.
type planVerb struct{ Program }

// Plan makes the command.
func Plan(p Program) *cobra.Command {
	v := &planVerb{p}
	cmd := &cobra.Command{
		Use:   "plan SOURCE",
		Short: "Say what a first sync and a refresh will take, before any report is described",
		Long: `Asks, on a worker that serves the source, for counts and for the time of two describes, and says how many API calls a first sync
and a refresh take, when they wait for API calls, and when they end: day by day in local time. It says first what a sync would be held
for, and at the end what it does not know. It makes about 12 API calls, which count to the source's share; where that is used up, it
plans from what the last sync counted. It needs Temporal's address alone, as the temporal CLI does.`,
		Example: `  $0 plan acme
  $0 plan acme --json`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), args[0]) },
	}
	args.JSON(cmd)
	return cmd
}

func (v *planVerb) run(ctx context.Context, source string) error {
	if err := sourcename.CheckSpoken(source, "plan"); err != nil {
		return err
	}
	temporal, err := v.dial(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	v.Console.Asking("Asking a worker of source " + source + ".")
	plan, err := control.Plan(ctx, temporal, source)
	if err != nil {
		v.suggest(ctx, temporal, source, err)
		return err
	}
	running, words := monitor.Beside(ctx, temporal, source)
	if v.Console.JSON() {
		plan.Running = running
		return v.Console.PrintJSON(plan.In(time.Local))
	}
	if plan.Beside = words; words != "" {
		plan.Beside += " What follows is of the next sync, by the quota of the settings."
	}
	text.Page{Width: v.Console.Width(), Place: time.Local}.Print(v.Console.Out(), plan)
	return nil
}
