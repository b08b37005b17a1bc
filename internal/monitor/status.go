package monitor

import (
	"context"
	"fmt"
	"io"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// Status is what is known of a source: the last result, and the progress of the sync that runs. It is what --json prints.
type Status struct {
	*workflows.Result
	Source   string              `json:"source"`
	Outcome  *workflows.Outcome  `json:"outcome"`
	Workflow *Reference          `json:"workflow,omitempty"` // of the last result
	Running  *workflows.Progress `json:"running"`
	Served   bool                `json:"served"` // whether a worker is there for the source, as far as Temporal tells

	now   Snapshot   // of the sync that runs
	still standstill // of the sync that runs
	last  error      // how the last sync failed
}

// NewStatus asks Temporal for the status of a source.
func NewStatus(ctx context.Context, c client.Client, source string, ui UI) (*Status, error) {
	s := &Status{Source: source}
	served, err := control.Served(ctx, c, source)
	s.Served = served || err != nil
	id := workflows.SyncID(source)
	run, err := control.Running(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if run != "" {
		s.addRunning(ctx, &Watcher{Client: c, ID: id})
	}
	ended, err := lastEnded(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if ended != nil {
		s.addLast(ctx, c, ended, ui)
	}
	return s, nil
}

// addRunning adds the sync that runs.
func (s *Status) addRunning(ctx context.Context, w *Watcher) {
	s.now, _ = w.snapshot(ctx)
	s.still = w.standstill()
	s.now.Source = s.Source
	progress := s.now.Progress
	if progress.Warnings == nil {
		progress.Warnings = []string{}
	}
	s.Running = &progress
}

// addLast adds the newest run that ended.
func (s *Status) addLast(ctx context.Context, c client.Client, ended *commonpb.WorkflowExecution, ui UI) {
	id := workflows.SyncID(s.Source)
	var result workflows.Result
	if err := c.GetWorkflow(ctx, id, ended.GetRunId()).Get(ctx, &result); err == nil {
		s.Result = &result
	} else {
		s.Result, s.last = End(err)
	}
	s.Result = withLists(s.Result)
	outcome := outcomeOf(s.Result, s.last)
	s.Outcome = &outcome
	ref := Refer(ctx, c, id, ended.GetRunId(), ui)
	s.Workflow = &ref
}

// lastEnded finds the newest run that ended by itself or was stopped; nil when there is none.
func lastEnded(ctx context.Context, c client.Client, id string) (*commonpb.WorkflowExecution, error) {
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: 1,
		Query:    fmt.Sprintf(`WorkflowId = %q AND ExecutionStatus IN ("Completed", "Failed", "Canceled", "Terminated", "TimedOut")`, id),
	})
	if err != nil {
		return nil, control.Explain(err)
	}
	for _, info := range list.GetExecutions() {
		return info.GetExecution(), nil
	}
	return nil, nil
}

// Print writes the status for people.
func (s *Status) Print(w io.Writer, colours bool) {
	if s.Running != nil {
		left := s.now.Forecast
		if left != nil && left.Waits > 0 {
			s.now.Forecast = nil // which has a line of its own
		}
		words := s.now.sentence()
		if s.now.Phase != "" {
			words = string(s.now.Phase) + ": " + words
		}
		_, _ = fmt.Fprintf(w, "%s is being synced: %s\n", s.Source, words)
		if s.now.Forecast = left; left != nil && left.Waits > 0 {
			_, _ = fmt.Fprintf(w, "It has %s.\n", left.LeftWords())
		}
		if advice := s.still.advice(workflows.SyncID(s.Source), ""); advice != "" {
			_, _ = fmt.Fprintln(w, advice)
		}
	}
	if s.Running == nil && !s.Served {
		_, _ = fmt.Fprintf(w, "A sync of %s would wait: %s.\n", s.Source, workflows.Unserved(s.Source))
	}
	switch {
	case s.Outcome == nil && s.Running == nil:
		_, _ = fmt.Fprintf(w, "%s has not been synced yet, as far as Temporal remembers.\n", s.Source)
	case s.last != nil:
		_, _ = fmt.Fprintf(w, "The last sync of %s %s: %s\n", s.Source, *s.Outcome, humanize.Clause(fault.Sentence(s.last)))
	case s.Result != nil:
		Summarize(w, s.Result, colours)
	}
}
