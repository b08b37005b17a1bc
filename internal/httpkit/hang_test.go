//go:build unix

package httpkit_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// TestRoots_endsWhereTheFileHangs has a file whose opening does not return, as on a mount that is dead.
func TestRoots_endsWhereTheFileHangs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := httpkit.Roots("ca_file", path)
		if !fault.Is(err, fault.Transient) || !strings.HasPrefix(fault.Sentence(err), "ca_file "+path+" gave no answer within 5 s, so the disk") {
			t.Errorf("got %v", err)
		}
	}
}
