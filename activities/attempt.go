package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

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
		t, err := a.begin(ctx, p, sync)
		if err == nil {
			result, err = run(ctx, t)
		}
		return err
	})
	return result, spent, err
}

// begin begins an attempt that makes API calls.
func (a *Activities) begin(ctx context.Context, p *pulse, sync Sync) (attempt, error) {
	a.showWhile(ctx, p)
	source, staged, err := a.enter(ctx, sync)
	return attempt{p, source, staged}, err
}

const (
	// showEvery is how old the details of a sync may be in the UI while it asks Salesforce.
	showEvery = 9 * time.Second
	// wakeEvery is how often at most that may cost events.
	wakeEvery = time.Minute
)

// showWhile lets the sync show itself anew for as long as an activity runs. An answer to a query does it, which adds nothing to the
// history, unless the worker that had the sync in its memory is gone. All activities of a sync in this process take turns.
func (a *Activities) showWhile(ctx context.Context, p *pulse) {
	if a.Show == nil {
		return
	}
	run := activity.GetInfo(ctx).WorkflowExecution
	p.each(ctx, time.Second, func(ctx context.Context) {
		if !a.shown.take(run.RunID, time.Now(), showEvery) {
			return
		}
		shown, err := a.Show(ctx, run.ID, run.RunID) // where it fails, the details stay as they are until the next turn
		if err == nil && !shown && a.woken.take(run.RunID, time.Now(), wakeEvery) {
			_ = a.Wake(ctx, run.ID, run.RunID)
		}
	})
}

// turns are when each workflow had its last turn.
type turns struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// take says whether it is time for another turn, and takes it.
func (t *turns) take(run string, now time.Time, every time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.last[run]) < every {
		return false
	}
	if t.last == nil {
		t.last = map[string]time.Time{}
	}
	for other, at := range t.last {
		if now.Sub(at) > 2*wakeEvery {
			delete(t.last, other) // it is over, or described elsewhere
		}
	}
	t.last[run] = now
	return true
}
