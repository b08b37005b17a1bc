package activities_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// rivals are two Temporals that sync the same source into one bucket.
type rivals struct {
	sim   *server.Server
	store *staging.Store
	a, b  *testsuite.TestActivityEnvironment
}

func newRivals(t *testing.T) *rivals {
	t.Helper()
	r := &rivals{sim: simulated(t, server.Options{Reports: 5})}
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r.store = store
	client := clientOf(t, r.sim, nil)
	source := &activities.Source{Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4}
	r.a, r.b = envOn(source, store, "A"), envOn(source, store, "B")
	return r
}

const syncOfA, syncOfB = "20261123T181610.000Z-aaaaaaaa", "20261124T181610.000Z-bbbbbbbb"

// begin logs a sync in, and gives the reference that its later activities get.
func (*rivals) begin(env *testsuite.TestActivityEnvironment, id string, seen staging.Seen) (activities.Sync, error) {
	sync := activities.Sync{Source: "acme", ID: id}
	value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: sync, Started: time.Now(), Seen: seen})
	if err != nil {
		return sync, err
	}
	var result activities.AuthenticateResult
	err = value.Get(&result)
	sync.Bucket, sync.OrgID, sync.UserID = result.Bucket, result.Identity.OrgID, result.Identity.UserID
	sync.APIVersion, sync.Owner = result.Identity.APIVersion, result.Owner
	if result.SyncID != "" {
		sync.ID = result.SyncID
	}
	return sync, err
}

// waits begins a sync that must wait, and gives the mark of the other.
func (r *rivals) waits(t *testing.T, env *testsuite.TestActivityEnvironment, id string) staging.Seen {
	t.Helper()
	before := r.sim.Stats()
	_, err := r.begin(env, id, staging.Seen{})
	var failure *temporal.ApplicationError
	var details activities.Failure
	if !errors.As(err, &failure) || failure.Details(&details) != nil || details.Owner == "" || details.RetryAfter <= 0 ||
		!failure.NonRetryable() || details.Class != fault.Throttled || !strings.Contains(details.Message, "by another Temporal (namespace ") {
		t.Fatalf("it begins beside another with %v, %+v", err, details)
	}
	if _, by, found := strings.Cut(details.Message, "if that Temporal is lost, nothing is to be done, and this sync takes the source over at its first look from "); found {
		at, err := time.Parse("2 Jan 15:04 UTC on", by)
		now := time.Now().UTC()
		at = time.Date(now.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
		if err != nil || at.Sub(now) > staging.Silence+time.Minute {
			t.Errorf("it takes the source over from %q on: %v", by, err)
		}
	} else {
		t.Errorf("what to do about a Temporal that is lost is not in %q", details.Message)
	}
	if after := r.sim.Stats(); after.Logins != before.Logins || after.APICalls != before.APICalls {
		t.Errorf("Salesforce was asked while another Temporal synced the source: %+v, before %+v", after, before)
	}
	return staging.Seen{Mark: details.Owner, For: staging.Silence}
}

func TestOwner_theSecondTemporalBeginsWhenTheFirstIsDone(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]func(*rivals, activities.Sync) error{
		"recorded": func(r *rivals, sync activities.Sync) error {
			_, err := r.a.ExecuteActivity("Prune", activities.PruneParams{Sync: sync})
			return err
		},
		"cancelled": func(r *rivals, sync activities.Sync) error {
			_, err := r.a.ExecuteActivity("MarkEnded", activities.MarkEndedParams{Sync: sync, End: history.End{Outcome: "cancelled"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRivals(t)
			first, err := r.begin(r.a, syncOfA, staging.Seen{})
			if err != nil {
				t.Fatal(err)
			}
			r.waits(t, r.b, syncOfB)
			next, err := r.begin(r.a, "20261123T201610.000Z-cccccccc", staging.Seen{})
			if err != nil {
				t.Errorf("a sync of the same Temporal, after one that was terminated: %v", err)
			}
			if err := finish(r, first); err != nil {
				t.Fatal(err)
			}
			r.waits(t, r.b, syncOfB) // what is left of the first frees nothing of the next
			if err := finish(r, next); err != nil {
				t.Fatal(err)
			}
			if _, err := r.begin(r.b, syncOfB, staging.Seen{}); err != nil {
				t.Errorf("the second Temporal, after the first was done: %v", err)
			}
		})
	}
}

// A login that fails leaves no mark that would keep another Temporal waiting.
func TestOwner_aLoginThatFailsFreesTheSource(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	wrong := clientOf(t, r.sim, func(c *salesforce.Config) {
		c.Credentials = func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: r.sim.Ready().ClientID, ClientSecret: "wrong"}, nil
		}
	})
	refused := envOn(&activities.Source{Name: "acme", Salesforce: wrong, APIVersion: wrong.APIVersion(), MaxInFlight: 4}, r.store, "A")
	if _, err := r.begin(refused, syncOfA, staging.Seen{}); typeOf(err) != string(fault.LoginRefused) {
		t.Fatalf("the login with a wrong secret: %v", err)
	}
	if _, err := r.begin(r.b, syncOfB, staging.Seen{}); err != nil {
		t.Errorf("the other Temporal: %v", err)
	}
}

// The use of API calls is asked for after the login, where no answer has told it. A failure of that frees the source too.
func TestOwner_aLoginThatCannotAskForTheUsageFreesTheSource(t *testing.T) {
	t.Parallel()
	sim := simulated(t, server.Options{Reports: 5, NoLimitInfo: true})
	if err := sim.SetFaults([]server.Fault{{Name: "api_406", Route: "limits"}}); err != nil {
		t.Fatal(err)
	}
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	client := clientOf(t, sim, nil)
	source := &activities.Source{Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4}
	r := &rivals{sim: sim, store: store}
	if _, err := r.begin(envOn(source, store, "A"), syncOfA, staging.Seen{}); err == nil {
		t.Fatal("the login succeeds though the use of API calls cannot be read")
	}
	if owned := r.owner(t); !owned.Ended || owned.Sync != syncOfA {
		t.Errorf("the source belongs to %+v", owned)
	}
}

// owner reads the mark of the source's owner.
func (r *rivals) owner(t *testing.T) (owner staging.Owner) {
	t.Helper()
	last := ""
	for key, err := range r.store.List(t.Context(), staging.OwnerPrefix("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		last = key
	}
	if err := r.store.ReadJSON(t.Context(), last, &owner); err != nil {
		t.Fatal(err)
	}
	return owner
}

// In the bucket the order of ids is that in which syncs owned the source, also where a sync waited for a worker or an operator
// and met nobody when it came.
func TestOwner_aSyncThatComesLateTakesALaterID(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	other, err := r.begin(r.b, syncOfB, staging.Seen{})
	if err == nil {
		_, err = r.b.ExecuteActivity("MarkEnded", activities.MarkEndedParams{Sync: other, End: history.End{Outcome: "cancelled"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	late, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err != nil || late.ID <= syncOfB || !strings.HasSuffix(late.ID, "-aaaaaaaa") {
		t.Fatalf("it goes on as %q after %q: %v", late.ID, syncOfB, err)
	}
	if exists, err := r.store.Exists(t.Context(), staging.Sync{Source: "acme", ID: late.ID}.Start()); err != nil || !exists {
		t.Errorf("it did not open under its id: %v", err)
	}
	again, err := r.begin(r.a, syncOfA, staging.Seen{})
	if err != nil || again.ID != late.ID {
		t.Errorf("after a reset it goes on as %q, %v; what it left lies under %q", again.ID, err, late.ID)
	}
	if owned := r.owner(t); owned.Sync != late.ID {
		t.Errorf("the mark names %q", owned.Sync)
	}
	const next = "20991125T181610.000Z-cccccccc"
	if plain, err := r.begin(r.a, next, staging.Seen{}); err != nil || plain.ID != next {
		t.Errorf("the next sync goes on as %q, %v; want its own id %q", plain.ID, err, next)
	}
}

// Owners of before left no marks, so it is the newest record that says what came before.
func TestOwner_anIDSortsAfterTheNewestRecord(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"readable": `{"timestamp":7}`, "damaged": "{"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRivals(t)
			if err := r.store.Write(t.Context(), staging.RecordKey("acme", syncOfB), []byte(content)); err != nil {
				t.Fatal(err)
			}
			sync, err := r.begin(r.a, syncOfA, staging.Seen{})
			if err != nil || sync.ID <= syncOfB {
				t.Fatalf("it goes on as %q after the record of %q: %v", sync.ID, syncOfB, err)
			}
			if again, err := r.begin(r.a, syncOfA, staging.Seen{}); err != nil || again.ID != sync.ID || r.owner(t).Sync != sync.ID {
				t.Errorf("it comes again as %q, %v, and the mark names %q", again.ID, err, r.owner(t).Sync)
			}
			cancelled := activities.MarkEndedParams{Sync: sync, End: history.End{Outcome: "cancelled"}}
			if _, err := r.a.ExecuteActivity("MarkEnded", cancelled); err != nil || !r.owner(t).Ended {
				t.Errorf("its end does not free the source: %v", err)
			}
		})
	}
}
