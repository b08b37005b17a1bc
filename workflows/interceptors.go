package workflows

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// Interceptors are what a worker, a replayer and a test environment need beside Register. They bring signals into one order,
// keep search attributes from the server that the namespace lacks, which list tells, and make a failure that Temporal keeps of a
// panic in an activity.
func Interceptors(list AttributeList) []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{&interceptors{list: list}, activities.Interceptor()}
}

type interceptors struct {
	interceptor.WorkerInterceptorBase
	list AttributeList
}

// InterceptWorkflow stands before everything that a workflow is sent.
func (i *interceptors) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	in := &inbound{list: i.list}
	in.Next = next
	return in
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	list AttributeList
}

// Init stands behind everything that the workflow asks for.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &attributeFilter{list: i.list}
	out.Next = next
	return i.Next.Init(out)
}

// interceptedKey marks the context of a workflow that runs behind the interceptors.
type interceptedKey struct{}

// ExecuteWorkflow tells the workflow that the interceptors are there.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return i.Next.ExecuteWorkflow(workflow.WithValue(ctx, interceptedKey{}, true), in)
}

// mustBeIntercepted stops a worker that was built without Interceptors. Its workflow task fails and is tried again, on a
// worker that is built right; no sync ends by it.
func mustBeIntercepted(ctx workflow.Context) {
	if ctx.Value(interceptedKey{}) == nil {
		//nolint:forbidigo // an error would end the sync; a panic fails the task only
		panic("this worker lacks workflows.Interceptors, so signals would not be heard: build it by host.NewWorker on a client of host.Dial")
	}
}
