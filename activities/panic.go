package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/interceptor"

	"longhaul/internal/fault"
)

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
