// Package call runs activities for workflows: by a preset of options, with a summary for the UI, and with the types of the
// activity's own parameters and result.
package call

import (
	"context"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Do runs an activity and waits for its result. The summary stands beside the activity in the UI.
func Do[P, R any](
	ctx workflow.Context, preset Preset, summary string, activity func(context.Context, P) (R, error), params P,
) (R, error) {
	return Start(ctx, preset, summary, activity, params).Result(ctx)
}

// Run runs an activity that has no result, and waits for its end.
func Run[P any](ctx workflow.Context, preset Preset, summary string, activity func(context.Context, P) error, params P) error {
	return execute(ctx, preset, summary, activity, params).future.Get(ctx, nil)
}

// Start runs an activity beside others.
func Start[P, R any](
	ctx workflow.Context, preset Preset, summary string, activity func(context.Context, P) (R, error), params P,
) Pending[R] {
	task := execute(ctx, preset, summary, activity, params)
	return Pending[R]{Future: task.future, task: task}
}

// Locally runs an activity where the workflow itself runs, and waits for its result: no other worker is asked, which may hang. It is for what
// takes a moment and needs Temporal alone, and it is tried once.
func Locally[P, R any](ctx workflow.Context, summary string, activity func(context.Context, P) (R, error), params P) (result R, err error) {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: locallyWithin, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1}, Summary: summary,
	})
	err = workflow.ExecuteLocalActivity(ctx, activity, params).Get(ctx, &result)
	return result, err
}

// locallyWithin bounds it: the workflow does not get on meanwhile.
const locallyWithin = 5 * time.Second

// execute starts an activity.
func execute(ctx workflow.Context, preset Preset, summary string, activity, params any) *Task {
	ctx, task := begin(preset.apply(ctx, summary))
	if task == nil {
		task = new(Task)
	}
	task.future = workflow.ExecuteActivity(ctx, activity, params)
	return task
}

// Pending is an activity that was started.
type Pending[R any] struct {
	Future workflow.Future
	task   *Task
}

// Ended says whether the activity has ended, so that Result returns at once.
func (p Pending[R]) Ended() bool { return p.Future.IsReady() }

// Result waits for the end of the activity. A failed activity has a zero result.
func (p Pending[R]) Result(ctx workflow.Context) (result R, err error) {
	err = p.Future.Get(ctx, &result)
	return result, p.task.withSeen(ctx, err)
}
