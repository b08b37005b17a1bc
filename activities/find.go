package activities

import "context"

// FindRunningSyncResult names the running sync of a source.
type FindRunningSyncResult struct {
	RunID string `json:"run_id,omitempty"` // of the running sync; empty when none runs
}

// FindRunningSync looks for the run of the workflow that syncs a source.
func (a *Activities) FindRunningSync(ctx context.Context, workflowID string) (FindRunningSyncResult, error) {
	run, err := a.Running(ctx, workflowID)
	return FindRunningSyncResult{RunID: run}, toTemporal(ctx, err)
}
