package activities_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// moving is one address with an org behind it, and later another, as after a refresh of a sandbox.
type moving struct {
	url    string
	behind atomic.Pointer[url.URL]
}

func newMoving(t *testing.T) *moving {
	t.Helper()
	m := new(moving)
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(m.behind.Load()) }})
	t.Cleanup(front.Close)
	m.url = front.URL
	return m
}

// lead puts a new org behind the address.
func (m *moving) lead(t *testing.T, seed int64, secrets server.Secrets) {
	t.Helper()
	org, err := server.Start(server.Options{Seed: seed, Reports: 5, Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = org.Close() })
	to, err := url.Parse(org.Ready().Salesforce)
	if err != nil {
		t.Fatal(err)
	}
	m.behind.Store(to)
}

// A worker lives on while the org behind its settings becomes another: the next sync begins there, for the guard to hold it,
// and the one that began before does not go on there.
func TestAuthenticate_beginsWhereTheSettingsLeadNow(t *testing.T) {
	t.Parallel()
	secrets := server.Secrets{ClientID: "3MVG9simulated", ClientSecret: "shhh"}
	address := newMoving(t)
	address.lead(t, 1, secrets)
	client, err := salesforce.New(salesforce.Config{
		BaseURL: address.url,
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: secrets.ClientID, ClientSecret: secrets.ClientSecret}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	env := newEnv(t, client)
	begin := func(id string) activities.Sync {
		t.Helper()
		var result activities.AuthenticateResult
		value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: id}})
		if err == nil {
			err = value.Get(&result)
		}
		if err != nil {
			t.Fatal(err)
		}
		return activities.Sync{
			Source: "acme", ID: id, Bucket: result.Bucket, OrgID: result.Identity.OrgID, UserID: result.Identity.UserID,
		}
	}
	probe := func(sync activities.Sync) error {
		_, err := env.ExecuteActivity("CheckQuota", activities.CheckQuotaParams{Sync: sync, Must: true})
		return err
	}
	first := begin("20261123T181610Z-ab12cd34")
	if err := probe(first); err != nil {
		t.Fatal(err)
	}
	address.lead(t, 7, secrets)
	second := begin("20261124T181610Z-ab12cd34")
	if second.OrgID == first.OrgID || second.OrgID == "" {
		t.Errorf("the second sync begins in org %q, the first did in %q", second.OrgID, first.OrgID)
	}
	if err := probe(second); err != nil {
		t.Errorf("the second sync: %v", err)
	}
	if err := probe(first); typeOf(err) != string(fault.Invalid) {
		t.Errorf("the first sync goes on: %v", err)
	}
}

// A host that does not prove to be Salesforce is a wrong setting at the start of a sync, and is waited for in the middle of one.
func TestAuthenticate_takesAHostThatIsNotTrustedForAWrongSetting(t *testing.T) {
	t.Parallel()
	answer := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	trusted, plain := httptest.NewTLSServer(answer), httptest.NewServer(answer)
	t.Cleanup(trusted.Close)
	t.Cleanup(plain.Close)
	trusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	for name, row := range map[string]struct{ url, says string }{
		"a certificate of somebody else": {trusted.URL, "ca_file"},
		"no certificate at all":          {strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS"},
	} {
		client, err := salesforce.New(salesforce.Config{
			BaseURL: row.url, Credentials: func(context.Context) (salesforce.Credentials, error) {
				return salesforce.Credentials{ClientID: "id", ClientSecret: "secret"}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		env := newEnv(t, client)
		_, err = env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
		var failure *temporal.ApplicationError
		if !errors.As(err, &failure) || failure.Type() != string(fault.Invalid) || !failure.NonRetryable() ||
			!strings.Contains(failure.Message(), row.says) {
			t.Errorf("%s, at the start: %v", name, err)
		}
		_, err = env.ExecuteActivity("CheckQuota", activities.CheckQuotaParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
		if !errors.As(err, &failure) || failure.Type() != string(fault.Transient) || failure.NonRetryable() {
			t.Errorf("%s, in the middle: %v", name, err)
		}
	}
}

// Links begin where the org lives, which is not where a login goes that all orgs share.
func TestAuthenticate_linksBeginWithTheOrgsOwnInstance(t *testing.T) {
	t.Parallel()
	org := simulated(t, server.Options{Reports: 5})
	ready := org.Ready()
	for _, auth := range []salesforce.Auth{salesforce.AuthClientCredentials, salesforce.AuthPassword} {
		client := clientOf(t, org, func(c *salesforce.Config) { c.Auth = auth })
		env := newEnv(t, client)
		begin := func(id string) (result activities.AuthenticateResult) {
			t.Helper()
			value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: id}})
			if err == nil {
				err = value.Get(&result)
			}
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		if auth == salesforce.AuthClientCredentials {
			if got := begin("20261123T181610Z-ab12cd34").BaseURL; got != ready.Salesforce {
				t.Errorf("%s: links begin with %s, want %s", auth, got, ready.Salesforce)
			}
		}
		lives, err := org.MoveInstance()
		if err != nil {
			t.Fatal(err)
		}
		if got := begin("20261124T181610Z-ab12cd34").BaseURL; got != lives || got == ready.Salesforce {
			t.Errorf("%s: links begin with %s, want %s", auth, got, lives)
		}
	}
}

// TestAuthenticate_notesWhetherTheSyncDelivers reads what a process goes by that goes on with a sync whose Temporal was lost.
func TestAuthenticate_notesWhetherTheSyncDelivers(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	for _, id := range []string{syncOfA, syncOfB} {
		sync, upload := activities.Sync{Source: "acme", ID: id}, id == syncOfB
		if _, err := r.a.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: sync, Upload: upload}); err != nil {
			t.Fatal(err)
		}
		var opened history.Start
		err := r.store.ReadJSON(t.Context(), staging.Sync{Source: "acme", ID: id}.Start(), &opened)
		if err != nil || opened.Deliver != upload || opened.Identity.OrgID == "" {
			t.Errorf("begun with upload %t it is noted as %+v, %v", upload, opened, err)
		}
	}
}

// TestAuthenticate_keepsWhatStartedTheSync reads what a sync leaves for those who look back, and what the next one finds of it.
func TestAuthenticate_keepsWhatStartedTheSync(t *testing.T) {
	t.Parallel()
	r := newRivals(t)
	for _, id := range []string{syncOfA, syncOfB} {
		params := activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: id}, Trigger: "schedule:nightly", FirstRun: "first-" + id}
		if _, err := r.a.ExecuteActivity("Authenticate", params); err != nil {
			t.Fatal(err)
		}
	}
	var start history.Start
	var end history.End
	first := staging.Sync{Source: "acme", ID: syncOfA}
	err := errors.Join(r.store.ReadJSON(t.Context(), first.Start(), &start), r.store.ReadJSON(t.Context(), first.End(), &end))
	if err != nil || start.Trigger != "schedule:nightly" || start.Workflow == "" || start.Run != "first-"+syncOfA {
		t.Errorf("it began as %+v, %v", start, err)
	}
	if end.Outcome != history.OutcomeUnknown || end.Trigger != start.Trigger || end.Workflow != start.Workflow ||
		end.Run != start.Run || end.At.IsZero() {
		t.Errorf("the next sync has found the end %+v", end)
	}
	if ended, err := r.store.Exists(t.Context(), staging.Sync{Source: "acme", ID: syncOfB}.End()); ended || err != nil {
		t.Errorf("a sync has ended itself, %v", err)
	}
}

// TestAuthenticate_countsTheCallsOfEarlierAttempts follows an attempt that left its account.
func TestAuthenticate_countsTheCallsOfEarlierAttempts(t *testing.T) {
	t.Parallel()
	env := newEnv(t, clientOf(t, simulated(t, server.Options{Reports: 5}), nil))
	calls := func() int64 {
		t.Helper()
		value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
		var result activities.AuthenticateResult
		if err == nil {
			err = value.Get(&result)
		}
		if err != nil {
			t.Fatal(err)
		}
		return result.Calls
	}
	alone := calls()
	env.SetHeartbeatDetails(activities.Beat{Calls: 7, Final: true})
	if after := calls(); alone == 0 || after != alone+7 {
		t.Errorf("%d calls after an attempt that made 7, want %d", after, alone+7)
	}
}
