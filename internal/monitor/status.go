package monitor

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// Status is what is known of a source: the last result, and the progress of the sync that runs. It is what --json prints.
type Status struct {
	*workflows.Result
	Source   string              `json:"source"`
	Outcome  *workflows.Outcome  `json:"outcome"`
	Workflow *Reference          `json:"workflow,omitempty"` // of the last result
	Ended    *time.Time          `json:"ended,omitempty"`    // when the last sync ended
	Catalog  *Delivery           `json:"catalog"`            // the newest of which every export was delivered; null where Temporal remembers none
	Running  *workflows.Progress `json:"running"`
	Served   bool                `json:"served"`          // whether a worker is there for the source, as far as Temporal tells
	Heard    *time.Time          `json:"heard,omitempty"` // where no worker goes on with the sync that runs: since when none was heard of

	Delivered map[string]*Delivery `json:"delivered"` // by export: the newest; null where Temporal remembers none

	Caller Caller `json:"-"` // who reads it

	now   Snapshot   // of the sync that runs
	still standstill // of the sync that runs
	page  string     // of the sync that runs, in the UI
	last  error      // how the last sync failed

	suggests string // what the source may have been meant for, where no worker serves it
}

// NewStatus asks Temporal for the status of a source.
func NewStatus(ctx context.Context, c client.Client, source string, ui UI) (*Status, error) {
	s := &Status{Source: source, Delivered: map[string]*Delivery{}}
	served, err := control.Served(ctx, c, source)
	s.Served = served || err != nil
	id := workflows.SyncID(source)
	run, err := control.Running(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if run != "" {
		s.addRunning(ctx, &Watcher{Client: c, ID: id})
		s.page = ui.Page(id, run)
	}
	if !s.Served && (run == "" || s.now.Waiting == workflows.Unserved(source)) {
		s.suggests = control.Suggest(ctx, c, source)
	}
	ended, err := lastEnded(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if ended != nil {
		s.addLast(ctx, c, ended, ui)
		err = s.addDeliveries(ctx, c)
	}
	return s, err
}

// addRunning adds the sync that runs.
func (s *Status) addRunning(ctx context.Context, w *Watcher) {
	s.now, _ = w.snapshot(ctx)
	s.still = w.standstill()
	if s.now.Phase == "" {
		w.unasked(ctx, &s.now)
	}
	if at := s.now.Heard.UTC(); !s.now.Heard.IsZero() {
		s.Heard = &at
	}
	s.now.Source = s.Source
	progress := s.now.Progress
	if progress.Warnings == nil {
		progress.Warnings = warning.Show(nil)
	}
	s.Running = &progress
}

// addLast adds the newest run that ended.
func (s *Status) addLast(ctx context.Context, c client.Client, ended *workflowpb.WorkflowExecutionInfo, ui UI) {
	id, run := workflows.SyncID(s.Source), ended.GetExecution().GetRunId()
	s.Result, s.last = resultOf(ctx, c, id, run)
	s.Result = withLists(s.Result)
	outcome := OutcomeOf(s.Result, s.last)
	s.Outcome = &outcome
	ref := Refer(ctx, c, id, run, ui)
	s.Workflow = &ref
	if at := ended.GetCloseTime(); at != nil {
		closed := at.AsTime()
		s.Ended = &closed
	}
}

// mostEnded is how many ended runs are looked at: resets and failures may follow each other.
const mostEnded = 20

// lastEnded finds the newest run that ended by itself or was stopped; nil when there is none. A run in whose place a reset has put another
// is not over: the other one goes on with it.
func lastEnded(ctx context.Context, c client.Client, id string) (*workflowpb.WorkflowExecutionInfo, error) {
	ended, err := endedRuns(ctx, c, id, `"Completed", "Failed", "Canceled", "Terminated", "TimedOut"`)
	if err != nil {
		return nil, err
	}
	w := &Watcher{Client: c, ID: id}
	for _, info := range ended {
		run := info.GetExecution().GetRunId()
		if info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED {
			_, first, err := w.chain(ctx, run)
			newest, itsFirst, err2 := w.chain(ctx, "")
			if err == nil && err2 == nil && first != "" && first == itsFirst && newest != run {
				continue
			}
		}
		return info, nil
	}
	return nil, nil
}

// endedRuns lists the newest runs of a workflow that ended in one of these ways.
func endedRuns(ctx context.Context, c client.Client, id, ways string) ([]*workflowpb.WorkflowExecutionInfo, error) {
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: mostEnded, Query: fmt.Sprintf(`WorkflowId = %q AND ExecutionStatus IN (%s)`, id, ways),
	})
	if err != nil {
		return nil, control.Explain(err)
	}
	return list.GetExecutions(), nil
}

// Print writes the status for people.
func (s *Status) Print(w io.Writer, colours bool) {
	s.printRunning(w)
	if s.Running == nil && !s.Served {
		_, _ = fmt.Fprintf(w, "A sync of %s would wait: %s.\n", s.Source, workflows.Unserved(s.Source))
	}
	if s.suggests != "" {
		_, _ = fmt.Fprintln(w, s.suggests)
	}
	switch {
	case s.Outcome == nil && s.Running == nil:
		_, _ = fmt.Fprintf(w, "%s has not been synced yet, as far as Temporal remembers: %s\n", s.Source, s.remembered())
	case s.Outcome == nil:
		return
	case s.last != nil:
		_, _ = fmt.Fprintf(w, "The last sync of %s %s%s\n", s.Source, s.endWords(), s.endedAt(" (", ")"))
	case s.Result != nil && s.Running != nil && s.Result.Skipped == nil: // who asks wants the one that runs
		_, _ = fmt.Fprintf(w, "The last sync of %s%s: %s. `%s show %s %s` says more.\n", s.Source, s.endedAt(" ended at ", ""), headline(s.Result, colours),
			s.Caller.Program, s.Source, s.Result.Sync)
	case s.Result != nil:
		_, _ = fmt.Fprintf(w, "The last sync of %s%s:\n", s.Source, s.endedAt(" ended at ", ""))
		summarize(w, s.Result, nil, colours, s.Catalog != nil || len(s.Delivered) > 1)
	}
	_, _ = fmt.Fprintln(w, s.catalogWords())
	if s.Workflow != nil && s.Workflow.URL != "" {
		_, _ = fmt.Fprintf(w, "In Temporal's UI: %s\n", s.Workflow.URL)
	}
}

// printRunning writes how far the running sync is.
func (s *Status) printRunning(w io.Writer) {
	if s.Running == nil {
		return
	}
	now := s.now
	if now.waitsForCalls() {
		now.Forecast = nil // it has a line of its own
	}
	words := now.sentence()
	advice := s.still.advice(workflows.SyncID(s.Source), s.Caller)
	if advice != "" { // which says why
		words = now.phaseWords()
	}
	if s.now.Phase != "" {
		words = string(s.now.Phase) + ": " + words
	}
	_, _ = fmt.Fprintf(w, "%s is being synced: %s\n", s.Source, words)
	if s.Heard != nil {
		_, _ = fmt.Fprintf(w, "No worker of it has been heard of since %s.\n", humanize.Date(*s.Heard))
	}
	if s.now.waitsForCalls() {
		_, _ = fmt.Fprintf(w, "It has %s.\n", s.now.Forecast.LeftWords())
	}
	switch {
	case advice != "":
		_, _ = fmt.Fprintln(w, advice)
	case now.Do != "":
		_, _ = fmt.Fprintf(w, "What to do: %s.\n", humanize.Clause(s.Caller.spoken(now.Do)))
	}
	for _, warning := range s.Running.Warnings {
		_, _ = fmt.Fprintf(w, "Warning: %s\n", warning.Message)
	}
	if s.page != "" {
		_, _ = fmt.Fprintf(w, "In Temporal's UI: %s\n", s.page)
	}
	if s.Outcome != nil {
		_, _ = fmt.Fprintln(w)
	}
}

// endWords say how a sync ended that brought no result home.
func (s *Status) endWords() string {
	message := humanize.Clause(fault.Sentence(s.last))
	if words, ok := strings.CutPrefix(message, "the sync "); ok {
		return words
	}
	return "failed: " + message
}

// endedAt is when the last sync ended, where that is known.
func (s *Status) endedAt(before, after string) string {
	if s.Ended == nil {
		return ""
	}
	return before + humanize.Date(*s.Ended) + after
}
