package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

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
		"one":                  {"sync-acme", "wrong org", []string{"changed my mind", "wrong org"}},
		"through a parent":     {"nightly-acme", "wrong org", []string{"changed my mind", "wrong org"}},
		"none, but an old one": {"sync-acme", "", []string{"changed my mind", ""}},
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
			if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
				t.Fatalf("it ended with %v", err)
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
