package activities

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/internal/fault"
)

// kept is how much Temporal keeps of a failure between two attempts.
const kept = 4 << 10

// requireKept makes sure that Temporal keeps a failure whole.
func requireKept(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an application error", err)
	}
	proto := temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: converter.GetDefaultDataConverter(),
	}).ErrorToFailure(failure)
	if size := proto.Size(); size > kept {
		t.Errorf("the failure has %d bytes, of which Temporal keeps %d", size, kept)
	}
	return failure
}

func TestToTemporal_isShortWhateverAStoreSays(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a page of a store, line by line. ", 500)
	for name, err := range map[string]error{
		"a transient fault": &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: long},
		"a wrong setting":   &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "a sentence", Err: errors.New(long)},
		"no class":          errors.New(long),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireKept(t, mapped(t, err))
		})
	}
}

// TestInterceptor_makesAFailureOfAPanic lets an activity panic deep in its calls.
func TestInterceptor_makesAFailureOfAPanic(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{Interceptor()}})
	var deep func(n int) error
	deep = func(n int) error {
		if n == 0 {
			return errors.New([]string{}[n])
		}
		return deep(n - 1)
	}
	fails := func(context.Context) error { return deep(100) }
	env.RegisterActivity(fails)
	_, err := env.ExecuteActivity(fails)
	if failure := requireKept(t, err); failure.Type() != Internal || !strings.Contains(failure.Message(), "panic_test.go") {
		t.Errorf("it became type %s: %s", failure.Type(), failure.Message())
	}
}

// TestInterceptor_leavesTheNextTryToTheWorkflow has an activity that meets at every attempt what nobody expected, under options
// that would try it for ever.
func TestInterceptor_leavesTheNextTryToTheWorkflow(t *testing.T) {
	t.Parallel()
	for name, meets := range map[string]func() error{
		"a panic":                  func() error { panic("what this attempt met") },
		"an error without a class": func() error { return errors.New("what this attempt met") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestWorkflowEnvironment()
			env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{Interceptor()}})
			var tried atomic.Int32
			env.RegisterActivityWithOptions(func(context.Context) error {
				tried.Add(1)
				return meets()
			}, activity.RegisterOptions{Name: "Meets"})
			env.ExecuteWorkflow(func(ctx workflow.Context) error {
				ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
				return workflow.ExecuteActivity(ctx, "Meets").Get(ctx, nil)
			})
			if failure := requireKept(t, env.GetWorkflowError()); failure.Type() != Internal || !strings.Contains(failure.Message(), "what this attempt met") {
				t.Errorf("it ended with type %s: %s", failure.Type(), failure.Message())
			}
			if n := tried.Load(); n != 1 {
				t.Errorf("it was tried %d times", n)
			}
		})
	}
}

// TestInterceptor_leavesErrorsOfTemporalAlone has errors that an activity mapped, or that mean something to the SDK.
func TestInterceptor_leavesErrorsOfTemporalAlone(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		context.Canceled, temporal.NewCanceledError(), activity.ErrResultPending, temporal.NewApplicationError("mapped", "transient"),
	} {
		if !isMapped(err) {
			t.Errorf("%T %v would become another", err, err)
		}
	}
}
