package node

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

func TestLock_theSecondIsToldWhoRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := Lock(dir, "the output OUT")
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadFile(filepath.Join(dir, lockFile)); err != nil || len(left) > 0 {
		t.Errorf("the locked file holds %q (%v), which Windows lets nobody write or read", left, err)
	}
	_, err = Lock(dir, "the output OUT")
	says := regexp.MustCompile(fmt.Sprintf(`^the output OUT is in use by process %d since \d+ \w{3} 20\d\d \d\d:\d\d UTC`, os.Getpid()))
	if !fault.Is(err, fault.Invalid) || !says.MatchString(err.Error()) {
		t.Errorf("got %v", err)
	}
	release()
	again, err := Lock(dir, "the output OUT")
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	again()
}

func TestLock_isFreeAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{lockFile, holderFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{"pid":1,"since":"2026-01-01T00:00:00Z"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	release, err := Lock(dir, "x")
	if err != nil {
		t.Fatalf("a file that nobody holds keeps others out: %v", err)
	}
	release()
}

func TestHolderOf_aFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if got := holderOf(t.TempDir()); got != "another process" {
		t.Errorf("got %q", got)
	}
}

// On a disk without locks the advice to end another process would be wrong.
func TestNoLock_namesTheDisk(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOSYS} {
		err := noLock(t.TempDir(), &os.PathError{Op: "flock", Path: "x", Err: cause})
		if !wrongUsage(err) || !strings.Contains(err.Error(), "where files cannot be locked; keep") ||
			!strings.Contains(err.Error(), "--state DIR") {
			t.Errorf("%v: got %v", cause, err)
		}
	}
	if err := noLock("x", os.ErrPermission); !strings.Contains(err.Error(), "is not open to this user") {
		t.Errorf("got %v", err)
	}
}
