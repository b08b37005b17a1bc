package activities

import (
	"context"

	"longhaul/internal/staging"
)

// attempt is one attempt at an activity, in its sync's part of the bucket.
type attempt struct {
	*pulse
	source *Source
	staged staging.Sync
}

// count is the callback by which the packages below report how far they are.
func (t attempt) count(n int64) { t.progress(n, 0) }

// working runs an attempt that makes no API calls, with a heartbeat.
func working[R any](ctx context.Context, a *Activities, sync Sync, run func(context.Context, attempt) (R, error)) (result R, err error) {
	counted, p := startPulse(ctx)
	source, staged, err := a.open(counted, sync)
	if err == nil {
		result, err = run(counted, attempt{p, source, staged})
	}
	p.end(ctx, err)
	return result, toTemporal(ctx, err)
}

// calling runs an attempt that makes API calls, logged in as the sync began: see spending.
func calling[R any](
	ctx context.Context, a *Activities, sync Sync, budget CallBudget, share int, run func(context.Context, attempt) (R, error),
) (result R, spent Spending, err error) {
	spent, err = spending(ctx, budget, share, func(ctx context.Context, p *pulse) error {
		source, staged, err := a.enter(ctx, sync)
		if err == nil {
			result, err = run(ctx, attempt{p, source, staged})
		}
		return err
	})
	return result, spent, err
}
