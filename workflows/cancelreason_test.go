package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// TestCourse_aCancelHasTheReasonThatCameBeforeIt sends reasons: one whose cancel never came, and one just before the cancel.
func TestCourse_aCancelHasTheReasonThatCameBeforeIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id, last string
		want     []string
	}{
		"one":                  {"sync-acme", "wrong org", []string{"wrong org"}},
		"through a parent":     {"nightly-acme", "wrong org", []string{"wrong org"}},
		"none, but an old one": {"sync-acme", "", []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := heldFor("half of the reports are missing")
			env := environment(t, o, test.id)
			env.RegisterDelayedCallback(func() {
				env.SignalWorkflow(workflows.CancelReason, workflows.Reason{Reason: "changed my mind"})
			}, time.Hour)
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); test.id == "sync-acme" && p.Phase != workflows.PhaseHeld {
					t.Errorf("a reason alone made it %s", p.Phase)
				}
				if test.last != "" {
					env.SignalWorkflow(workflows.CancelReason, workflows.Reason{Reason: test.last})
				}
			}, 90*time.Minute)
			env.RegisterDelayedCallback(env.CancelWorkflow, 90*time.Minute+time.Second)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
			var cancelled *temporal.CanceledError
			var result workflows.Result
			if err := env.GetWorkflowError(); !errors.As(err, &cancelled) {
				t.Fatalf("it ended with %v", err)
			}
			if test.id == "sync-acme" && (cancelled.Details(&result) != nil || result.Because != test.last) {
				t.Errorf("the result says %+v", result)
			}
			var got []string
			for _, order := range o.end.Orders {
				if order.Name != operator.Cancel {
					t.Errorf("an order is %q", order.Name)
				}
				got = append(got, order.Reason)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the reasons (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCourse_aCancelHasTheReasonThatCameWithIt cancels a sync that only waits, in the workflow task that brings the reason, as where no
// worker was there when both were sent.
func TestCourse_aCancelHasTheReasonThatCameWithIt(t *testing.T) {
	t.Parallel()
	o := heldFor("half of the reports are missing")
	env := environment(t, o, "sync-acme")
	env.RegisterWorkflow(cancelledInOneTask)
	env.ExecuteWorkflow(cancelledInOneTask)
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Fatalf("it ended with %v", err)
	}
	if got := o.end.Orders; len(got) != 1 || got[0].Name != operator.Cancel || got[0].Reason != "wrong org" {
		t.Errorf("the orders are %+v", got)
	}
}

// cancelledInOneTask runs a sync that gets a reason and a cancel behind all its coroutines, so that its phases have their turn first.
func cancelledInOneTask(ctx workflow.Context) (*workflows.Result, error) {
	ctx, cancel := workflow.WithCancel(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		_ = workflow.Sleep(ctx, time.Hour)
		workflow.Go(ctx, func(ctx workflow.Context) {
			orders, _ := operator.Signals(ctx).(workflow.Channel)
			orders.SendAsync(operator.Signal{Name: operator.CancelReason, Known: true, Reason: "wrong org"})
			cancel()
		})
	})
	return workflows.SyncSource(ctx, converter.NewRawValue(nil))
}
