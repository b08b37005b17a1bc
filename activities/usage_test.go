package activities_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// sharer is a source of a simulated org that may use a quarter of 400 calls a day, in a bucket with calls of earlier syncs.
type sharer struct {
	*testing.T
	org   *server.Server
	store *staging.Store
	env   *testsuite.TestActivityEnvironment
}

func newSharer(t *testing.T, earlier int64) *sharer {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	org := simulated(t, server.Options{Reports: 5, DailyLimit: 400})
	client := clientOf(t, org, nil)
	s := &sharer{T: t, org: org, store: store, env: envOn(&activities.Source{
		Name: "acme", Salesforce: client, APIVersion: client.APIVersion(), MaxInFlight: 4,
		Quota: quota.Policy{Ceiling: 80, Share: 25}, Probe: 15 * time.Minute,
	}, store, "A")}
	attempt := usage.Attempt{Sync: "before", Type: "Describe", Run: "earlier", Activity: "5", Number: 1}
	told := quota.Usage{Clock: time.Now(), Max: 400}
	if err := usage.Of(store, "acme").Record(t.Context(), attempt, earlier, 0, told, time.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}

// logIn begins a sync.
func (s *sharer) logIn(asked quota.Policy) (auth activities.AuthenticateResult, err error) {
	params := activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}, Quota: asked}
	value, err := s.env.ExecuteActivity("Authenticate", params)
	if err == nil {
		err = value.Get(&auth)
	}
	return auth, err
}

// counted is how many calls of the source the bucket knows.
func (s *sharer) counted() (calls int64) {
	s.Helper()
	sum, err := usage.Of(s.store, "acme").Read(s.Context(), usage.Attempt{}, time.Now())
	if err != nil {
		s.Fatal(err)
	}
	for _, h := range sum.Hours(time.Now(), time.Now()) {
		calls += h.Calls
	}
	return calls
}

// TestAuthenticate_sumsTheCallsOfEarlierSyncs logs in after other syncs of the day: their calls come with the result, and its own are
// left for the next one.
func TestAuthenticate_sumsTheCallsOfEarlierSyncs(t *testing.T) {
	t.Parallel()
	s := newSharer(t, 60)
	auth, err := s.logIn(quota.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if used := auth.Used; len(used.Hours) != 1 || used.Hours[0].Calls != 60 || used.Run == "" {
		t.Errorf("the login knows of %+v, want the 60 calls of before", used)
	}
	if got, sent := s.counted(), int64(s.org.Stats().APICalls); auth.Calls != sent || got != 60+sent {
		t.Errorf("the bucket knows of %d calls after a login that made %d, Salesforce got %d", got, auth.Calls, sent)
	}
}

// TestAuthenticate_makesNoCallBeyondTheShare begins a sync when the share is used up. An operator may grant more.
func TestAuthenticate_makesNoCallBeyondTheShare(t *testing.T) {
	t.Parallel()
	s := newSharer(t, 98)
	_, err := s.logIn(quota.Policy{})
	var failure *temporal.ApplicationError
	var details activities.Failure
	if !errors.As(err, &failure) || failure.Details(&details) != nil || failure.Type() != string(fault.QuotaExhausted) || !failure.NonRetryable() {
		t.Fatalf("it ends with %v", err)
	}
	if details.RetryAfter != 15*time.Minute || !strings.HasPrefix(details.Message, "this source has used its share of the org's API calls (98 of 100") {
		t.Errorf("it waits for %s: %s", details.RetryAfter, details.Message)
	}
	if left := time.Until(details.Until); left < 20*time.Hour || !strings.Contains(details.Message, humanize.Moment(details.Until)) {
		t.Errorf("the first calls come back at %s: %s", details.Until, details.Message)
	}
	if sent := s.org.Stats().APICalls; sent != 0 {
		t.Errorf("%d calls were made", sent)
	}
	if _, err := s.logIn(quota.Policy{Share: 50}); err != nil {
		t.Errorf("with a larger share: %v", err)
	}
}

// TestCalling_leavesItsCallsHoweverItEnds lists a kind: well, and in a way that Salesforce refuses.
func TestCalling_leavesItsCallsHoweverItEnds(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]server.Fault{
		"it succeeds": nil,
		"it fails":    {{Name: "api_invalid_type"}},
	} {
		s := newSharer(t, 0)
		auth, err := s.logIn(quota.Policy{})
		if err == nil {
			err = s.org.SetFaults(faults)
		}
		if err != nil {
			t.Fatal(err)
		}
		sync := activities.Sync{Source: "acme", ID: "a", Bucket: auth.Bucket, OrgID: auth.Identity.OrgID, UserID: auth.Identity.UserID}
		_, err = s.env.ExecuteActivity("Enumerate", activities.EnumerateParams{
			Sync: sync, Kind: listing.Reports, Budget: activities.CallBudget{Calls: 50, Clock: time.Now()},
		})
		if (err == nil) != (faults == nil) {
			t.Fatalf("%s: %v", name, err)
		}
		if got, sent := s.counted(), int64(s.org.Stats().APICalls); got != sent || got <= auth.Calls {
			t.Errorf("%s: the bucket knows of %d calls, %d of them for the login, and Salesforce of %d", name, got, auth.Calls, sent)
		}
	}
}
