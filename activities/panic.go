package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"longhaul/internal/fault"
)

// panicAttempts is how often an activity is tried that panics, over three minutes: what one attempt has met need not be there
// for the next, and what all of them meet is a bug that ends the sync.
const panicAttempts = 20

// mayNotPanicAgain says that an error is the panic of one attempt, after which there is to be another.
func mayNotPanicAgain(ctx context.Context, err error) bool {
	return errors.As(err, new(*fault.PanicError)) && activity.GetInfo(ctx).Attempt < panicAttempts
}

// Interceptor makes a failure of a panic in an activity, as of every other error that no class describes. What the SDK makes
// of a panic holds the whole stack, which is more than Temporal keeps of a failure.
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
	if errors.As(err, new(*fault.PanicError)) {
		return nil, toTemporal(ctx, err)
	}
	return result, err
}
