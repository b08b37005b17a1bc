package activities

import "context"

// FindResult is what a workflow under another id needs to know before it hands over to the one that syncs.
type FindResult struct {
	RunID      string   `json:"run_id,omitempty"` // of the running sync; empty when none runs
	Attributes []string `json:"attributes"`
}

// Find looks for the run of the workflow that syncs a source.
func (a *Activities) Find(ctx context.Context, workflowID string) (FindResult, error) {
	attributes, err := a.Attributes(ctx)
	if err != nil {
		return FindResult{}, toTemporal(ctx, err)
	}
	run, err := a.Running(ctx, workflowID)
	return FindResult{RunID: run, Attributes: attributes}, toTemporal(ctx, err)
}
