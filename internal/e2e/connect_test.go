package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/config"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// TestConnect_credentialsAreNowhereWithoutTheKey connects a source to a running serve, for a wrong secret and then the right one, syncs it,
// connects it again, then by a private key, and searches what all of that has left: the bucket, Temporal's database, logs, output, the
// environment of the worker.
func TestConnect_credentialsAreNowhereWithoutTheKey(t *testing.T) {
	t.Parallel()
	mine, key := answertest.Key()
	sim := simulate(t, server.Options{Reports: 60, Columns: 2, Certificate: &mine.PublicKey})
	ready, dir := sim.Ready(), t.TempDir()
	data, secrets := filepath.Join(dir, "data"), t.TempDir() // which is not searched
	settings := written(t, dir, "longhaul.yaml", []byte("data_dir: "+data+"\n"))
	const wrong = "a-secret-of-another-app"
	document := func(name, secret string) string { return written(t, secrets, name, guidesDocument(t, ready, secret)) }
	token := written(t, secrets, "token", []byte(ready.CatalogToken))
	serve := background(t, nil, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	var said strings.Builder
	longhaulSays := func(code int, args ...string) string {
		t.Helper()
		got := run(t, []string{temporalAt(serve)}, program(t, longhaul), args...)
		said.WriteString(got.stdout + got.stderr)
		if got.code != code {
			t.Errorf("%v ended with %d, want %d:\n%s%s", args, got.code, code, got.stdout, got.stderr)
		}
		return got.stdout + got.stderr
	}
	catalog := []string{"--catalog-source-id", ready.SourceID, "--catalog-url", ready.Catalog, "--catalog-token", "file:" + token, "--config", settings}
	refused := longhaulSays(3, append([]string{"connect", "acme", "--credentials", document("wrong.json", wrong)}, catalog...)...)
	if !strings.Contains(refused, "Nothing was saved.") {
		t.Errorf("it says %s", refused)
	}
	longhaulSays(0, append([]string{"connect", "acme", "--credentials", document("right.json", ready.ClientSecret)}, catalog...)...)
	longhaulSays(0, "sync", "acme")
	longhaulSays(0, "connect", "acme", "--credentials", document("right.json", ready.ClientSecret), "--config", settings, "--json")
	longhaulSays(0, "connect", "acme", "--username", ready.Username, "--private-key", written(t, secrets, "acme.key", []byte(key)), "--config", settings)
	longhaulSays(0, "sync", "acme")

	store, err := staging.Open(t.Context(), config.FileURL(filepath.Join(data, "bucket")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, store.Close()) })
	keeper, err := seal.New(seal.Config{Keeper: seal.Local, File: data + ".key"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := saved.New(store, keeper, nil).Document(t.Context(), "acme")
	if err != nil || d.Salesforce.PrivateKey != strings.TrimSpace(key) || d.Salesforce.ClientSecret != "" ||
		d.Exports[0].Secrets["token"] != ready.CatalogToken {
		t.Errorf("with the key it does not open: %v", err)
	}
	for name, content := range map[string]string{"said": said.String(), "serve.log": serve.logged(t), "environ": environOf(serve)} {
		written(t, dir, name, []byte(content))
	}
	searched := leaks(t, dir, map[string]string{
		"client secret": ready.ClientSecret, "catalog token": ready.CatalogToken, "wrong secret": wrong, "private key": strings.Split(key, "\n")[2],
	})
	if searched < 10 {
		t.Errorf("only %d files were searched", searched)
	}
}

// guidesDocument is the one of the set-up guide.
func guidesDocument(t *testing.T, ready server.Ready, secret string) []byte {
	t.Helper()
	content, err := json.Marshal(map[string]string{"baseUrl": ready.Salesforce, "clientId": ready.ClientID, "clientSecret": secret})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// written is the path of a file with this content.
func written(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// environOf is the environment of a process, where the system shows it.
func environOf(p *process) string {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "environ"))
	if err != nil {
		return ""
	}
	return string(content)
}
