package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
)

// Interceptor makes a failure of a panic in an activity, and of every error that the activity has not mapped, so that nothing that
// nobody expected is tried for ever or ends a sync unexplained. What the SDK makes of a panic holds the whole stack, which is more
// than Temporal keeps of a failure.
func Interceptor() interceptor.WorkerInterceptor { return new(catcher) }

type catcher struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity stands before every activity.
func (*catcher) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	c := new(caught)
	c.Next = next
	return c
}

type caught struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs one attempt.
func (c *caught) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	err = fault.Caught(func() (err error) {
		result, err = c.Next.ExecuteActivity(ctx, in)
		return err
	})
	if err == nil || isMapped(err) {
		return result, err
	}
	return nil, toTemporal(ctx, err)
}

// isMapped says whether an error is one of Temporal's own, as an activity returns it.
func isMapped(err error) bool {
	return errors.As(err, new(*temporal.ApplicationError)) || errors.As(err, new(*temporal.TimeoutError)) ||
		errors.Is(err, context.Canceled) || temporal.IsCanceledError(err) || errors.Is(err, activity.ErrResultPending)
}
