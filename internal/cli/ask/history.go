package ask

import (
	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/history/answer"
)

// History makes the command.
func History(p Program) *cobra.Command {
	query := answer.Query{Question: answer.AskHistory}
	cmd := &cobra.Command{
		Use:   "history SOURCE",
		Short: "List the syncs of a source: when, how long, how they ended, what changed",
		Long: `Lists the syncs of a source, the newest first: those that were cancelled, failed or terminated too. It asks a worker of the source,
which reads what the syncs left in the bucket, so it answers also once Temporal has forgotten them. It needs Temporal's address alone, as
the temporal CLI does, and makes no API call. Times are local; --json has them in UTC.`,
		Example: `  $0 history acme
  $0 history acme --limit 100 --json`,
		Args: args.Exactly(1, args.OneSource),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return past{Program: p, command: cmd.Root().Name()}.put(cmd.Context(), args[0], query)
	}
	config.NumberVar(cmd.Flags(), &query.Limit, "limit", 0, "how many syncs to show at most, up to 200; default: 20")
	pages(cmd, &query)
	args.JSON(cmd)
	return cmd
}
