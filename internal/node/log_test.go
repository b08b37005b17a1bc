package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"longhaul/internal/config"
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
