package host

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/activities"
	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/internal/source"
)

// Two clients of one org would be two sessions, and twice the requests in flight.
func TestSource_hasOneClientHoweverManyAsk(t *testing.T) {
	t.Parallel()
	h := open(t, 0, acme("acme", source.Held("a-client-secret")), acme("beta", source.Held("a-client-secret")))
	const askers = 20
	found := make([]*activities.Source, askers)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() { found[i], _ = h.sources.Source(t.Context(), "acme") })
	}
	all.Wait()
	for _, one := range found {
		if one == nil || one.Salesforce != found[0].Salesforce {
			t.Fatalf("got %v and %v", one, found[0])
		}
	}
	if other, err := h.sources.Source(t.Context(), "beta"); err != nil || other.Salesforce == found[0].Salesforce {
		t.Errorf("another source has %v, %v", other, err)
	}
}

func TestSource_isWhatTheSettingsSay(t *testing.T) {
	t.Parallel()
	configured := acme("acme", source.Held("a-client-secret"))
	configured.MaxInFlight, configured.MaxShards, configured.Scope.Private = 30, 5, true
	configured.Salesforce.APIVersion = "61.0"
	configured.Quota = source.Quota{Ceiling: 70, Share: 20, Probe: 7 * time.Minute}
	configured.Guard = source.Guard{MaxShrink: 15, Timeout: 3 * time.Hour}
	got, err := open(t, 0, configured).sources.Source(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want := &activities.Source{
		Name: "acme", APIVersion: "61.0", MaxInFlight: 30, MaxShards: 5, Private: true,
		Quota: quota.Policy{Ceiling: 70, Share: 20}, Probe: 7 * time.Minute, Guard: activities.Guard{MaxShrink: 15, Timeout: 3 * time.Hour},
		Audit: 30 * 24 * time.Hour, Keep: history.Keep{Accounts: 90, Days: 400}, // the defaults
		Exports: []export.Export{{Format: castor.Format{}}}, // without a target
		Kept:    activities.KeptSettings,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(activities.Source{}, "Salesforce")); diff != "" { // and no catalog
		t.Error(diff)
	}
	if base := got.Salesforce.BaseURL(); base != "https://acme.my.salesforce.com" {
		t.Errorf("it leads to %s", base)
	}
}

// What could not be built is built once its secrets are there, without a restart of the worker.
func TestSource_isTriedAgainAfterAMistake(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "acme.json")
	h := open(t, 0, source.Source{Name: "acme", Salesforce: source.Salesforce{Credentials: reference(t, "file:"+file)}})
	if _, err := h.sources.Source(t.Context(), "acme"); !fault.Is(err, fault.Invalid) {
		t.Fatalf("without its credentials: %v", err)
	}
	document := `{"baseUrl":"acme.my.salesforce.com","clientId":"3MVG9","clientSecret":"a-client-secret"}`
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := h.sources.Source(t.Context(), "acme")
	if err != nil || got.Salesforce.BaseURL() != "https://acme.my.salesforce.com" {
		t.Errorf("with its credentials: %v, %v", got, err)
	}
}

// A token may be put there, or rotated, after the client was made.
func TestSource_readsTheCatalogTokenAnew(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	configured := acme("acme", source.Held("a-client-secret"))
	configured.Exports = castor.Catalog{Zone: "EU", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", Token: reference(t, "file:"+file)}.Exports()
	got, err := open(t, 0, configured).sources.Source(t.Context(), "acme")
	if err != nil || got.Exports[0].Target == nil {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := got.Exports[0].Target.Ready(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("before the token is there: %v", err)
	}
	if err := os.WriteFile(file, []byte("a-catalog-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := got.Exports[0].Target.Ready(t.Context()); err != nil {
		t.Errorf("once it is: %v", err)
	}
}
