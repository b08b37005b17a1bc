package lookback

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// runs gives each sync a run id of its own, which the test environment does not.
type runs struct {
	interceptor.WorkerInterceptorBase
	number int
}

func (r *runs) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", r.number) }

func (r *runs) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &activityRun{of: r}
	in.Next = next
	return in
}

func (r *runs) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &workflowRun{of: r}
	in.Next = next
	return in
}

type activityRun struct {
	interceptor.ActivityInboundInterceptorBase
	of *runs
}

func (a *activityRun) Init(next interceptor.ActivityOutboundInterceptor) error {
	out := &activityInfo{of: a.of}
	out.Next = next
	return a.Next.Init(out)
}

type activityInfo struct {
	interceptor.ActivityOutboundInterceptorBase
	of *runs
}

func (a *activityInfo) GetInfo(ctx context.Context) activity.Info {
	info := a.Next.GetInfo(ctx)
	info.WorkflowExecution.RunID = a.of.id()
	return info
}

type workflowRun struct {
	interceptor.WorkflowInboundInterceptorBase
	of *runs
}

func (w *workflowRun) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &workflowInfo{of: w.of}
	out.Next = next
	return w.Next.Init(out)
}

type workflowInfo struct {
	interceptor.WorkflowOutboundInterceptorBase
	of *runs
}

func (w *workflowInfo) GetInfo(ctx workflow.Context) *workflow.Info {
	info := *w.Next.GetInfo(ctx)
	info.WorkflowExecution.RunID, info.FirstRunID, info.OriginalRunID = w.of.id(), w.of.id(), w.of.id()
	return &info
}
