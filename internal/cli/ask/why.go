package ask

import (
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
)

// Why makes the command.
func Why(p Program) *cobra.Command {
	query := answer.Query{Question: answer.AskWhy}
	cmd := &cobra.Command{
		Use:   `why SOURCE ID|URL|"NAME"`,
		Short: "Say what is known of a report, dashboard or folder: its state, why, since when, what to do",
		Long: `Says in plain sentences what the syncs know of a report, a dashboard, a dashboard component or a folder: its state and the reason,
what to do, since when, who made it, when it was delivered and in which file. It is named by its Id of 15 or 18 characters, by a link of
Lightning or Classic, or by its name, of which all are shown, up to 20.

It compares that with what the catalog has, by the last sync that was delivered. Of a folder it lists the reports that are gaps.

Of one that no sync has it says who could be hiding it. --ask looks it up in the org, by one API call that counts to quota.share: whether
it is deleted can be known only while it lies in the recycle bin, about 15 days.`,
		Example: `  $0 why acme 00O5g000004kGvZEAU
  $0 why acme https://acme.lightning.force.com/lightning/r/Report/00O5g000004kGvZEAU/view
  $0 why acme 'Pipeline by Region' --ask`,
		Args: args.Exactly(2, "a source and the Id, the link or the name of a report, dashboard or folder: a name of several words in quotes"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if query.Of = strings.TrimSpace(args[1]); query.Of == "" {
			return fault.Invalidf("%s takes the Id, the link or the name of a report, dashboard or folder", cmd.CommandPath())
		}
		return past{Program: p, command: cmd.Root().Name()}.put(cmd.Context(), args[0], query)
	}
	cmd.Flags().BoolVar(&query.AskOrg, "ask", false, "look it up in the org too, by one API call")
	pages(cmd, &query)
	config.NumberVar(cmd.Flags(), &query.Limit, "limit", 0, "how many gaps of a folder to show at most; default: 50")
	args.JSON(cmd)
	return cmd
}
