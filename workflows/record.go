package workflows

import (
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// recordPhase makes the sync the current one of its source and removes what nobody needs any more.
type recordPhase struct {
	state    *State
	recovery *recovery
}

func (p *recordPhase) run(ctx workflow.Context) error {
	auth := p.state.Auth
	params := activities.RecordParams{
		Account: p.state.account(ctx), Exports: p.state.deliveries(), Uploaded: p.state.delivered(),
		Baseline: p.state.Upload, Permissions: auth.Permissions,
		Edition: auth.Edition, Private: auth.Private,
	}
	err := p.recovery.run(ctx, func(ctx workflow.Context) error {
		return call.Run(ctx, call.ForCall, "record the sync", acts.Record, params)
	})
	if err != nil {
		return err
	}
	p.prune(ctx)
	return nil
}

// prune removes what nobody needs any more. The sync is done by now: neither a cancel nor a failure changes its outcome.
func (p *recordPhase) prune(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	err := call.Run(ctx, call.ForPruning, "remove old working files", acts.Prune, p.state.Sync)
	var late *temporal.TimeoutError
	switch {
	case errors.As(err, &late) && late.TimeoutType() == enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START: // the next sync removes them
		workflow.GetLogger(ctx).Warn("no worker of the source was there to remove old working files")
	case err != nil:
		p.state.warn("old working files in the bucket could not be removed: give the worker the right to delete there; the next sync tries again")
	}
}
