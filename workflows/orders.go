package workflows

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// orderSignal carries the names of pause and resume in the order in which they came. Temporal has a channel for each
// signal, and of signals that arrive in one workflow task, as those that a reset sends again do, the channels do not tell
// which was the last.
const orderSignal = "longhaul-order"

// Interceptors are what a worker needs beside Register: without them pause and resume are not heard.
func Interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{new(ordering)}
}

// ordering puts pause and resume into one channel.
type ordering struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow stands before everything that a workflow is sent.
func (*ordering) InterceptWorkflow(
	ctx workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	o := new(orderly)
	o.Next = next
	return o
}

type orderly struct {
	interceptor.WorkflowInboundInterceptorBase
}

// HandleSignal is called for one signal after the other as they stand in the history.
func (o *orderly) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if in.SignalName == PauseSignal || in.SignalName == ResumeSignal {
		name, err := converter.GetDefaultDataConverter().ToPayloads(in.SignalName)
		if err != nil {
			return fmt.Errorf("put the signal %s in order: %w", in.SignalName, err)
		}
		in.SignalName, in.Arg = orderSignal, name
	}
	return o.Next.HandleSignal(ctx, in)
}

// obey takes orders as they come, for as long as the sync runs.
func (s *sync) obey(ctx workflow.Context) {
	orders := workflow.GetSignalChannelWithOptions(ctx, orderSignal, workflow.SignalChannelOptions{
		Description: "Longhaul's own: pause and resume in the order in which they came. Send those instead.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var order string
			orders.Receive(ctx, &order)
			switch order {
			case PauseSignal:
				s.pause()
			case ResumeSignal:
				s.resume(ctx)
			}
		}
	})
}

// obeyed returns after every order that came with this workflow task was taken: whoever was started before has its turn
// before a coroutine that is started now.
func obeyed(ctx workflow.Context) error {
	turn := false
	workflow.Go(ctx, func(workflow.Context) { turn = true })
	return workflow.Await(ctx, func() bool { return turn })
}
