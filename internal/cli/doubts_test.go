package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const withPassword = `data_dir: ./data
sources:
  acme:
    salesforce:
      base_url: acme.my.salesforce.com
      auth: password
      client_id: 3MVG9
      client_secret: env:ACME_SECRET
      username: catalog@acme.example
      password: env:ACME_PASSWORD
`

// A password may hold anything, so what is odd about one is said and does not keep the process from its work.
func TestServe_warnsOfAnOddPasswordAndNamesABadSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "longhaul.yaml"), []byte(withPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "serve", "--port", "0")
	app.Dir, app.Environ = dir, []string{`ACME_PASSWORD="hunter2"`, "ACME_SECRET='s3cret'\r"}
	withPlant(&app, &fakeTemporal{})
	ctx, cancel := context.WithCancel(t.Context())
	open := app.openPlant
	app.openPlant = func(ctx context.Context, a *App, o plantOptions) (*plant, error) {
		cancel() // as soon as everything is read
		return open(ctx, a, o)
	}
	Main(ctx, app)
	for _, want := range []string{
		`Warning: the password of source "acme" begins and ends with a quote`,
		`Warning: client_secret of source "acme" (env:ACME_SECRET) begins and ends with a quote: leave the quotes out`,
	} {
		if !strings.Contains(out.stderr.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, out.stderr.String())
		}
	}
	if said := out.stderr.String(); strings.Contains(said, "hunter2") || strings.Contains(said, "s3cret") {
		t.Errorf("a secret shows:\n%s", said)
	}
}
