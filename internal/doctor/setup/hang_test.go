//go:build unix

package setup_test

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/setup"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// TestCheck_readsAllThatHangsAtOneTime has every file of a source on a disk that gives no answer. Each has its row, and none waits for another.
func TestCheck_readsAllThatHangsAtOneTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := func(name string) string {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret := func(name string) source.Secret {
		s, err := source.References{}.Parse("file:" + pipe(name))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := source.Source{Name: "acme", Salesforce: source.Salesforce{
		Auth: source.Password, ClientID: "3MVG9", ClientSecret: secret("one"), Password: secret("two"), SecurityToken: secret("three"), CAFile: pipe("ca"),
	}}.WithDefaults()
	s.Exports = []source.Export{{Name: "castor", Section: "catalog", Secrets: map[string]source.Secret{"token": secret("four")}}}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
	defer cancel()
	findings := setup.Check(ctx, s, nil)
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	for _, id := range []string{"settings", "secret.client_secret", "secret.password", "secret.security_token", "secret.catalog.token"} {
		f := only(t, findings, id)
		if f.Status != doctor.Fail || f.Class != fault.Transient || !strings.Contains(f.Found, "gave no answer within 5 s, so the disk or the") ||
			!strings.HasPrefix(f.Fix, "bring the disk back") {
			t.Errorf("got %+v", f)
		}
	}
}
