package monitor

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// leaveBlocked gives the reason why a watcher that does not wait leaves a blocked sync.
func (w *Watcher) leaveBlocked(ctx context.Context) error {
	why := cmp.Or(w.progress.Blocked, w.progress.Refused)
	if !w.NoWait || w.progress.Phase == "" {
		return nil
	}
	resumes := w.Resume
	w.Resume = false
	switch {
	case why == nil:
		return nil
	case !resumes:
		return &fault.Error{
			Class: why.Class, System: why.System,
			Message: humanize.Clause(why.Message) + ". Once that is fixed, the same command resumes the sync",
		}
	}
	if err := w.Client.SignalWorkflow(ctx, w.ID, "", workflows.ResumeSignal, nil); err != nil {
		return control.Explain(err)
	}
	w.progress.Blocked, w.progress.Refused = nil, nil // the answer from before the signal is out of date
	return nil
}

// QuotaWait is the end of a watcher that leaves a sync which waits for API calls.
type QuotaWait struct {
	Why   string    // in the workflow's words
	Until time.Time // zero where nobody knows
	Looks time.Time // when the sync looks again, where Until is not known
}

// Error says until when the sync waits, and why.
func (q *QuotaWait) Error() string {
	when := ""
	switch {
	case !q.Until.IsZero():
		when = " until " + humanize.Moment(q.Until)
	case !q.Looks.IsZero():
		when = ", and looks again at " + humanize.Moment(q.Looks)
	}
	return "the sync waits for API calls" + when + ": " + humanize.Clause(q.Why)
}

// leaveQuota gives the reason why a watcher that does not wait for API calls leaves the sync.
func (w *Watcher) leaveQuota() error {
	if !w.LeavesQuota || w.progress.Wait != history.WaitQuota {
		return nil
	}
	left := &QuotaWait{Why: w.progress.Why(), Until: w.until()}
	if w.progress.Looks != nil && left.Until.IsZero() {
		left.Looks = *w.progress.Looks
	}
	return left
}

// answerHeld sends the verdict to a sync that is held. Where the answer got lost or came too late, the next look decides.
func (w *Watcher) answerHeld(ctx context.Context) error {
	if w.Verdict == "" || w.progress.Phase != workflows.PhaseHeld {
		return nil
	}
	verdict := w.Verdict
	if slices.ContainsFunc(w.progress.Concerns, activities.Concern.IsVital) {
		verdict = workflows.DiscardUpdate // no approval helps
	}
	if verdict == workflows.ApproveUpdate {
		w.View.Note("Going on all the same: " + Concerns(w.progress.Concerns))
	}
	within, cancel := context.WithTimeout(ctx, control.AskTimeout)
	defer cancel()
	update, err := w.Client.UpdateWorkflow(within, client.UpdateWorkflowOptions{
		WorkflowID: w.ID, UpdateName: verdict, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(within, nil)
	}
	w.progress.Phase = "" // the answer from before the verdict is out of date
	if gone := (*serviceerror.NotFound)(nil); err == nil || errors.As(err, &gone) || control.Unanswered(err) || within.Err() != nil {
		return nil
	}
	if fresh, _ := w.snapshot(ctx); fresh.Phase != workflows.PhaseHeld {
		return nil
	}
	return control.Explain(err)
}

// Concerns are what the guard found, a sentence each, without the last full stop.
func Concerns(concerns []activities.Concern) string {
	words := make([]string, 0, len(concerns))
	for _, c := range concerns {
		words = append(words, c.What)
	}
	return strings.Join(words, ". ")
}
