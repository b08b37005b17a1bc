package activities

import (
	"context"
	"errors"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/fault"
	"longhaul/internal/telemetry"
)

// TestLogAttempt_anOrderThatIsRefusedIsNoRetry, and nothing to warn of: who gave it reads why.
func TestLogAttempt_anOrderThatIsRefusedIsNoRetry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		err        error
	}{
		{"SetSchedule", "info refused", fault.Invalidf("the settings say otherwise")},
		{"SetSchedule", "warn retry", errors.New("the bucket is away")},
		{"DescribeShard", "warn retry", fault.Invalidf("the secret is not there")},
	} {
		core, logs := observer.New(zap.InfoLevel)
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(telemetry.TemporalLogger(zap.New(core)))
		env := suite.NewTestActivityEnvironment()
		fails := func(ctx context.Context) error { return toTemporal(ctx, test.err) }
		env.RegisterActivityWithOptions(fails, activity.RegisterOptions{Name: test.name})
		if _, err := env.ExecuteActivity(test.name); err == nil {
			t.Errorf("%s: it passed", test.name)
		}
		said := logs.All()
		if len(said) != 1 || said[0].Level.String()+" "+said[0].ContextMap()["event"].(string) != test.want {
			t.Errorf("%s: the log has %v, want %s", test.name, said, test.want)
		}
	}
}
