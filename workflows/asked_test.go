package workflows_test

import (
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/workflows"
)

// asked is called for what a workflow and its children ask of Temporal, as production sends it. The test environment's own
// listeners see no summary, not all options, and defaults of the environment in place of what is left out. A nil
// function is not called.
type asked struct {
	interceptor.WorkerInterceptorBase
	activity func(name string, options workflow.ActivityOptions)
	timer    func(d time.Duration, summary string)
	another  func(ctx workflow.Context) // run, which continues this one
}

func (a *asked) listen(env *testsuite.TestWorkflowEnvironment) {
	env.SetWorkerOptions(workflows.WorkerOptions(everything, worker.Options{Interceptors: []interceptor.WorkerInterceptor{a}}))
}

func (a *asked) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	in := &askedInbound{asked: a}
	in.Next = next
	return in
}

type askedInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	asked *asked
}

func (i *askedInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &askedOutbound{asked: i.asked}
	out.Next = next
	return i.Next.Init(out)
}

type askedOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	asked *asked
}

func (o *askedOutbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	if o.asked.activity != nil {
		o.asked.activity(name, workflow.GetActivityOptions(ctx))
	}
	return o.Next.ExecuteActivity(ctx, name, args...)
}

func (o *askedOutbound) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	if o.asked.timer != nil {
		o.asked.timer(d, options.Summary)
	}
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *askedOutbound) NewContinueAsNewError(ctx workflow.Context, wfn any, args ...any) error {
	if o.asked.another != nil {
		o.asked.another(ctx)
	}
	return o.Next.NewContinueAsNewError(ctx, wfn, args...)
}
