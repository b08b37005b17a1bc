package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/sourcename"
	"longhaul/workflows"
)

func (a *App) statusCommand(c *console) *cobra.Command {
	ui := a.env("LONGHAUL_UI_URL")
	cmd := &cobra.Command{
		Use:   "status SOURCE",
		Short: "Show how far a source's sync is, and how the last one ended",
		Long: `Shows the progress of a running sync and the result of the last one that ended. The exit code says whether
Temporal answered, not how the sync ended: that is "outcome" in the output of --json, null when none has ended yet.`,
		Example: `  $0 status acme
  $0 status acme --json`,
		Args: exactly(1, "the name of one source, such as acme"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.status(cmd.Context(), c, args[0], a.ui(ui))
		},
	}
	cmd.Flags().StringVar(&ui, "ui", ui, "address of Temporal's UI, for links (LONGHAUL_UI_URL)")
	jsonFlag(cmd)
	return cmd
}

// standing is what --json prints of a source: the last result, and the progress of the sync that runs.
type standing struct {
	*workflows.Result
	Source   string              `json:"source"`
	Outcome  *workflows.Outcome  `json:"outcome"`
	Workflow *workflowRef        `json:"workflow,omitempty"` // of the last result
	Running  *workflows.Progress `json:"running"`
	Served   bool                `json:"served"` // whether a worker is there for the source, as far as Temporal tells
}

func (a *App) status(ctx context.Context, c *console, name string, ui webUI) error {
	if err := sourcename.CheckSpoken(name, string(Status)); err != nil {
		return err
	}
	temporal, err := a.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer temporal.Close()
	now, err := stand(ctx, temporal, name, ui)
	if err != nil {
		return err
	}
	if c.json {
		return c.print(now.standing)
	}
	now.tell(c)
	return nil
}

// stood is a standing with what only people need.
type stood struct {
	standing
	now   snapshot
	still standstill
	last  error // how the last sync failed
}

func stand(ctx context.Context, c client.Client, name string, ui webUI) (stood, error) {
	s := stood{standing: standing{Source: name}}
	served, err := host.Served(ctx, c, name)
	s.Served = served || err != nil
	id := workflows.SyncID(name)
	run, err := running(ctx, c, id)
	if err != nil {
		return s, err
	}
	if run != "" {
		w := &watcher{client: c, id: id}
		s.now, _ = w.snapshot(ctx)
		s.still = w.standstill()
		s.now.Source = name
		progress := s.now.Progress
		if progress.Warnings == nil {
			progress.Warnings = []string{}
		}
		s.Running = &progress
	}
	ended, err := lastEnded(ctx, c, id)
	if err != nil || ended == nil {
		return s, err
	}
	var result workflows.Result
	if err := c.GetWorkflow(ctx, id, ended.GetRunId()).Get(ctx, &result); err == nil {
		s.Result = &result
	} else {
		s.Result, s.last = endOf(err)
	}
	s.Result = listable(s.Result)
	outcome := outcomeOf(s.Result, s.last)
	s.Outcome = &outcome
	ref := refer(ctx, c, id, ended.GetRunId(), ui)
	s.Workflow = &ref
	return s, nil
}

// outcomeOf names the end of a sync, also of one that left no result.
func outcomeOf(result *workflows.Result, err error) workflows.Outcome {
	var end *ending
	switch {
	case result != nil && result.Outcome != "":
		return result.Outcome
	case errors.As(err, &end):
		return workflows.OutcomeCancelled
	default:
		return workflows.OutcomeFailed
	}
}

// lastEnded finds the newest run that ended by itself or was stopped; nil when there is none.
func lastEnded(ctx context.Context, c client.Client, id string) (*commonpb.WorkflowExecution, error) {
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: 1,
		Query:    fmt.Sprintf(`WorkflowId = %q AND ExecutionStatus IN ("Completed", "Failed", "Canceled", "Terminated", "TimedOut")`, id),
	})
	if err != nil {
		return nil, temporalFault(err)
	}
	for _, info := range list.GetExecutions() {
		return info.GetExecution(), nil
	}
	return nil, nil
}

func (s stood) tell(c *console) {
	if s.Running != nil {
		words := s.now.sentence()
		if s.now.Phase != "" {
			words = string(s.now.Phase) + ": " + words
		}
		_, _ = fmt.Fprintf(c.out, "%s is being synced: %s\n", s.Source, words)
		if advice := s.still.advice(workflows.SyncID(s.Source), ""); advice != "" {
			_, _ = fmt.Fprintln(c.out, advice)
		}
	}
	if s.Running == nil && !s.Served {
		_, _ = fmt.Fprintf(c.out, "A sync of %s would wait: %s.\n", s.Source, workflows.Unserved(s.Source))
	}
	switch {
	case s.Outcome == nil && s.Running == nil:
		_, _ = fmt.Fprintf(c.out, "%s has not been synced yet, as far as Temporal remembers.\n", s.Source)
	case s.last != nil:
		_, _ = fmt.Fprintf(c.out, "The last sync of %s %s: %s\n", s.Source, *s.Outcome, failureOf(s.last).Message)
	case s.Result != nil:
		summarize(c.out, s.Result, c.colours)
	}
}
