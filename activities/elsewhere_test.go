package activities_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/catalog"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/seal"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// unlike is the worker of a source whose settings differ from those that a sync began with.
func unlike(t *testing.T) *activities.Activities {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	org, err := salesforce.New(salesforce.Config{
		BaseURL: "http://127.0.0.1:1", APIVersion: "61.0",
		Credentials: func(context.Context) (salesforce.Credentials, error) { return salesforce.Credentials{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &activities.Activities{
		Store: store, Sources: one{&activities.Source{Name: "acme", Salesforce: org, APIVersion: "61.0", MaxInFlight: 1, Exports: castorTo(nil)}},
	}
}

// known is a sync that the worker could serve but for what a test changes.
func known(t *testing.T, a *activities.Activities) activities.Sync {
	t.Helper()
	bucket, err := a.Store.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return activities.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34", Bucket: bucket, OrgID: "00D", UserID: "005", APIVersion: "61.0"}
}

// A worker whose settings differ must not end a sync that others can finish: its task goes back to the queue.
func TestElsewhere_aWorkerHandsBackWhatItsSettingsSpoil(t *testing.T) {
	t.Parallel()
	a := unlike(t)
	for _, row := range []struct {
		name string
		run  func(*testsuite.TestActivityEnvironment, activities.Sync) error
		want string
	}{
		{"another bucket", func(env *testsuite.TestActivityEnvironment, sync activities.Sync) error {
			sync.Bucket = "another"
			_, err := env.ExecuteActivity(a.Prune, activities.PruneParams{Sync: sync})
			return err
		}, "another bucket"},
		{"no catalog", func(env *testsuite.TestActivityEnvironment, sync activities.Sync) error {
			_, err := env.ExecuteActivity(a.Upload, activities.UploadParams{Sync: sync, Export: "castor", File: activities.File{Name: fileName}})
			return err
		}, "no catalog any more"},
		{"another set of exports", func(env *testsuite.TestActivityEnvironment, sync activities.Sync) error {
			_, err := env.ExecuteActivity(a.Assemble, activities.AssembleParams{Sync: sync, Export: "parquet", Name: "all"})
			return err
		}, "does not make the export parquet"},
		{"another version of the API", func(env *testsuite.TestActivityEnvironment, sync activities.Sync) error {
			sync.APIVersion = "59.0"
			_, err := env.ExecuteActivity(a.Enumerate, activities.EnumerateParams{Sync: sync, Kind: "reports"})
			return err
		}, "API version 61.0, and the sync began with 59.0"},
	} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		env.RegisterActivity(a)
		err := row.run(env, known(t, a))
		var failure *temporal.ApplicationError
		if !errors.As(err, &failure) || failure.Type() != string(fault.Invalid) || failure.NonRetryable() ||
			!strings.Contains(failure.Message(), row.want) {
			t.Errorf("%s: got %v, which ends the sync: %v", row.name, err, failure != nil && failure.NonRetryable())
		}
	}
}

// Where no other worker is there, it is said for good after some minutes.
func TestElsewhere_isTriedSoOftenOnly(t *testing.T) {
	t.Parallel()
	a := unlike(t)
	sync := known(t, a)
	sync.Bucket = "another"
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute) // of the real clock without an event, which is 3 s unless said
	env.RegisterActivity(a)
	env.RegisterWorkflow(pruning)
	start := env.Now()
	env.ExecuteWorkflow(pruning, sync)
	var failure *temporal.ApplicationError
	if err := env.GetWorkflowError(); !errors.As(err, &failure) || !failure.NonRetryable() || failure.Type() != string(fault.Invalid) {
		t.Errorf("it ended with %v", err)
	}
	if took := env.Now().Sub(start); took < time.Minute || took > 5*time.Minute {
		t.Errorf("it took %s", took)
	}
}

// pruning runs an activity with the retries that a sync gives it.
func pruning(ctx workflow.Context, sync activities.Sync) error {
	var a *activities.Activities
	return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: 50,
		},
	}), a.Prune, activities.PruneParams{Sync: sync}).Get(ctx, nil)
}

// A wrong setting at the start of a sync is the sync's own, and is said at once.
func TestElsewhere_notBeforeASyncHasBegun(t *testing.T) {
	t.Parallel()
	a := unlike(t)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	_, err := env.ExecuteActivity(a.Upload, activities.UploadParams{
		Sync: activities.Sync{Source: "acme", ID: "x"}, Export: "castor", File: activities.File{Name: fileName},
	})
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || !failure.NonRetryable() {
		t.Errorf("got %v", err)
	}
}

// While keys change, a worker may lack the one that another has: a login goes to that one, and the sync does not fail.
func TestElsewhere_aWorkerHandsBackWhatItsKeyDoesNotOpen(t *testing.T) {
	t.Parallel()
	lacks := func(t *testing.T) error {
		t.Helper()
		keeper := func(letter string) *seal.Keeper {
			key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
			k, err := seal.New(seal.Config{Keeper: seal.Local, Key: source.Held(key)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = k.Close() })
			return k
		}
		sealed, err := keeper("b").Seal(t.Context(), []byte("a token"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = keeper("a").Open(t.Context(), sealed)
		return err
	}(t)
	sim := simulated(t, server.Options{Reports: 5})
	for name, env := range map[string]*testsuite.TestActivityEnvironment{
		"the catalog's token": withCatalog(t, sim, func(c *catalog.Config) { c.Token = func(context.Context) (string, error) { return "", lacks } }),
		"the credentials": newEnv(t, clientOf(t, sim, func(c *salesforce.Config) {
			c.Credentials = func(context.Context) (salesforce.Credentials, error) { return salesforce.Credentials{}, lacks }
		})),
	} {
		_, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{
			Sync: activities.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}, Upload: true,
		})
		var failure *temporal.ApplicationError
		if !errors.As(err, &failure) || failure.NonRetryable() || !strings.Contains(failure.Message(), "this process has the key") {
			t.Errorf("%s: got %v, which ends the sync: %v", name, err, failure != nil && failure.NonRetryable())
		}
	}
}

// TestUpload_keepsASetTogether: workers whose catalog settings differ would send a part of a set to each.
func TestUpload_keepsASetTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	result, err := b.upload(t)
	if err != nil || !strings.HasPrefix(result.To, sourceID+" at 127.0.0.1:") {
		t.Fatalf("it went to %q, %v", result.To, err)
	}
	b.params.To = result.To
	if _, err := b.upload(t); err != nil {
		t.Errorf("the next file: %v", err)
	}
	before := b.arrived.Load()
	b.params.To = "11111111-3187-41ec-8d3d-0242ac130003 at 127.0.0.1"
	b.params.File.Name = "another.json"
	if _, err := b.upload(t); err == nil || !strings.Contains(err.Error(), "all workers the same catalog settings") || b.arrived.Load() != before {
		t.Errorf("a file of a set that began elsewhere: %v, %d deliveries", err, b.arrived.Load()-before)
	}
}
