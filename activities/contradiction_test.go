package activities_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// listing lists the reports of a simulated org with the retries that a sync gives it; before each attempt it sets the faults
// that faults gives. It ends with what Temporal was told, the number of attempts and how long they took.
func enumerateWith(t *testing.T, faults func(attempt int32) []server.Fault) (failure *temporal.ApplicationError, attempts int32, took time.Duration) {
	t.Helper()
	sim := simulated(t, server.Options{Reports: 60, Columns: 1, TypeMetadata: 10})
	client := clientOf(t, sim, nil)
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	who, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := &activities.Activities{
		Sources: one{&activities.Source{Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4}}, Store: store,
	}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivityWithOptions(func(ctx context.Context, params activities.EnumerateParams) (activities.EnumerateResult, error) {
		attempts = activity.GetInfo(ctx).Attempt
		if err := sim.SetFaults(faults(attempts)); err != nil {
			t.Error(err)
		}
		return a.Enumerate(ctx, params)
	}, activity.RegisterOptions{Name: "Enumerate"})
	began := env.Now()
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Minute, HeartbeatTimeout: 30 * time.Second,
			RetryPolicy: &temporal.RetryPolicy{
				InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: 30,
			},
		})
		return workflow.ExecuteActivity(ctx, "Enumerate", activities.EnumerateParams{
			Sync: activities.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34", OrgID: who.OrgID, UserID: who.UserID},
			Kind: listing.Reports, Budget: activities.CallBudget{Calls: 1000},
		}).Get(ctx, nil)
	})
	errors.As(env.GetWorkflowError(), &failure)
	return failure, attempts, env.Now().Sub(began)
}

// always is a fault that strikes every question of a listing.
func always(name string) []server.Fault { return []server.Fault{{Name: name, Route: "query"}} }

// TestContradiction_withoutAnEndFailsTheListing answers with half of the records that it announces, for ever.
func TestContradiction_withoutAnEndFailsTheListing(t *testing.T) {
	t.Parallel()
	failure, attempts, took := enumerateWith(t, func(int32) []server.Fault { return always("query_short") })
	var details activities.Failure
	if failure == nil || !failure.NonRetryable() || failure.Type() != string(fault.Transient) || failure.Details(&details) != nil {
		t.Fatalf("after %d attempts: %v", attempts, failure)
	}
	if !details.Contradicts || attempts != 6 || took > time.Minute {
		t.Errorf("%d attempts in %s, %+v", attempts, took, details)
	}
	for _, words := range []string{"the query for Report", "30 records of 60", "proxy or a gateway", "try again later", "report it"} {
		if !strings.Contains(failure.Message(), words) {
			t.Errorf("%q does not say %q", failure.Message(), words)
		}
	}
}

// TestContradiction_isNoOutage has what ends by itself last for longer than contradictions may, with some contradictions in it.
func TestContradiction_isNoOutage(t *testing.T) {
	t.Parallel()
	for _, outage := range []string{"api_503", "html_200_json", "truncated_gzip"} {
		t.Run(outage, func(t *testing.T) {
			t.Parallel()
			failure, attempts, _ := enumerateWith(t, func(attempt int32) []server.Fault {
				switch {
				case attempt > 12:
					return nil
				case attempt%4 == 0:
					return always("query_short")
				default:
					return always(outage)
				}
			})
			if failure != nil || attempts != 13 {
				t.Errorf("after %d attempts: %v", attempts, failure)
			}
		})
	}
}
