package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// SourceQueue is the task queue of a source's activities. Only workers that can serve the source poll it, so a worker whose
// settings lack the source never gets its work.
func SourceQueue(source string) string { return TaskQueue + "-" + source }

// Unserved says that no worker polls the task queue of a source, and what to do.
func Unserved(source string) string {
	return fmt.Sprintf("no worker serves source %s: check its name, or start longhaul-worker with its settings and secrets; "+
		"a worker that has them and leaves it out says why in its log", source)
}

// onSourceQueue sends the activities of ctx to the workers of the source. It is called once, when a sync opens.
func onSourceQueue(ctx workflow.Context, source string) workflow.Context {
	return workflow.WithTaskQueue(ctx, SourceQueue(source))
}

// onOwnQueue sends an activity to any worker: one that needs Temporal only, and no source.
func onOwnQueue(ctx workflow.Context) workflow.Context {
	return workflow.WithTaskQueue(ctx, workflow.GetInfo(ctx).TaskQueueName)
}

// startWithin bounds how long the activity that ctx is readied for may wait for a worker. It is for what a sync does not need:
// nothing may keep a sync from ending that is over, when no worker serves its source.
const startWithin = time.Minute

// optional bounds the wait for a worker by startWithin.
func optional(ctx workflow.Context) workflow.Context {
	options := workflow.GetActivityOptions(ctx)
	options.ScheduleToStartTimeout = startWithin
	return workflow.WithActivityOptions(ctx, options)
}

const (
	// firstLook is after how long a login that has not come back makes the sync look for a worker. Each look comes after twice
	// the time of the one before, so that a sync that waits for weeks has a short history.
	firstLook = 10 * time.Second
	// lookAttempts bounds the tries of one look. Where Temporal does not tell, nothing is said.
	lookAttempts = 3
	// pollsAtLeast is longer than a worker's poll lasts: one that was not heard of for so long is gone.
	pollsAtLeast = 90 * time.Second
)

// served waits for the first activity of the source, and shows meanwhile when no worker serves the source. As long as no worker
// was seen the waits of a sync may take blockedFor in all: the name of the source may be misspelt. One that was seen once, by
// its polls or by an answer, is waited for without end.
func (s *sync) served(ctx workflow.Context, first workflow.Future) error {
	since, said := workflow.Now(ctx), false
	left := func() time.Duration { return blockedFor - s.state.Unserved - workflow.Now(ctx).Sub(since) }
	looking, cancel := workflow.WithCancel(ctx)
	defer cancel()
	for after := firstLook; ; after *= 2 {
		wait := after
		if left() > 0 {
			wait = max(min(after, left()), firstLook)
		}
		over, err := await(ctx, wait, "the login takes long: look for a worker of source "+s.state.Sync.Source, first.IsReady)
		if over || err != nil {
			break
		}
		look := s.lookForWorker(looking, since)
		if err := workflow.Await(ctx, func() bool { return first.IsReady() || look.IsReady() }); err != nil || first.IsReady() {
			break
		}
		var found activities.FindWorkerResult
		if look.Get(looking, &found) == nil {
			said = s.sayUnserved(ctx, said, !found.Found)
			s.state.WorkerSeen = s.state.WorkerSeen || found.Found
			if !s.state.WorkerSeen && left() <= 0 {
				return noWorkerCame(s.state.Sync.Source)
			}
		}
	}
	s.sayUnserved(ctx, said, false)
	err := first.Get(ctx, &s.state.Auth)
	s.state.WorkerSeen = s.state.WorkerSeen || !temporal.IsCanceledError(err)
	if s.state.Unserved += workflow.Now(ctx).Sub(since); s.state.WorkerSeen {
		s.state.Unserved = 0
	}
	return err
}

// noWorkerCame is the failure of a sync for which no worker was seen.
func noWorkerCame(source string) error {
	failure := activities.Failure{Class: fault.Transient, System: fault.Temporal, Message: Unserved(source)}
	return temporal.NewApplicationErrorWithOptions(failure.Message, string(failure.Class),
		temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{failure}})
}

// sayUnserved shows or takes back that no worker serves the source, where that has changed.
func (s *sync) sayUnserved(ctx workflow.Context, said, unserved bool) bool {
	switch {
	case unserved && !said:
		s.halt(ctx, standstill{why: Unserved(s.state.Sync.Source)})
	case said && !unserved:
		s.goOn(ctx)
	}
	return unserved
}

// lookForWorker asks whether a worker has polled the queue of the source after an activity was put there. One that polls
// would have taken it, and come back.
func (s *sync) lookForWorker(ctx workflow.Context, since time.Time) workflow.Future {
	if heard := workflow.Now(ctx).Add(-pollsAtLeast); heard.After(since) {
		since = heard
	}
	call := limited(with(onOwnQueue(ctx), forCall, "look for a worker of source "+s.state.Sync.Source), lookAttempts)
	params := activities.FindWorkerParams{Queue: SourceQueue(s.state.Sync.Source), Since: since}
	return workflow.ExecuteActivity(call, acts.FindWorker, params)
}
