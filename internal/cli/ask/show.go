package ask

import (
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/document"
	"longhaul/internal/history/answer"
)

// ASync is what a verb takes that names a sync.
const ASync = `A sync is named by its id, by the beginning of one, by last or previous, by the minute in which it began, as
'2026-11-23 05:00', or by a day: 2026-11-23, monday, yesterday. Minutes and days are those of this machine's time zone. A day means the last
sync that began before its end.`

// showVerb shows one sync whole.
type showVerb struct {
	past

	ui string
}

// Show makes the command.
func Show(p Program) *cobra.Command {
	v := &showVerb{past: past{Program: p}}
	v.ui, _ = config.Environment(p.Environ).Lookup("LONGHAUL_UI_URL")
	cmd := &cobra.Command{
		Use:   "show SOURCE [SYNC]",
		Short: "Show one sync whole: phases, reports by state, gaps by folder, files, warnings, orders",
		Long: `Shows one sync of a source, without SYNC the newest: its phases with their times, its reports by state, the folders with most
gaps, the files and what the target answered, the warnings, and the orders of operators with their reasons.

` + ASync,
		Example: `  $0 show acme
  $0 show acme monday
  $0 show acme 20261123T0600 --json`,
		Args: args.Between(1, 2, "the name of one source, and perhaps a sync, such as: acme monday"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		v.command = cmd.Root().Name()
		query := answer.Query{Question: answer.AskShow}
		if len(args) > 1 {
			query.Sync = answer.InUTC(args[1], time.Now())
		}
		v.page = func(c client.Client, d *document.Document, raw json.RawMessage) { v.refer(cmd.Context(), c, d, raw) }
		return v.put(cmd.Context(), args[0], query)
	}
	cmd.Flags().StringVar(&v.ui, "ui", v.ui, "address of Temporal's UI, for the link (LONGHAUL_UI_URL)")
	args.JSON(cmd)
	return cmd
}

// refer adds where the history of the sync is, as long as Temporal has it.
func (v *showVerb) refer(ctx context.Context, c client.Client, d *document.Document, raw json.RawMessage) {
	var shown answer.Show
	if json.Unmarshal(raw, &shown) != nil {
		return
	}
	workflow, run := workflowOf(shown)
	if run == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, referTimeout)
	defer cancel()
	if _, err := c.DescribeWorkflowExecution(ctx, workflow, run); err != nil {
		return // forgotten, or not to be had: the answer stands all the same
	}
	if page := v.UI(v.ui).Page(workflow, run); page != "" {
		d.Command("In Temporal's UI", page)
		return
	}
	d.Command("Its history in Temporal", "temporal workflow show --workflow-id "+args.Word(workflow)+" --run-id "+args.Word(run))
}

// referTimeout bounds the look for the history.
const referTimeout = 5 * time.Second

// workflowOf is the workflow of a sync, with its last run that is known.
func workflowOf(s answer.Show) (workflow, run string) {
	switch {
	case s.Record != nil && s.Record.Run != "":
		return s.Record.Workflow, s.Record.Run
	case s.End != nil && s.End.Run != "":
		return s.End.Workflow, s.End.Run
	case s.Start != nil:
		return s.Start.Workflow, s.Start.Run
	}
	return "", ""
}
