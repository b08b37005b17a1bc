package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/notify"
	"longhaul/internal/source"
)

func TestOpenLog_masksASecretThatCameLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	secret, err := source.References{}.Parse("file:" + file)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := source.NewRegistry(source.Source{Name: "acme", Salesforce: source.Salesforce{ClientSecret: secret}})
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{DataDir: dir, Sources: registry}
	logger, closeLog, err := OpenLog(t.Context(), dir, &settings)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLog()
	if err := os.WriteFile(file, []byte("a-rotated-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	acme, err := settings.Sources.Get("acme")
	if err != nil {
		t.Fatal(err)
	}
	login, err := acme.SalesforceCredentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("said back", zap.String("answer", "who is "+login.ClientSecret+"?"))
	text, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil || !strings.Contains(string(text), "who is [redacted]?") {
		t.Errorf("%v, the log holds:\n%s", err, text)
	}
}

// TestRedact_knowsTheAddressesOfReceivers as a whole and by their keys, and says which cannot be read.
func TestRedact_knowsTheAddressesOfReceivers(t *testing.T) {
	t.Parallel()
	absent, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:HOOK_KEY")
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{Notify: notify.Settings{Receivers: []notify.Configured{
		{Name: "chat", URL: source.Held("ntfy://user:p4ss@chat.example.com/a-topic-that-nobody-guesses?token=0123456789abcdef")},
		{Name: "hook", Webhook: source.Held("https://hooks.example.com/services/in"), Secret: absent},
	}}}
	redactor, problems := Redact(t.Context(), &settings)
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "notify.receivers.hook.secret: the environment variable HOOK_KEY is not set") {
		t.Errorf("problems %v", problems)
	}
	for _, r := range settings.Notify.Receivers {
		for _, secret := range []source.Secret{r.URL, r.Webhook} {
			if !secret.IsZero() {
				if _, err := secret.Resolve(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
	}
	const text = "p4ss a-topic-that-nobody-guesses 0123456789abcdef https://hooks.example.com/services/in"
	if got := redactor.String(text + " services"); got != strings.Repeat("[redacted] ", 4)+"services" {
		t.Errorf("got %q", got)
	}
}
