package activities

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"longhaul/internal/fault"
)

// TestSpending_keepsTheAccountOfAnActivityThatIsCutShort ends an activity as the SDK does, with causes of its own. A store's client
// may give the cause where others give context.Canceled. Without the account the workflow would count the whole budget as spent.
func TestSpending_keepsTheAccountOfAnActivityThatIsCutShort(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cause error
		kept  bool // the activity ends well, with what it spent
	}{
		"a cancel of the workflow":              {temporal.NewCanceledError(), true},
		"an attempt that is not known any more": {serviceerror.NewNotFound("no such activity"), true},
		"an operator pauses it":                 {activity.ErrActivityPaused, false},
		"the worker stops":                      {worker.ErrWorkerShutdown, false},
	} {
		for way, ended := range map[string]func(context.Context) error{
			"as context.Canceled": func(ctx context.Context) error { return ctx.Err() },
			"as the cause":        context.Cause,
		} {
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestActivityEnvironment()
			cut := func(ctx context.Context) error {
				ctx, cancel := context.WithCancelCause(ctx)
				cancel(row.cause)
				spent, err := spending(ctx, CallBudget{Calls: 1000}, 1, func(ctx context.Context, p *pulse) error {
					p.before.Beat = Beat{Calls: 7, Final: true}
					return &fault.Error{
						Class: fault.Transient, System: fault.Bucket, Message: "cannot write to the bucket", Err: fmt.Errorf("a key: %w", ended(ctx)),
					}
				})
				if kept := err == nil && spent.Stop == StopCancelled && spent.Calls == 7; kept != row.kept {
					t.Errorf("%s, told %s: spent %+v, %v", name, way, spent, err)
				}
				// The workflow was about to pause, so there may be no other attempt.
				var failure *temporal.ApplicationError
				var details Failure
				if errors.As(err, &failure) && (failure.Details(&details) != nil || details.Spent == nil || details.Spent.Calls != 7) {
					t.Errorf("%s, told %s: the failure tells %+v", name, way, details)
				}
				return nil
			}
			env.RegisterActivity(cut)
			if _, err := env.ExecuteActivity(cut); err != nil {
				t.Error(err)
			}
		}
	}
}
