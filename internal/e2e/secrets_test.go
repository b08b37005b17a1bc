package e2e_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/klauspost/compress/zstd"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// accessToken is what Salesforce's tokens look like: the org's 15-character id, a bang, and more.
var accessToken = regexp.MustCompile(`00D[0-9A-Za-z]{12}![0-9A-Za-z._-]+`)

// leaks searches every file below dir, compressed ones unpacked too, for secrets and access tokens.
func leaks(t *testing.T, dir string, secrets map[string]string) (searched int) {
	t.Helper()
	decoder, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		if bytes.HasPrefix(content, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
			if err := decoder.Reset(bytes.NewReader(content)); err != nil {
				return err
			}
			unpacked, err := io.ReadAll(decoder)
			if err != nil {
				return err
			}
			content = append(content, unpacked...)
		}
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the %s", path, name)
			}
		}
		if found := accessToken.Find(content); found != nil {
			t.Errorf("%s holds an access token", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return searched
}

// TestSecrets_areNowhere syncs with each way to log in, lets logins and uploads fail too, and searches the database of
// Temporal, the log and the bucket.
func TestSecrets_areNowhere(t *testing.T) {
	t.Parallel()
	type row struct {
		tweak func(*source.Source)
		fails bool
	}
	for name, row := range map[string]row{
		"client credentials": {},
		"password": {tweak: func(s *source.Source) {
			s.Salesforce.Auth, s.Salesforce.Username = source.Password, "catalog.bot@simulated-org.invalid"
			s.Salesforce.Password, s.Salesforce.SecurityToken = source.Held("hunter2-pass-word"), source.Held("hunter2-security-token")
		}},
		"a wrong secret": {func(s *source.Source) { s.Salesforce.ClientSecret = source.Held("hunter2-wrong-secret") }, true},
		"a wrong token":  {func(s *source.Source) { s.Exports[0].Secrets["token"] = source.Held("hunter2-wrong-token") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{
				Reports: 150, Columns: 2, TokenTTL: 2e9,
				Secrets: server.Secrets{Password: "hunter2-pass-word", SecurityToken: "hunter2-security-token"},
			}, row.tweak)
			if err := p.start(t, "sync-acme").Get(t.Context(), nil); (err != nil) != row.fails {
				t.Errorf("the sync ended with %v", err)
			}
			ready := p.sim.Ready()
			searched := leaks(t, p.dir, map[string]string{
				"client secret": ready.ClientSecret, "password": ready.Password, "security token": ready.SecurityToken,
				"catalog token": ready.CatalogToken, "wrong secret": "hunter2-wrong-secret", "wrong token": "hunter2-wrong-token",
			})
			if searched < 3 {
				t.Errorf("only %d files were searched", searched)
			}
		})
	}
}
