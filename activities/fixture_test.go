package activities_test

import (
	"context"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/catalog"
	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/history"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// simulated is an org and a catalog.
func simulated(t *testing.T, options server.Options) *server.Server {
	t.Helper()
	sim, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim
}

// clientOf connects to a simulated org; change, unless it is nil, alters how.
func clientOf(t *testing.T, sim *server.Server, change func(*salesforce.Config)) *salesforce.Client {
	t.Helper()
	ready := sim.Ready()
	credentials := salesforce.Credentials{ClientID: ready.ClientID, ClientSecret: ready.ClientSecret}
	cfg := salesforce.Config{
		BaseURL: ready.Salesforce,
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return credentials, nil
		},
	}
	if change != nil {
		change(&cfg)
	}
	if cfg.Auth == salesforce.AuthPassword {
		credentials.Username, credentials.Password, credentials.SecurityToken = ready.Username, ready.Password, ready.SecurityToken
	}
	client, err := salesforce.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// castorTo is the export castor with a catalog as its target, or with none.
func castorTo(client *catalog.Client) []export.Export {
	one := export.Export{Format: castor.Format{}}
	if client != nil {
		one.Target = castor.NewTarget(client, nil)
	}
	return []export.Export{one}
}

// newEnv readies the activities of a source that reads an org and delivers nothing.
func newEnv(t *testing.T, client *salesforce.Client) *testsuite.TestActivityEnvironment {
	t.Helper()
	return envOf(t, &activities.Source{Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4})
}

// envOf readies the activities of a source, with a bucket of its own.
func envOf(t *testing.T, source *activities.Source) *testsuite.TestActivityEnvironment {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return envOn(source, store, "A")
}

// envOn readies the activities of a source as the workers of one Temporal do, with a bucket that others may use too.
func envOn(source *activities.Source, store *staging.Store, temporal string) *testsuite.TestActivityEnvironment {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(&activities.Activities{
		Sources: one{source}, Store: store, Temporal: func(context.Context) (string, error) { return temporal, nil }, How: forgotten,
	})
	return env
}

// forgotten is a Temporal that knows no run any more.
func forgotten(context.Context, string, string) (history.Fate, error) {
	return history.Fate{Outcome: history.OutcomeUnknown}, nil
}
