package monitor

import (
	"context"
	"time"

	"go.temporal.io/sdk/converter"

	"longhaul/internal/control"
	"longhaul/workflows"
)

// Snapshot is how far a sync is: what the workflow answers, and what can be seen from outside alone.
type Snapshot struct {
	workflows.Progress

	At          time.Time
	SecondRound bool      // catch_up has listed and describes
	Unasked     bool      // no worker answers: the counts are not known
	Unattended  bool      // no worker takes the next step
	Advised     bool      // the reason of the wait stands in the advice beside it
	Heard       time.Time // where no worker takes the next step or serves the source: since when nobody has been heard of; zero: one answers
	Until       time.Time // when what the sync waits for is over, by the workflow; zero: not known
}

// inSecondRound says that the second round of describes runs: its shards are planned, and not all of them are finished.
func inSecondRound(p workflows.Progress) bool {
	return p.Phase == workflows.PhaseCatchUp && p.Shards.Done < p.Shards.Total
}

// describing says that reports are being described, in the first round or in the second.
func (s Snapshot) describing() bool { return s.Phase == workflows.PhaseDescribe || s.SecondRound }

// share is done of total in the unit of the phase; total is 0 where nobody can know it.
func (s Snapshot) share() (done, total int64) {
	if s.describing() {
		return s.Done, s.ToDescribe
	}
	switch s.Phase {
	case workflows.PhaseAssemble:
		return sum(s.Files)
	case workflows.PhaseUpload:
		return sum(s.Uploads)
	default:
		return 0, 0
	}
}

// silentAfter is how long after its last answer a time that is left counts down without another one. A worker that lives and is busy answers
// within one question.
const silentAfter = control.AskTimeout + 2*time.Second

// snapshot asks Temporal for the running activities and the workflow for its progress. It is false while neither says
// anything that could be shown.
func (w *Watcher) snapshot(ctx context.Context) (Snapshot, bool) {
	ctx, cancel := context.WithTimeout(ctx, control.AskTimeout)
	defer cancel()
	state, err := w.Client.DescribeWorkflowExecution(ctx, w.ID, "")
	waiting := unattended(state.GetPendingWorkflowTask())
	nobody := waiting != ""
	if err != nil {
		waiting = "Temporal does not answer"
	}
	if waiting == "" {
		if value, err := w.Client.QueryWorkflow(ctx, w.ID, "", workflows.ProgressQuery); err == nil {
			w.keep(value)
		}
	}
	s := Snapshot{Progress: w.progress, At: time.Now(), Until: w.until(), SecondRound: inSecondRound(w.progress), Unattended: nobody}
	if s.Waiting == "" {
		s.Waiting = s.Trouble
	}
	words := w.unserved(ctx, state)
	if words != "" {
		s.Waiting = words
	}
	if nobody || words != "" {
		s.Heard = heard(state)
	}
	if w.Trouble != nil {
		if words := w.Trouble(); words != "" {
			waiting = words
		}
	}
	if waiting != "" {
		s.Waiting = waiting
	}
	if s.Waiting != w.progress.Waiting {
		s.Until, s.Looks, s.Forecast, s.Do, s.Wait = time.Time{}, nil, nil, "", "" // these are about another reason
	}
	if s.Forecast = s.Forecast.From(s.At); s.At.Sub(w.answered) > silentAfter {
		s.Forecast = nil // perhaps nobody works on it
	}
	return s, s.Phase != "" || s.Waiting != ""
}

// keep stores the workflow's answer. An answer that cannot be read changes nothing.
func (w *Watcher) keep(value converter.EncodedValue) {
	var answer workflows.Progress
	if value.Get(&answer) != nil {
		return
	}
	if before := w.progress; answer.Sync == before.Sync && answer.Outcome == "" {
		// A worker that has just begun may know less of a shard that ends at this moment than its predecessor has shown.
		answer.Done = max(answer.Done, before.Done)
		answer.Listed, answer.APICalls = max(answer.Listed, before.Listed), max(answer.APICalls, before.APICalls)
	}
	w.progress, w.answered = answer, time.Now()
}

// looks is when the sync looks again whether it can go on; zero where it does not say.
func (s Snapshot) looks() time.Time {
	if s.Looks == nil || !s.Until.IsZero() {
		return time.Time{}
	}
	return *s.Looks
}

// until is when the wait of the workflow is over, by its newest answer; zero where it gave no time.
func (w *Watcher) until() time.Time {
	if w.progress.Until == nil {
		return time.Time{}
	}
	return *w.progress.Until
}
