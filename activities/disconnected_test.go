package activities_test

import (
	"context"
	"errors"
	"testing"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/roster"
)

// away is a worker that serves a source no more.
type away struct{ err error }

func (a away) Source(context.Context, string) (*activities.Source, error) { return nil, a.err }

// TestDescribe_countsWhatWasBroughtWhereItCannotBegin has a shard of which earlier attempts have brought 24 reports, in a run after others. The
// next attempt finds no source, or no worker that may go on: a count that people have seen would fall by that.
func TestDescribe_countsWhatWasBroughtWhereItCannotBegin(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]error{
		"a source that was disconnected": roster.Disconnected("acme"),
		"settings that differ":           fault.Invalidf("the key does not open it"),
		"an outage":                      &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "the bucket does not answer now"},
	} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		env.RegisterActivity(&activities.Activities{Sources: away{why}})
		env.SetHeartbeatDetails(activities.Beat{Done: 24, Calls: 25, Most: 25, Bound: 25, Final: true})
		_, err := env.ExecuteActivity("Describe", activities.DescribeParams{
			Sync: activities.Sync{Source: "acme"}, Share: 1, Known: 100, Budget: activities.CallBudget{Calls: 1000},
		})
		var failure *temporal.ApplicationError
		var details activities.Failure
		if !errors.As(err, &failure) || failure.Details(&details) != nil || details.Reports != 124 || details.Spent == nil || details.Spent.Calls != 25 {
			t.Errorf("%s: %v, %+v", name, err, details)
		}
	}
}
