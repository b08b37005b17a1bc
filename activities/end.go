package activities

import (
	"context"
	"time"
)

// MarkEndedParams says how a sync ended that has no record.
type MarkEndedParams struct {
	Sync    Sync   `json:"sync"`
	Outcome string `json:"outcome"`
}

// ended is what lies in the bucket beside the state of a sync that was cancelled, discarded or failed.
type ended struct {
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`
}

// MarkEnded notes in the bucket that a sync is over, so that it is not taken for one that goes on, and frees its source.
func (a *Activities) MarkEnded(ctx context.Context, params MarkEndedParams) error {
	return toTemporal(ctx, a.end(ctx, params))
}

func (a *Activities) end(ctx context.Context, params MarkEndedParams) error {
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return err
	}
	if _, err := a.Store.WriteNewJSON(ctx, staged.Ended(), ended{Outcome: params.Outcome, At: time.Now().UTC()}); err != nil {
		return err
	}
	return a.release(ctx, params.Sync)
}
