package activities

import "context"

// FindResult names the running sync of a source.
type FindResult struct {
	RunID string `json:"run_id,omitempty"` // of the running sync; empty when none runs
}

// Find looks for the run of the workflow that syncs a source.
func (a *Activities) Find(ctx context.Context, workflowID string) (FindResult, error) {
	run, err := a.Running(ctx, workflowID)
	return FindResult{RunID: run}, toTemporal(ctx, err)
}
