package activities_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
)

// TestEnumerate_saysWhyPrivateReportsAreNotCounted lists reports for a user who may not see those in others' private folders: the sync goes on
// without their number, and the log says why.
func TestEnumerate_saysWhyPrivateReportsAreNotCounted(t *testing.T) {
	t.Parallel()
	client := clientOf(t, simulated(t, server.Options{Reports: 5, Revoked: []string{org.ManagePrivate}}), nil)
	who, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	core, logs := observer.New(zap.WarnLevel)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(telemetry.TemporalLogger(zap.New(core)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(&activities.Activities{
		Sources: one{&activities.Source{Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4}}, Store: store,
	})
	value, err := env.ExecuteActivity("Enumerate", activities.EnumerateParams{
		Sync: activities.Sync{Source: "acme", ID: "a", OrgID: who.OrgID, UserID: who.UserID}, Kind: listing.Reports,
		Budget: activities.CallBudget{Calls: 50, Clock: time.Now()}, Except: who.UserID,
	})
	var listed activities.EnumerateResult
	if err == nil {
		err = value.Get(&listed)
	}
	if err != nil || listed.Count == 0 || listed.LeftOut != nil {
		t.Fatalf("%v: it lists %d reports", err, listed.Count)
	}
	said := logs.All()
	if len(said) != 1 || said[0].ContextMap()["source"] != "acme" || !strings.Contains(said[0].ContextMap()["error"].(string), "INSUFFICIENT_ACCESS") {
		t.Errorf("the log has %v", said)
	}
}
