package workflows_test

import (
	"errors"
	"testing"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// refusal is an activity's error of a class that no retry fixes, by Salesforce.
func refusal(class fault.Class, message string) error {
	return refusalBy(fault.Salesforce, class, message)
}

func refusalBy(system fault.System, class fault.Class, message string) error {
	return temporal.NewApplicationErrorWithOptions(message, string(class), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: class, System: system, Message: message}},
	})
}

// resultOf is the result of a completed sync, or the one in the details of a failed one.
func resultOf(t *testing.T, env *testsuite.TestWorkflowEnvironment) (workflows.Result, *temporal.ApplicationError) {
	t.Helper()
	if !env.IsWorkflowCompleted() {
		t.Fatal("the workflow did not end")
	}
	var result workflows.Result
	err := env.GetWorkflowError()
	if err == nil {
		if err := env.GetWorkflowResult(&result); err != nil {
			t.Fatal(err)
		}
		return result, nil
	}
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		t.Fatalf("the workflow failed without an application error: %v", err)
	}
	if err := failure.Details(&result); err != nil {
		t.Fatalf("the failure carries no result: %v", err)
	}
	return result, failure
}
