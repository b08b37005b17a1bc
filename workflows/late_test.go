package workflows_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/workflows"
)

// startedBefore is a Temporal that a workflow was given to some time before a worker takes it.
type startedBefore struct {
	interceptor.WorkerInterceptorBase

	late time.Duration
}

func (s *startedBefore) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &startedBeforeIn{late: s.late}
	in.Next = next
	return in
}

type startedBeforeIn struct {
	interceptor.WorkflowInboundInterceptorBase

	late time.Duration
}

func (s *startedBeforeIn) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &startedBeforeOut{late: s.late}
	out.Next = next
	return s.Next.Init(out)
}

type startedBeforeOut struct {
	interceptor.WorkflowOutboundInterceptorBase

	late time.Duration
}

func (s *startedBeforeOut) GetInfo(ctx workflow.Context) *workflow.Info {
	info := *s.Next.GetInfo(ctx)
	info.WorkflowStartTime = info.WorkflowStartTime.Add(-s.late)
	return &info
}

// TestCourse_ofASyncThatWaitedForItsFirstStep was started while all workers were away.
func TestCourse_ofASyncThatWaitedForItsFirstStep(t *testing.T) {
	t.Parallel()
	for late, want := range map[time.Duration]float64{2 * time.Minute: 120, 3 * time.Second: 0} {
		var got activities.RecordParams
		o := &org{record: func(p activities.RecordParams) { got = p }}
		env := environment(t, o, "sync-acme")
		env.SetWorkerOptions(workflows.WorkerOptions(everything, worker.Options{
			DeadlockDetectionTimeout: time.Minute, Interceptors: []interceptor.WorkerInterceptor{&startedBefore{late: late}},
		}))
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if err := env.GetWorkflowError(); err != nil {
			t.Fatal(err)
		}
		if waited := got.Course.Waits[history.WaitWorker]; waited < want || waited > want+9 {
			t.Errorf("started %s before: it waited %v s for a worker, want %v", late, waited, want)
		}
	}
}
