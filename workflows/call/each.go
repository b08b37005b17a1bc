package call

import (
	"cmp"

	"go.temporal.io/sdk/workflow"
)

// Each starts n activities, at most atOnce at a time, and hands the result of each to ended as it comes. It returns the first
// error of ended, after the remaining activities were cancelled and have ended.
func Each[R any](
	ctx workflow.Context, n, atOnce int,
	start func(ctx workflow.Context, i int) Pending[R], ended func(i int, result R, err error) error,
) error {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	var first error
	selector := workflow.NewSelector(ctx)
	running := 0
	for i := 0; i < n || running > 0; {
		if i < n && running < max(atOnce, 1) && ctx.Err() == nil {
			which, pending := i, start(ctx, i)
			i++
			running++
			selector.AddFuture(pending.Future, func(workflow.Future) {
				running--
				result, err := pending.Result(ctx)
				if err := ended(which, result, err); err != nil && first == nil {
					first = err
					cancel()
				}
			})
			continue
		}
		if running == 0 { // ctx was cancelled before all activities had begun
			return cmp.Or(first, ctx.Err())
		}
		selector.Select(ctx)
	}
	return first
}
