package host

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Two processes of one bucket log in as often together as one may, and a crash loop no more often: what was counted is in the
// bucket.
func TestSource_logsInAsOftenAsAllProcessesMay(t *testing.T) {
	t.Parallel()
	tokens := 0
	org := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tokens++
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"invalid client credentials"}`))
	}))
	t.Cleanup(org.Close)
	configured := acme("acme", source.Held("a-client-secret"))
	configured.Salesforce.BaseURL = org.URL
	dir := t.TempDir()
	registry, err := source.NewRegistry(configured)
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for range staging.MostLogins + 10 { // each is a process that starts, logs in and ends
		h, err := Open(t.Context(), config.Config{DataDir: dir, Sources: registry}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		from, err := h.sources.Source(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		_, last = from.Salesforce.Login(t.Context())
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if tokens != staging.MostLogins {
		t.Errorf("%d logins of %d processes, want %d", tokens, staging.MostLogins+10, staging.MostLogins)
	}
	if !fault.Is(last, fault.Throttled) || !strings.Contains(last.Error(), "as often as Longhaul lets it") {
		t.Errorf("the last one says %v", last)
	}
}
