package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/node"
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

// A password may hold anything, so an odd one is a warning and no error.
func TestServe_warnsOfAnOddPasswordAndNamesABadSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "longhaul.yaml"), []byte(withPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "serve", "--port", "0")
	app.Dir, app.Environ = dir, []string{`ACME_PASSWORD="hunter2"`, "ACME_SECRET='s3cret'\r"}
	withNode(&app, &fakeTemporal{})
	ctx, cancel := context.WithCancel(t.Context())
	open := app.startNode
	app.startNode = func(ctx context.Context, o node.Options) (*node.Node, error) {
		cancel() // as soon as everything is read
		return open(ctx, o)
	}
	Main(ctx, app)
	for _, want := range []string{
		`"message":"the password of source \"acme\" begins and ends with a quote`,
		`"message":"client_secret of source \"acme\" (env:ACME_SECRET) begins and ends with a quote: leave the quotes out"`,
	} {
		if !strings.Contains(out.stderr.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, out.stderr.String())
		}
	}
	if said := out.stderr.String(); strings.Contains(said, "hunter2") || strings.Contains(said, "s3cret") {
		t.Errorf("a secret shows:\n%s", said)
	}
}

func TestServe_readyUntilStopped(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "serve", "--config", file, "--port", "0", "--json")
	asked := withNode(&app, &fakeTemporal{})
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel, ""} // it says there that it is up
	if code := Main(ctx, app); code != 0 {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	if diff := cmp.Diff(`{"temporal":"127.0.0.1:7233","ui":"http://127.0.0.1:8233"}`+"\n", out.stdout.String()); diff != "" {
		t.Error(diff)
	}
	o := (*asked)[0].Temporal
	if o.Database != filepath.Join(filepath.Dir(file), "data", node.DatabaseFile) || o.Addr != "127.0.0.1:0" || o.UIAddr != "127.0.0.1:8233" {
		t.Errorf("asked for %+v", o)
	}
	said := out.stderr.String()
	if !strings.Contains(said, `"message":"the settings are read","file":"`+file+`"}`) || strings.Contains(said, "Settings:") {
		t.Errorf("stderr:\n%s", out.stderr.String())
	}
}

func TestServe_wrongSettings(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, says string }{
		{"malformed YAML", "sources:\n  acme: [\n", "longhaul.yaml:"},
		{"no data_dir", strings.ReplaceAll(smallest, "data_dir: ./data", "storage: file:///tmp/x"), "data_dir is not set"},
		{"a literal secret", strings.ReplaceAll(smallest, "env:ACME_CLIENT_SECRET", "a-client-secret"), "longhaul.yaml:7"},
		{"no sources, and no key for connected ones", "data_dir: ./data\nstorage: file:///tmp/x\n", "no source is configured"},
	} {
		file := filepath.Join(t.TempDir(), "longhaul.yaml")
		if err := os.WriteFile(file, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out := run(t, nil, nil, "longhaul", "serve", "--config", file)
		if code != exitUsage || !strings.Contains(out.stderr.String(), row.says) || strings.Contains(out.stderr.String(), "a-client-secret") {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
	}
}
