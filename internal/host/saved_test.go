package host

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// hostWith is a host on a bucket with a candidate for acme, and its settings changed.
func hostWith(t *testing.T, change func(*config.Config)) (h *Host, version string) {
	t.Helper()
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	registry, err := source.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{
		Storage: config.FileURL(filepath.Join(t.TempDir(), "bucket")), Sources: registry, Secrets: seal.Config{Keeper: seal.Local, Key: source.Held(key)},
	}
	if change != nil {
		change(&settings)
	}
	if h, err = Open(t.Context(), settings, Options{Version: "test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	keeper, err := seal.New(seal.Config{Keeper: seal.Local, Key: source.Held(key)})
	if err != nil {
		t.Fatal(err)
	}
	version, err = saved.New(h.Store(), keeper, nil).Propose(t.Context(), saved.Document{Source: "acme", Salesforce: saved.Salesforce{
		BaseURL: "acme.my.salesforce.com", Auth: "client_credentials", ClientID: "3MVG9", ClientSecret: "a-secret",
	}}, "acme.my.salesforce.com")
	if err != nil {
		t.Fatal(err)
	}
	return h, version
}

func TestSubject_ofACandidate(t *testing.T) {
	t.Parallel()
	var learnt []string
	h, version := hostWith(t, func(c *config.Config) { c.Learn = func(secrets ...string) { learnt = append(learnt, secrets...) } })
	subject, free, err := h.Subject(t.Context(), "acme", version)
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	if subject.BaseURL != "acme.my.salesforce.com" || subject.Org == nil || subject.Problem != nil || subject.Source.MaxInFlight == 0 {
		t.Errorf("got %+v", subject)
	}
	if len(learnt) == 0 || learnt[0] != "a-secret" {
		t.Errorf("the log learnt %d secrets before they were used", len(learnt))
	}
}

func TestSubject_ofACandidateThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	h, version := hostWith(t, func(c *config.Config) { c.Secrets = seal.Config{} })
	_, _, err := h.Subject(t.Context(), "acme", version)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "secrets.keeper is not set") {
		t.Errorf("without a key: %v", err)
	}
	h, _ = hostWith(t, nil)
	_, _, err = h.Subject(context.Background(), "acme", staging.SyncID(time.Now(), "none"))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "lacks the credentials of acme that are to be checked") {
		t.Errorf("of another bucket: %v", err)
	}
	h, version = hostWith(t, func(c *config.Config) {
		registry, err := source.NewRegistry(source.Source{Name: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		c.Sources = registry
	})
	subject, free, err := h.Subject(t.Context(), "acme", version)
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	if subject.Problem == nil || !strings.Contains(subject.Problem.Error(), "source acme stands in the settings of worker") {
		t.Errorf("in the settings too: %v", subject.Problem)
	}
}

// TestSubject_ofASavedSourceNamesTheCommandThatMendsIt and a step knows that it is a connected one.
func TestSubject_ofASavedSourceNamesTheCommandThatMendsIt(t *testing.T) {
	t.Parallel()
	h, version := hostWith(t, nil)
	if err := h.saved.Promote(t.Context(), "acme", version); err != nil {
		t.Fatal(err)
	}
	if err := h.roster.Look(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	subject, free, err := h.Subject(t.Context(), "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	if subject.Connect == nil || subject.Connect("client_secret") != "`longhaul connect acme --client-secret file:PATH`" {
		t.Error("it names no command")
	}
	ready, err := h.sources.Source(t.Context(), "acme")
	if err != nil || ready.Kept != activities.KeptConnected {
		t.Errorf("the credentials are kept in %+v, %v", ready, err)
	}
}
