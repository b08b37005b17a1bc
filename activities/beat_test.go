package activities

import (
	"context"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"longhaul/internal/fault"
)

// What people have seen of an activity does not fall when an attempt fails and the next one begins by reading what is stored; calls
// that may have been made are kept apart from those that were.
func TestPulse_countsNeverFallOverAttempts(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetHeartbeatDetails(Beat{Done: 120, Calls: 130, Bound: 160}) // of an attempt that was killed
	attempt := func(ctx context.Context) error {
		spent, err := spending(ctx, CallBudget{Calls: 1000}, 4, func(_ context.Context, p *pulse) error {
			p.progress(90, 250) // what the killed one had stored
			if got := p.beat(); got.Done != 120 || got.Calls != 130 || got.Bound < 160 || !got.Moved {
				t.Errorf("an attempt that has read what is stored reports %+v", got)
			}
			p.progress(125, 250)
			if got := p.beat(); got.Done != 125 {
				t.Errorf("an attempt that has got on reports %+v", got)
			}
			return &fault.Error{Class: fault.Transient, System: fault.Salesforce, Message: "away"}
		})
		if err == nil || spent.Calls != 160 || spent.Made() != 130 {
			t.Errorf("it has spent %+v (%d for certain): %v", spent, spent.Made(), err)
		}
		return nil
	}
	env.RegisterActivity(attempt)
	if _, err := env.ExecuteActivity(attempt); err != nil {
		t.Error(err)
	}
}
