package workflows

import (
	"errors"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/attribute"
	"longhaul/workflows/operator"
)

// acts names the activities by method; it is never called.
var acts *activities.Activities

// NewWorker makes the worker of all workflows, and of the activities that belong to no source.
func NewWorker(c client.Client, a *activities.Activities, options worker.Options) worker.Worker {
	w := worker.New(c, TaskQueue, WorkerOptions(nil, options))
	Register(w, a)
	return w
}

// NewSourceWorker makes the worker of a source's activities.
func NewSourceWorker(c client.Client, source string, a *activities.Activities, options worker.Options) worker.Worker {
	options.DisableWorkflowWorker = true
	w := worker.New(c, SourceQueue(source), WorkerOptions(nil, options))
	w.RegisterActivity(a)
	return w
}

// Register registers what this program runs with a worker, a replayer or a test environment.
func Register(registry worker.Registry, a *activities.Activities) {
	registry.RegisterWorkflowWithOptions(SyncSource, workflow.RegisterOptions{Name: SyncSourceType})
	registry.RegisterActivity(a)
}

// WorkerOptions adds what a worker, a replayer and a test environment need to options: interceptors that bring signals into one
// order, keep search attributes from the server that the namespace lacks, and make a failure that Temporal keeps of a panic in an
// activity. They stand before those of options. Without a list no workflow runs: see UseAttributes.
func WorkerOptions(list attribute.List, options worker.Options) worker.Options {
	ours := []interceptor.WorkerInterceptor{&intercepted{list: list}, activities.Interceptor()}
	options.Interceptors = append(ours, options.Interceptors...)
	return options
}

// UseAttributes gives the list of a namespace to a worker that is being made. The plugin of the client calls it, which knows the
// namespace. A worker that was not made by NewWorker or NewSourceWorker is an error.
func UseAttributes(options *worker.Options, list attribute.List) error {
	for _, one := range options.Interceptors {
		if i, ok := one.(*intercepted); ok {
			i.list = list
			return nil
		}
	}
	return errors.New("this worker lacks the interceptors of the workflows: make it by workflows.NewWorker or NewSourceWorker")
}

// intercepted stands between Temporal and the workflows.
type intercepted struct {
	interceptor.WorkerInterceptorBase
	list attribute.List
}

// InterceptWorkflow stands before everything that a workflow is sent.
func (i *intercepted) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	in := &inbound{list: i.list}
	in.Next = next
	return in
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	list attribute.List
}

// Init stands behind everything that the workflow asks for.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(attribute.Filter(i.list, next))
}

// HandleSignal is called for one signal after the other as they stand in the history.
func (i *inbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if workflow.GetInfo(ctx).WorkflowType.Name == SyncSourceType {
		if err := operator.PutInOrder(in); err != nil {
			return err
		}
	}
	return i.Next.HandleSignal(ctx, in)
}

// interceptedKey marks the context of a workflow that runs behind the interceptors.
type interceptedKey struct{}

// ExecuteWorkflow marks the context.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return i.Next.ExecuteWorkflow(workflow.WithValue(ctx, interceptedKey{}, i.list != nil), in)
}

// mustBeIntercepted stops a worker that was not made by NewWorker on a client that knows its namespace. Its workflow task fails and
// is tried again, on a worker that is made right; no sync ends by it.
func mustBeIntercepted(ctx workflow.Context) {
	if ready, ok := ctx.Value(interceptedKey{}).(bool); !ok || !ready {
		//nolint:forbidigo // an error would end the sync; a panic fails the task only
		panic("this worker lacks the interceptors of the workflows, so signals would not be heard: make it by workflows.NewWorker on a client of host.Dial")
	}
}
