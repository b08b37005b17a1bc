package activities

import (
	"context"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// These activities ask Temporal and belong to no source: any worker can do them.

// FindRunningSyncResult names the running sync of a source.
type FindRunningSyncResult struct {
	RunID string `json:"run_id,omitempty"` // of the running sync; empty when none runs
}

// FindRunningSync looks for the run of the workflow that syncs a source.
func (a *Activities) FindRunningSync(ctx context.Context, workflowID string) (FindRunningSyncResult, error) {
	run, err := a.Running(ctx, workflowID)
	return FindRunningSyncResult{RunID: run}, toTemporal(ctx, err)
}

// FindWorkerParams names a task queue.
type FindWorkerParams struct {
	Queue string    `json:"queue"`
	Since time.Time `json:"since"` // by Temporal's clock
}

// FindWorkerResult says whether somebody does the work of a task queue.
type FindWorkerResult struct {
	Found bool `json:"found"`
}

// FindWorker looks for a worker that has polled a task queue for activities since a moment.
func (a *Activities) FindWorker(ctx context.Context, params FindWorkerParams) (FindWorkerResult, error) {
	polled, err := a.Polled(ctx, params.Queue, params.Since)
	return FindWorkerResult{Found: polled}, toTemporal(ctx, err)
}

// ReadBeatsParams names a run of a workflow.
type ReadBeatsParams struct {
	Workflow string `json:"workflow"`
	Run      string `json:"run"`
}

// Heartbeat is what an activity has done, as far as it has reported.
type Heartbeat struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Done  int64  `json:"done"`
	Calls int64  `json:"calls"`

	Waiting string `json:"waiting,omitempty"` // why it does not get on, in plain words; of one that a worker runs
}

// ReadBeatsResult has the heartbeats of the running activities of the workflow.
type ReadBeatsResult struct {
	Beats []Heartbeat `json:"beats"`
}

// ReadBeats asks Temporal what the running activities of a workflow have reported.
func (a *Activities) ReadBeats(ctx context.Context, params ReadBeatsParams) (ReadBeatsResult, error) {
	beats, err := a.Beats(ctx, params.Workflow, params.Run)
	return ReadBeatsResult{Beats: beats}, toTemporal(ctx, err)
}

// ForwardParams is an update that came to a workflow which stands for the one that syncs.
type ForwardParams struct {
	WorkflowID string          `json:"workflow_id"` // of the one that syncs
	Name       string          `json:"name"`
	UpdateID   string          `json:"update_id"` // the same for every attempt, so that the update happens once
	Input      json.RawMessage `json:"input,omitempty"`
	FirstRunID string          `json:"first_run_id,omitempty"` // of the sync; empty where any that runs may take the update
}

// ForwardResult is what the workflow that syncs says to the update: its answer, or why it refuses.
type ForwardResult struct {
	Answer  json.RawMessage `json:"answer,omitempty"`
	Refusal string          `json:"refusal,omitempty"`
}

// forwardTimeout is under the activity's own, so that an attempt that gets no answer ends in a sentence.
const forwardTimeout = 50 * time.Second

// ForwardUpdate sends an update to the workflow that syncs and waits for what that says.
func (a *Activities) ForwardUpdate(ctx context.Context, params ForwardParams) (ForwardResult, error) {
	bounded, cancel := context.WithTimeout(ctx, forwardTimeout)
	defer cancel()
	result, err := a.Update(bounded, params)
	return result, toTemporal(ctx, err)
}

// noteEndsWithin bounds the look at syncs that left no end, at the login of the next one.
const noteEndsWithin = 10 * time.Second

// noteEnds keeps how earlier syncs of the source ended that left no end, as Temporal tells it. What cannot be kept now the next login
// finds again.
func (a *Activities) noteEnds(ctx context.Context, sync staging.Sync) {
	ctx, cancel := context.WithTimeout(ctx, noteEndsWithin)
	defer cancel()
	if err := history.NoteEnds(ctx, a.Store, sync, a.How); err != nil {
		activity.GetLogger(ctx).Warn("how an earlier sync ended could not be found out or kept; the next sync looks again", "event", "warning",
			"source", sync.Source, "error", err.Error())
	}
}
