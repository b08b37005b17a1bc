package workflows_test

import (
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"longhaul/activities"
	"longhaul/workflows"
)

// TestWorker_withoutTheInterceptorsEndsNoSync runs a workflow on a worker that was built wrongly: a task fails, which another
// worker takes, and not the sync.
func TestWorker_withoutTheInterceptorsEndsNoSync(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.SetWorkerOptions(worker.Options{})
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var panicked *temporal.PanicError
	if err := env.GetWorkflowError(); !errors.As(err, &panicked) || !strings.Contains(panicked.Error(), "lacks the interceptors of the workflows") {
		t.Errorf("got %v, want a panic that names what is missing", err)
	}
}

// TestUseAttributes_refusesAWorkerOfAnotherMaking is what the plugin of a client does with a worker that the SDK made directly.
func TestUseAttributes_refusesAWorkerOfAnotherMaking(t *testing.T) {
	t.Parallel()
	ours := workflows.WorkerOptions(nil, worker.Options{})
	if err := workflows.UseAttributes(&ours, everything); err != nil {
		t.Errorf("a worker of ours: %v", err)
	}
	err := workflows.UseAttributes(&worker.Options{Interceptors: []interceptor.WorkerInterceptor{activities.Interceptor()}}, everything)
	if err == nil || !strings.Contains(err.Error(), "workflows.NewWorker") {
		t.Errorf("another worker: %v", err)
	}
}
