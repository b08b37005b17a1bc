package exam_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// subject is source acme of a simulated org, with a bucket in a folder.
func subject(t *testing.T, sim server.Ready, baseURL string) exam.Subject {
	t.Helper()
	from := source.Source{
		Name: "acme", Salesforce: source.Salesforce{BaseURL: baseURL, ClientID: sim.ClientID, ClientSecret: source.Held(sim.ClientSecret)},
		Exports: castor.Catalog{
			URL: sim.Catalog, SourceID: sim.SourceID, Token: source.Held(sim.CatalogToken), PublicAPI: sim.Catalog + server.PublicPath,
		}.Exports(),
	}.WithDefaults()
	target, err := castor.Format{}.Target(from, export.Process{UserAgent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	org, err := salesforce.New(salesforce.Config{
		BaseURL: baseURL, Timeout: 6 * time.Second, Attempts: 2,
		Credentials: func(ctx context.Context) (salesforce.Credentials, error) {
			c, err := from.SalesforceCredentials(ctx)
			return salesforce.Credentials{ClientID: c.ClientID, ClientSecret: c.ClientSecret}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(org.Close)
	store, err := staging.Open(t.Context(), "file://"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return exam.Subject{
		Source: from, BaseURL: baseURL, Org: org, Exports: []export.Export{{Format: castor.Format{}, Target: target}}, Store: store,
		Cluster: func(context.Context) cluster.Facts {
			return cluster.Facts{
				Namespace: "default", Active: true, Retention: 720 * time.Hour, Source: "acme", Workers: []doctor.Worker{{Identity: "1@here"}},
			}
		},
	}
}

func simulated(t *testing.T, options server.Options) (*server.Server, server.Ready) {
	t.Helper()
	sim, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim, sim.Ready()
}

func TestRun_asksInTheOrderOfTheGuide(t *testing.T) {
	t.Parallel()
	_, ready := simulated(t, server.Options{Reports: 5})
	result := exam.Run(t.Context(), subject(t, ready, ready.Salesforce))
	order := []string{
		"settings", "secret.client_secret", "secret.catalog.token", "host", "network.dns", "network.proxy", "network.connect", "network.tls",
		"network.answer", "login", "export.castor.host", "export.castor.token", "export.castor.write", "export.castor.source_id", "bucket.list",
		"bucket.read", "bucket.write", "bucket.write_if_absent", "bucket.delete", "temporal.namespace", "temporal.retention",
		"temporal.search_attributes", "temporal.workers",
	}
	at := 0
	for _, f := range result.Findings {
		if at < len(order) && f.ID == order[at] {
			at++
		}
		if f.Status == doctor.Fail {
			t.Errorf("got %+v", f)
		}
	}
	if at < len(order) {
		t.Errorf("%s does not follow in %v", order[at], ids(result))
	}
	if result.Calls > 25 || result.Source != "acme" {
		t.Errorf("%d calls of source %s", result.Calls, result.Source)
	}
	hidesSecrets(t, result, ready)
}

func TestRun_aWrongCatalogTokenHasItsOwnFinding(t *testing.T) {
	t.Parallel()
	_, ready := simulated(t, server.Options{Reports: 5})
	wrong := ready
	wrong.CatalogToken = "another-token-that-is-wrong"
	result := exam.Run(t.Context(), subject(t, wrong, ready.Salesforce))
	requireFailed(t, result, "export.castor.token")
	hidesSecrets(t, result, wrong)
}

// TestRun_endsWhereAHostHangs has a host that takes connections and never answers. All other rows are asked all the same.
func TestRun_endsWhereAHostHangs(t *testing.T) {
	t.Parallel()
	_, ready := simulated(t, server.Options{Reports: 5})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	result := exam.Run(t.Context(), subject(t, ready, "http://"+listener.Addr().String()))
	requireFailed(t, result, "network.answer")
	for _, f := range result.Findings {
		if f.ID == "login" && f.Status != doctor.Skipped {
			t.Errorf("a secret was sent to a host that is not known to be Salesforce: %+v", f)
		}
	}
	if result.Calls != 0 {
		t.Errorf("%d calls", result.Calls)
	}
}

func TestRun_aSecretThatCannotBeReadIsSentNowhere(t *testing.T) {
	t.Parallel()
	sim, ready := simulated(t, server.Options{Reports: 5})
	s := subject(t, ready, ready.Salesforce)
	missing, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:NO_SUCH")
	if err != nil {
		t.Fatal(err)
	}
	s.Source.Salesforce.ClientSecret = missing
	result := exam.Run(t.Context(), s)
	requireFailed(t, result, "secret.client_secret")
	if logins := sim.Stats().Logins; logins != 0 {
		t.Errorf("%d logins", logins)
	}
}

func TestRun_aFileOfCertificatesThatIsAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	sim, ready := simulated(t, server.Options{Reports: 5})
	s := subject(t, ready, ready.Salesforce)
	s.Source.Salesforce.CAFile = filepath.Join(t.TempDir(), "none.pem")
	requireFailed(t, exam.Run(t.Context(), s), "settings")
	if logins := sim.Stats().Logins; logins != 0 {
		t.Errorf("%d logins", logins)
	}
}

func TestRun_aPanicOfOnePartLosesNoOther(t *testing.T) {
	t.Parallel()
	_, ready := simulated(t, server.Options{Reports: 5})
	s := subject(t, ready, ready.Salesforce)
	s.Cluster = func(context.Context) cluster.Facts { panic("boom") }
	requireFailed(t, exam.Run(t.Context(), s), "check")
}

// requireFailed makes sure that one row fails and no other.
func requireFailed(t *testing.T, result doctor.Result, id string) {
	t.Helper()
	var failed []string
	for _, f := range result.Findings {
		if f.Status == doctor.Fail {
			failed = append(failed, f.ID)
		}
	}
	if len(failed) != 1 || failed[0] != id || result.Status != doctor.Fail {
		t.Errorf("%v failed, want %s alone", failed, id)
	}
}

func ids(result doctor.Result) (all []string) {
	for _, f := range result.Findings {
		all = append(all, f.ID)
	}
	return all
}

func hidesSecrets(t *testing.T, result doctor.Result, ready server.Ready) {
	t.Helper()
	text := fmt.Sprintf("%+v", result)
	for _, secret := range []string{ready.ClientSecret, ready.CatalogToken} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is shown: %s", text)
		}
	}
}
