package activities

import (
	"context"
	"encoding/json"
	"time"
)

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
