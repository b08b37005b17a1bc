package host

import (
	"strings"
	"testing"

	"longhaul/internal/config"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// acme is a source that logs in with a secret.
func acme(name string, secret source.Secret) source.Source {
	return source.Source{Name: name, Salesforce: source.Salesforce{
		BaseURL: name + ".my.salesforce.com", ClientID: "3MVG9", ClientSecret: secret,
	}}
}

func open(t *testing.T, slots int, configured ...source.Source) *Host {
	t.Helper()
	registry, err := source.NewRegistry(configured...)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), config.Config{DataDir: t.TempDir(), Sources: registry, Worker: config.Worker{Slots: slots}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func reference(t *testing.T, text string) source.Secret {
	t.Helper()
	secret, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestHost_hasSlotsForAllShardsOfAllSources(t *testing.T) {
	t.Parallel()
	small, large := acme("small", source.Held("a-client-secret")), acme("large", source.Held("a-client-secret"))
	small.MaxShards, large.MaxShards = 2, 40
	for _, row := range []struct {
		name        string
		asked, want int
	}{
		{"fewer are asked for", 10, spareSlots + 42 + 2*sourcePollers + pollers},
		{"more are asked for", 100, 100 + pollers},
	} {
		if got := open(t, row.asked, small, large).activitySlots(); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}

func TestCheck_findsTheMistakesOfAllSources(t *testing.T) {
	t.Parallel()
	whole := acme("acme", source.Held("a-client-secret"))
	if err := open(t, 0, whole).Check(t.Context()); err != nil {
		t.Errorf("a source without mistakes: %v", err)
	}
	untrusted, undelivered := whole, whole
	untrusted.Name, untrusted.Salesforce.CAFile = "untrusted", "/does/not/exist.pem"
	undelivered.Name = "undelivered"
	undelivered.Exports = castor.Catalog{
		Zone: "EU", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", Token: reference(t, "env:CATALOG_TOKEN"),
	}.Exports()
	secretless := acme("secretless", reference(t, "env:ACME_CLIENT_SECRET"))
	if err := open(t, 0, whole, secretless, untrusted, undelivered).Check(t.Context()); err != nil {
		t.Errorf("beside a source without mistakes: %v", err)
	}
	err := open(t, 0, secretless, untrusted, undelivered).Check(t.Context())
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	lines := strings.Split(err.Error(), "\n")
	for i, parts := range [][]string{
		{`"secretless"`, "ACME_CLIENT_SECRET"}, {`"undelivered"`, "CATALOG_TOKEN"}, {`"untrusted"`, "/does/not/exist.pem"},
	} {
		if len(lines) != 3 || !strings.Contains(lines[i], parts[0]) || !strings.Contains(lines[i], parts[1]) {
			t.Fatalf("said:\n%v", err)
		}
	}
}
