package activities_test

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/catalog"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// withCatalog readies the activities of a source that delivers to a simulated catalog.
func withCatalog(t *testing.T, sim *server.Server, change func(*catalog.Config)) *testsuite.TestActivityEnvironment {
	t.Helper()
	ready := sim.Ready()
	org := clientOf(t, sim, nil)
	cfg := catalog.Config{
		URL: ready.Catalog, PublicAPI: ready.Catalog + server.PublicPath, SourceID: ready.SourceID, Backoff: time.Millisecond,
		Token: func(context.Context) (string, error) { return ready.CatalogToken, nil },
	}
	if change != nil {
		change(&cfg)
	}
	to, err := catalog.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(to.Close)
	return envOf(t, &activities.Source{Name: "acme", Salesforce: org, Exports: castorTo(to), APIVersion: org.APIVersion(), MaxInFlight: 4})
}

func token(text string) func(*catalog.Config) {
	return func(c *catalog.Config) { c.Token = func(context.Context) (string, error) { return text, nil } }
}

// What a delivery will need is looked at before Salesforce is asked for anything.
func TestAuthenticate_refusesACatalogThatWouldNotTakeTheExtract(t *testing.T) {
	t.Parallel()
	sim := simulated(t, server.Options{Reports: 5})
	for name, row := range map[string]struct {
		change func(*catalog.Config)
		class  fault.Class
		system fault.System
		says   string
	}{
		"an unknown token":       {token("another"), fault.LoginRefused, fault.Catalog, "does not know the token"},
		"a token of two lines":   {token("one\ntwo"), fault.Invalid, fault.Longhaul, "line break"},
		"a token in quotes":      {token(`"` + sim.Ready().CatalogToken + `"`), fault.Invalid, fault.Longhaul, "quote"},
		"a host that has no TLS": {func(c *catalog.Config) { c.URL = strings.Replace(c.URL, "http:", "https:", 1) }, fault.Invalid, fault.Longhaul, "does not speak TLS"},
	} {
		env := withCatalog(t, sim, row.change)
		params := activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}, Upload: true}
		_, err := env.ExecuteActivity("Authenticate", params)
		var failure *temporal.ApplicationError
		var details activities.Failure
		if !errors.As(err, &failure) || !failure.NonRetryable() || failure.Details(&details) != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if details.Class != row.class || details.System != row.system || !strings.Contains(details.Message, row.says) {
			t.Errorf("%s: %+v", name, details)
		}
		if sim.Stats().Logins != 0 {
			t.Errorf("%s: Salesforce was asked for a login first", name)
		}
		params.Upload = false
		if _, err := env.ExecuteActivity("Authenticate", params); err != nil {
			t.Errorf("%s, for a sync that delivers nothing: %v", name, err)
		}
		if sim.Stats().Logins != 1 {
			t.Errorf("%s: %d logins without a delivery", name, sim.Stats().Logins)
		}
		sim = simulated(t, server.Options{Reports: 5})
	}
}

func TestAuthenticate_warnsOnceOfWhatCannotBeTried(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		faults []server.Fault
		change func(*catalog.Config)
		says   string // empty: no warning
	}{
		"a known token":            {nil, nil, ""},
		"an outage that passes":    {[]server.Fault{{Name: "catalog_api_503", Times: 2}}, nil, ""},
		"an outage that lasts":     {[]server.Fault{{Name: "catalog_api_500"}}, nil, "is in trouble (500)"},
		"a portal":                 {[]server.Fault{{Name: "catalog_api_portal"}}, nil, `called "Sign in to the network"`},
		"nothing there":            {[]server.Fault{{Name: "catalog_api_404"}}, nil, `called "Not Found"`},
		"a url in place of a zone": {nil, func(c *catalog.Config) { c.PublicAPI = "" }, "no public API to ask"},
		"a catalog that is away":   {nil, func(c *catalog.Config) { c.URL = "http://127.0.0.1:1" }, "cannot be reached now"},
		"both of its hosts that are": {nil, func(c *catalog.Config) {
			c.URL, c.PublicAPI = "http://127.0.0.1:1", "http://127.0.0.1:1/x"
		}, "cannot be reached now (dial tcp 127.0.0.1:1: connect: connection refused), and "},
		"trouble with deliveries so far": {[]server.Fault{{Name: "upload_401"}, {Name: "upload_503"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := simulated(t, server.Options{Reports: 5})
			env := withCatalog(t, sim, row.change)
			if err := sim.SetFaults(row.faults); err != nil {
				t.Fatal(err)
			}
			value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{
				Sync: activities.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}, Upload: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			var result activities.AuthenticateResult
			if err := value.Get(&result); err != nil {
				t.Fatal(err)
			}
			all := ""
			for _, one := range warning.Show(result.Warnings) {
				all += one.Message + "\n"
			}
			if want := min(len(row.says), 1); len(result.Warnings) != want || !strings.Contains(all, row.says) {
				t.Errorf("warnings %q, want %q", result.Warnings, row.says)
			}
		})
	}
}

// A delivery of the last sync to the same place has tried the token, which a catalog with a url lets nobody else try.
func TestAuthenticate_aTokenThatDeliveredIsTried(t *testing.T) {
	t.Parallel()
	sim := simulated(t, server.Options{Reports: 5})
	org := clientOf(t, sim, nil)
	for name, row := range map[string]struct {
		host      string // of the catalog now; empty: where the last sync delivered
		delivered bool
		says      string // empty: no warning
	}{
		"delivered":                  {delivered: true},
		"not delivered":              {says: "no public API to ask"},
		"delivered elsewhere":        {delivered: true, host: "http://localhost:1", says: "no public API to ask"},
		"delivered, and is away now": {delivered: true, host: "http://127.0.0.1:1", says: "cannot be reached now"},
	} {
		to := clientOfCatalog(t, cmp.Or(row.host, sim.Ready().Catalog), sim)
		store, err := staging.Open(t.Context(), "mem://")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		source := &activities.Source{Name: "acme", Salesforce: org, Exports: castorTo(to), APIVersion: org.APIVersion(), MaxInFlight: 4}
		last, where := "20261122T181610.000Z-ab12cd34", to
		if name == "delivered elsewhere" {
			where = clientOfCatalog(t, sim.Ready().Catalog, sim)
		}
		record := history.Record{Sync: last, Source: "acme", Exports: map[string]history.Delivery{
			"castor": {Delivered: row.delivered, To: castor.NewTarget(where, nil).Destination()},
		}}
		if err := store.WriteJSON(t.Context(), staging.RecordKey("acme", last), record); err != nil {
			t.Fatal(err)
		}
		value, err := envOn(source, store, "A").ExecuteActivity("Authenticate", activities.AuthenticateParams{
			Sync: activities.Sync{Source: "acme", ID: "20261123T181610.000Z-ab12cd34"}, Upload: true,
		})
		var result activities.AuthenticateResult
		if err == nil {
			err = value.Get(&result)
		}
		all := ""
		for _, one := range warning.Show(result.Warnings) {
			all += one.Message
		}
		untried := strings.Contains(all, "token") == strings.Contains(row.says, "no public API")
		if err != nil || !untried || !strings.Contains(all, row.says) || (row.says == "") != (all == "") {
			t.Errorf("%s: it warns of %q (%v), want %q", name, all, err, row.says)
		}
	}
}

// clientOfCatalog delivers to a url, for which there is no public API.
func clientOfCatalog(t *testing.T, address string, sim *server.Server) *catalog.Client {
	t.Helper()
	client, err := catalog.New(catalog.Config{
		URL: address, SourceID: sim.Ready().SourceID, Backoff: time.Millisecond,
		Token: func(context.Context) (string, error) { return sim.Ready().CatalogToken, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
