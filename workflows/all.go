package workflows

import (
	"cmp"

	"go.temporal.io/sdk/workflow"
)

// all runs n activities, at most atOnce at a time, takes each as it ends, and returns the first error after the rest was
// cancelled and has ended.
func (s *sync) all(
	ctx workflow.Context, n, atOnce int, start func(ctx workflow.Context, i int) (workflow.Future, func(workflow.Future) error),
) error {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	var first error
	selector := workflow.NewSelector(ctx)
	running := 0
	for i := 0; i < n || running > 0; {
		if i < n && running < max(atOnce, 1) && ctx.Err() == nil {
			future, take := start(ctx, i)
			i++
			running++
			selector.AddFuture(future, func(f workflow.Future) {
				running--
				if err := take(f); err != nil && first == nil {
					first = err
					cancel()
				}
				s.touch(ctx)
			})
			continue
		}
		if running == 0 { // it was cancelled before all had begun
			return cmp.Or(first, ctx.Err())
		}
		selector.Select(ctx)
	}
	return first
}
