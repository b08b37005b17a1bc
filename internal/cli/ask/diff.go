package ask

import (
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/history/answer"
)

// diffVerb says what changed between two syncs.
type diffVerb struct {
	past

	query answer.Query
}

// Diff makes the command.
func Diff(p Program) *cobra.Command {
	v := &diffVerb{past: past{Program: p}, query: answer.Query{Question: answer.AskDiff}}
	cmd := &cobra.Command{
		Use:   "diff SOURCE [A] [B]",
		Short: "Say what changed between two syncs",
		Long: `Says what changed from sync A to sync B: first the reports that lost columns and those that are gone. Without B it compares with the
newest sync, and without A with the sync that the history counts its changes from. What came and went between the two is no change.

` + aSync,
		Example: `  $0 diff acme
  $0 diff acme monday
  $0 diff acme 2026-11-01 2026-11-08 --kind reports --folder 'Sales Reports'`,
		Args: args.Between(1, 3, "a source and perhaps one or two syncs, such as: acme monday"),
		RunE: v.run,
	}
	pages(cmd, &v.query, "records")
	cmd.Flags().StringVar(&v.query.Kind, "kind", "", "only reports, dashboards, components, folders or users")
	cmd.Flags().StringVar(&v.query.Folder, "folder", "", "only what lies in this folder before or after: its Id or its name")
	args.JSON(cmd)
	return cmd
}

func (v *diffVerb) run(cmd *cobra.Command, args []string) error {
	v.command = cmd.Root().Name()
	for i, into := range []*string{&v.query.From, &v.query.To} {
		if i+1 < len(args) {
			*into = answer.InUTC(args[i+1], time.Now())
		}
	}
	return v.put(cmd.Context(), args[0], v.query)
}
