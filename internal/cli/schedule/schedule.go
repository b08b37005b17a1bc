// Package schedule holds the verb that shows and changes the schedule of a source.
package schedule

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/cli/ask"
	"longhaul/internal/control"
	"longhaul/internal/document"
	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/text"
	"longhaul/internal/sourcename"
)

// verb shows and changes the schedule of a source.
type verb struct {
	ask.Program

	order schedule.Order
}

// Verb makes the command.
func Verb(p ask.Program) *cobra.Command {
	v := &verb{Program: p}
	cmd := &cobra.Command{
		Use:   "schedule SOURCE [flags]",
		Short: "Show or change when a source is synced by itself",
		Long: `Without flags it shows the schedule of the source, with the next five starts in local time and in UTC. With flags it changes the
schedule, by a worker that serves the source; it needs Temporal's address alone, as the temporal CLI does. What sources.SOURCE.schedule of the
settings says wins: then only --pause and --resume change something here.

Periods are counted from midnight UTC of 1 January 1970, a Thursday, not from now: 24h starts at midnight UTC, 6h at 0, 6, 12 and 18 o'clock UTC, 7d
on Thursdays. For another time or day use --cron.

A start while the sync before still runs is skipped. A start that was missed is made up for within 6 hours. Starts come up to 10 minutes late,
or half the period where that is less, so that not all schedules start in one second.`,
		Example: `  $0 schedule acme
  $0 schedule acme --every 24h
  $0 schedule acme --cron '0 2 * * 1-5' --timezone Europe/Paris
  $0 schedule acme --pause --reason 'org maintenance until Monday'
  $0 schedule acme --resume
  $0 schedule acme --off`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, given []string) error { return v.run(cmd.Context(), cmd, given[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&v.order.Every, "every", "", "sync once in each period, such as 90m, 24h (at midnight UTC) or 7d (Thursdays); else use --cron")
	f.StringVar(&v.order.Cron, "cron", "", "sync by the five fields of cron: minute, hour, day of month, month, day of week (0 is Sunday)")
	f.StringVar(&v.order.Timezone, "timezone", "", "time zone of --cron, such as Europe/Paris; default: UTC")
	f.BoolVar(&v.order.Off, "off", false, "end the schedule; a sync that runs goes on")
	f.BoolVar(&v.order.Pause, "pause", false, "start nothing until --resume; a sync that runs goes on")
	f.BoolVar(&v.order.Resume, "resume", false, "let the schedule go on")
	f.StringVar(&v.order.Reason, "reason", "", "why, for whoever looks at the schedule: with --pause or --resume")
	args.JSON(cmd)
	return cmd
}

func (v *verb) run(ctx context.Context, cmd *cobra.Command, source string) error {
	if err := sourcename.CheckSpoken(source, "schedule"); err != nil {
		return err
	}
	for _, name := range []string{"every", "cron", "timezone", "reason"} {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
			return fault.Invalidf("--%s is empty: give it a value or leave it out", name)
		}
	}
	if err := v.order.Check(); err != nil {
		return err
	}
	temporal, err := v.Connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	v.Console.Asking("Asking a worker of source " + source + ".")
	state, err := control.Schedule(ctx, temporal, source, v.order)
	if err != nil {
		v.Suggest(ctx, temporal, source, err)
		return err
	}
	if v.Console.JSON() {
		return v.Console.PrintJSON(state)
	}
	command := cmd.Root().Name() + " schedule " + source + " "
	page := text.Page{Place: time.Local, Say: func(flags string) string { return command + flags }}
	document.Terminal{Width: v.Console.Width(), Colours: v.Console.Colours()}.Print(v.Console.Out(), page.Of(state))
	return nil
}
