//go:build unix

package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// TestCheck_endsWhereTheDiskHangs has the bucket and a secret on a disk that gives no answer, as a dead mount does: pipes into which nobody
// writes. The worker of the source does not start, so another one asks.
func TestCheck_endsWhereTheDiskHangs(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "token")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPlant(t, server.Options{Reports: 5}, func(s *source.Source) {
		token, err := source.References{}.Parse("file:" + pipe)
		if err != nil {
			t.Fatal(err)
		}
		s.Exports[0].Secrets["token"] = token
	})
	if _, err := p.store.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(p.store.Folder(), "longhaul.json")
	if err := os.Remove(identity); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(identity, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		result := p.check(t, "acme")
		if got := failed(result); !slices.Equal(got, []string{"secret.catalog.token", "login", "bucket.write", "temporal.workers"}) {
			t.Errorf("failed: %v", got)
		}
		for _, f := range result.Findings {
			if f.Status == doctor.Fail && f.ID != "temporal.workers" && !strings.Contains(f.Found, "gave no answer within") {
				t.Errorf("got %+v", f)
			}
		}
	}
}
