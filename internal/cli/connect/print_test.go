package connect_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/config"
)

// TestPrint_isABlockThatTheSettingsRead takes what is printed for longhaul.yaml, as a person copies it.
func TestPrint_isABlockThatTheSettingsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := []string{
		"connect", "acme-eu", "--print", "--credentials", "-", "--catalog-source-id", id, "--catalog-token", "env:TOKEN", "--catalog-zone", "US",
	}
	o := w.run(t.Context(), nil, args...)
	o.says(t, 0, "kind: Secret", "  name: longhaul-acme-eu\n", `  client_secret: "<Consumer Secret>"`, `  catalog_token: "<Catalog Token>"`,
		"mountPath: /run/secrets/longhaul/acme-eu", "#   catalog.token: env:ACME_EU_CATALOG_TOKEN", "# Then: longhaul check acme-eu")
	block, _, _ := strings.Cut(o.out, "---\n")
	if err := os.WriteFile(filepath.Join(w.dir, "longhaul.yaml"), []byte("storage: mem://\n"+block), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := config.Read(config.Input{Dir: w.dir, NeedStorage: true, NeedSources: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, block)
	}
	s, err := cfg.Sources.Get("acme-eu")
	if err != nil || s.Salesforce.BaseURL != "acme.my.salesforce.com" || s.Salesforce.ClientID != "3MVG9" ||
		s.Salesforce.ClientSecret.String() != "file:/run/secrets/longhaul/acme-eu/client_secret" || s.Exports[0].Texts["zone"] != "US" ||
		s.Exports[0].Secrets["token"].String() != "file:/run/secrets/longhaul/acme-eu/catalog_token" {
		t.Errorf("%+v, %v", s, err)
	}
	var printed struct {
		Settings string
		Secrets  []struct{ Setting, File, Env, Value string }
	}
	o = w.run(t.Context(), nil, append(args, "--json")...)
	if err := json.Unmarshal([]byte(o.out), &printed); err != nil || len(printed.Secrets) != 2 || printed.Secrets[1].Value != "" ||
		!strings.HasSuffix(block, printed.Settings) {
		t.Errorf("%v: %s", err, o.out)
	}
}

// TestPrint_needsNothing has no settings, no bucket and no Temporal; what is not known is a placeholder that no check lets pass.
func TestPrint_needsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings = ""
	o := w.run(t.Context(), nil, "connect", "acme", "--print")
	o.says(t, 0, "base_url: <Current My Domain URL>", "source_id: <Catalog Identifier>", "token: file:/run/secrets/longhaul/acme/catalog_token",
		`  catalog_token: "<Catalog Token>"`)
	if none := w.run(t.Context(), nil, "connect", "acme", "--print", "--no-catalog"); strings.Contains(none.out, "catalog") {
		t.Errorf("it has a catalog: %s", none.out)
	}
	w.run(t.Context(), nil, "connect", "2-acme", "--print").says(t, 0, "env:SOURCE_2_ACME_CLIENT_SECRET")
	block, _, _ := strings.Cut(o.out, "---\n")
	if err := os.WriteFile(filepath.Join(w.dir, "longhaul.yaml"), []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := config.Read(config.Input{Dir: w.dir}); err == nil || strings.Count(err.Error(), "is a placeholder that nothing has replaced") != 3 {
		t.Errorf("got %v", err)
	}
	who := answered()
	who.answers["Current"], who.answers["Consumer Key"] = "acme.my.salesforce.com", ""
	w.run(t.Context(), who, "connect", "acme", "--print").says(t, 0, "client_id: <Consumer Key>", "source_id: "+id)
	if slices.ContainsFunc(who.asked, func(q string) bool { return strings.Contains(q, "not shown") }) {
		t.Errorf("asked %q", who.asked)
	}
}

func TestPrint_showsSecretsOnlyWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const shown = "a-secret-for-all"
	if err := os.WriteFile(filepath.Join(w.dir, "one"), []byte(shown+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"connect", "acme", "--print", "--client-secret", "file:one"}
	if o := w.run(t.Context(), nil, args...); strings.Contains(o.out+o.errors, shown) {
		t.Errorf("it shows %s", o.out)
	}
	w.run(t.Context(), nil, append(args, "--show-secrets")...).says(t, 0, `  client_secret: "`+shown+`"`)
	w.run(t.Context(), nil, "connect", "acme", "--show-secrets").says(t, 2, "--show-secrets is for --print")
}
