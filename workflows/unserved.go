package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/workflows/call"
)

// firstLookUp is after how long a login that has not returned makes the sync look for a worker. Each look comes after twice the
// time of the one before, so that a sync that waits for weeks has a short history.
const firstLookUp = 10 * time.Second

// untilServed waits for the login, which is the first activity of the source, and shows meanwhile when no worker serves the source.
// As long as no worker was seen the waits of a sync may take blockedFor in all: the name of the source may be misspelt. A worker
// that was seen once, by its polls or by an answer, is waited for without end.
func (p *authenticatePhase) untilServed(
	ctx workflow.Context, login call.Pending[activities.AuthenticateResult],
) (activities.AuthenticateResult, error) {
	since, shown := workflow.Now(ctx), false
	left := func() time.Duration { return blockedFor - p.own.Unserved - workflow.Now(ctx).Sub(since) }
	looking, cancel := workflow.WithCancel(ctx)
	defer cancel()
	for after := firstLookUp; ; after *= 2 {
		wait := after
		if left() > 0 {
			wait = max(min(after, left()), firstLookUp)
		}
		over, err := await(ctx, wait, "the login takes long: look for a worker of source "+p.state.Sync.Source, login.Ended)
		if over || err != nil {
			break
		}
		look := p.lookForWorker(looking, since)
		if err := workflow.Await(ctx, func() bool { return login.Ended() || look.Ended() }); err != nil || login.Ended() {
			break
		}
		if found, err := look.Result(looking); err == nil {
			shown = p.showUnserved(ctx, shown, !found.Found)
			p.own.WorkerSeen = p.own.WorkerSeen || found.Found
			if !p.own.WorkerSeen && left() <= 0 {
				return activities.AuthenticateResult{}, noWorkerCame(p.state.Sync.Source)
			}
		}
	}
	p.showUnserved(ctx, shown, false)
	auth, err := login.Result(ctx)
	p.own.WorkerSeen = p.own.WorkerSeen || !temporal.IsCanceledError(err)
	if p.own.Unserved += workflow.Now(ctx).Sub(since); p.own.WorkerSeen {
		p.own.Unserved = 0
	}
	return auth, err
}

// noWorkerCame is the failure of a sync for which no worker was seen.
func noWorkerCame(source string) error {
	failure := activities.Failure{Class: fault.Transient, System: fault.Temporal, Message: Unserved(source)}
	return call.Fail(&failure, failure)
}

// showUnserved shows or takes back that no worker serves the source, where that has changed.
func (p *authenticatePhase) showUnserved(ctx workflow.Context, shown, unserved bool) bool {
	switch {
	case unserved && !shown:
		p.wait.halt(ctx, standstill{reason: history.WaitWorker, why: Unserved(p.state.Sync.Source)})
	case shown && !unserved:
		p.wait.goOn(ctx)
	}
	return unserved
}

// lookForWorker asks whether a worker has polled the queue of the source after an activity was put there. A worker that polls would
// have taken the activity, and answered.
func (p *authenticatePhase) lookForWorker(ctx workflow.Context, since time.Time) call.Pending[activities.FindWorkerResult] {
	if polled := workflow.Now(ctx).Add(-doctor.Memory); polled.After(since) {
		since = polled
	}
	source := p.state.Sync.Source
	params := activities.FindWorkerParams{Queue: SourceQueue(source), Since: since}
	return call.Start(call.OnAnyWorker(ctx), call.ForWorkerLookUp, "look for a worker of source "+source, acts.FindWorker, params)
}
