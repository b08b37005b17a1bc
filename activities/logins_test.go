package activities_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

// spent is an hour whose logins are used up, until half an hour later.
type spent struct{}

func (spent) Take(_ context.Context, now time.Time) (time.Time, error) {
	return now.Add(30 * time.Minute), nil
}

func (spent) Forget(context.Context, time.Time) error { return nil }

// The workflow waits for a login, and is told for how long: an activity that waited would cost a slot and say nothing.
func TestAuthenticate_leavesTheWaitForALoginToTheWorkflow(t *testing.T) {
	t.Parallel()
	org := simulated(t, server.Options{Reports: 5})
	client := clientOf(t, org, func(c *salesforce.Config) { c.Slots = spent{} })
	_, err := newEnv(t, client).ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
	var failure *temporal.ApplicationError
	var details activities.Failure
	if !errors.As(err, &failure) || failure.Type() != string(fault.Throttled) || !failure.NonRetryable() || failure.Details(&details) != nil {
		t.Fatalf("got %v", err)
	}
	if details.RetryAfter < 29*time.Minute || details.RetryAfter > 31*time.Minute || org.Stats().Logins != 0 {
		t.Errorf("it is to be tried again after %s, %d logins were made", details.RetryAfter, org.Stats().Logins)
	}
}

// A look for calls that came back ends where the logins are spent: the wait for the next look is one that a pause ends.
func TestProbe_doesNotWaitForALogin(t *testing.T) {
	t.Parallel()
	client := clientOf(t, simulated(t, server.Options{Reports: 5}), func(c *salesforce.Config) { c.Slots = spent{} })
	value, err := newEnv(t, client).ExecuteActivity("CheckQuota", activities.CheckQuotaParams{
		Sync: activities.Sync{Source: "acme", ID: "a"}, Ledger: quota.Budget{Exhausted: time.Now()},
	})
	var looked activities.CheckQuotaResult
	if err == nil {
		err = value.Get(&looked)
	}
	if err != nil || looked.Usage.Clock.IsZero() || looked.Calls != 0 {
		t.Errorf("got %+v, %v", looked, err)
	}
	if looked.RetryAfter < 29*time.Minute || looked.RetryAfter > 31*time.Minute || !strings.Contains(looked.Why, "logged in as often") {
		t.Errorf("it is to be asked again after %s, for %q", looked.RetryAfter, looked.Why)
	}
}

// An unknown refusal is told to the workflow as one that may end by itself, a known one is not.
func TestAuthenticate_tellsWhatMayEndByItself(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*server.Server){
		"login hours": func(s *server.Server) { s.CloseLoginHours(0) },
		"frozen":      func(s *server.Server) { s.SetUserFrozen(true) },
	} {
		org := simulated(t, server.Options{Reports: 5})
		client := clientOf(t, org, nil)
		lose(org)
		_, err := newEnv(t, client).ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
		var failure *temporal.ApplicationError
		var details activities.Failure
		if !errors.As(err, &failure) || failure.Type() != string(fault.LoginRefused) || failure.Details(&details) != nil {
			t.Fatalf("%s: got %v", name, err)
		}
		if details.Unknown != (name == "login hours") {
			t.Errorf("%s: may end by itself: %t", name, details.Unknown)
		}
	}
}

// Every worker logs in anew once for a resume, however many activities it runs after it.
func TestSync_sessionsOfBeforeItsResumeAreOver(t *testing.T) {
	t.Parallel()
	org := simulated(t, server.Options{Reports: 5})
	client := clientOf(t, org, nil)
	who, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	env := newEnv(t, client)
	sync := activities.Sync{Source: "acme", ID: "a", OrgID: who.OrgID, UserID: who.UserID}
	for _, step := range []struct {
		since  time.Time
		logins int
	}{
		{time.Time{}, 1},
		{time.Unix(1_800_000_000, 0), 2},
		{time.Unix(1_800_000_000, 0), 2},
		{time.Unix(1_800_003_600, 0), 3},
		{time.Unix(1_800_000_000, 0), 3}, // an activity that was begun before
	} {
		sync.Since = step.since
		if _, err := env.ExecuteActivity("CheckQuota", activities.CheckQuotaParams{Sync: sync, Must: true}); err != nil {
			t.Fatal(err)
		}
		if got := org.Stats().Logins; got != step.logins {
			t.Errorf("resumed at %s: %d logins, want %d", step.since, got, step.logins)
		}
	}
}

// If something else than Salesforce answers the first login, base_url is wrong: the sync ends at once and does not wait.
func TestAuthenticate_endsWhereSomebodyElseAnswersTheFirstLogin(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.Handler{
		"a redirect": http.RedirectHandler("https://portal.acme.example/", http.StatusFound),
		"a page":     http.NotFoundHandler(),
	} {
		host := httptest.NewServer(answer)
		t.Cleanup(host.Close)
		client, err := salesforce.New(salesforce.Config{
			BaseURL: host.URL, Credentials: func(context.Context) (salesforce.Credentials, error) {
				return salesforce.Credentials{ClientID: "id", ClientSecret: "secret"}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		_, err = newEnv(t, client).ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
		var failure *temporal.ApplicationError
		if !errors.As(err, &failure) || failure.Type() != string(fault.Invalid) || !failure.NonRetryable() ||
			!strings.Contains(failure.Message(), "base_url") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
