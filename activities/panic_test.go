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

// TestInterceptor_aPanicEndsOneAttemptOnly lets the first attempts of an activity panic, and all of them.
func TestInterceptor_aPanicEndsOneAttemptOnly(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ panics, attempts int32 }{
		"once": {1, 2}, "again and again": {1 << 20, panicAttempts},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestWorkflowEnvironment()
			env.SetTestTimeout(time.Minute) // of the real clock without an event, which is 3 s unless said
			env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{Interceptor()}})
			var tried atomic.Int32
			env.RegisterActivityWithOptions(func(context.Context) error {
				if tried.Add(1) <= row.panics {
					panic("what this attempt met")
				}
				return nil
			}, activity.RegisterOptions{Name: "Panics"})
			env.ExecuteWorkflow(func(ctx workflow.Context) error {
				ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
					StartToCloseTimeout: time.Minute,
					RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumAttempts: 3 * panicAttempts},
				})
				return workflow.ExecuteActivity(ctx, "Panics").Get(ctx, nil)
			})
			if err := env.GetWorkflowError(); (err != nil) != (row.panics > 1) {
				t.Errorf("it ended with %v", err)
			}
			if n := tried.Load(); n != row.attempts {
				t.Errorf("it was tried %d times, want %d", n, row.attempts)
			}
		})
	}
}
