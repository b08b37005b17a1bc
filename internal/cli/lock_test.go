package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestLock_theSecondIsToldWhoRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := lock(dir, "the output OUT")
	if err != nil {
		t.Fatal(err)
	}
	_, err = lock(dir, "the output OUT")
	if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), fmt.Sprintf("the output OUT is in use by process %d since 20", os.Getpid())) {
		t.Errorf("got %v", err)
	}
	release()
	again, err := lock(dir, "the output OUT")
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	again()
}

func TestLock_isFreeAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(`{"pid":1,"since":"2026-01-01T00:00:00Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	release, err := lock(dir, "x")
	if err != nil {
		t.Fatalf("a file that nobody holds keeps others out: %v", err)
	}
	release()
}

func TestWhoHolds_aFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if got := whoHolds(filepath.Join(t.TempDir(), "none")); got != "another process" {
		t.Errorf("got %q", got)
	}
}

func TestOwnDir_whereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"state below a file": ownDir(filepath.Join(file, "x")), "output below a file": outDir(filepath.Join(file, "x")), "output on a file": outDir(file),
	} {
		if exitCode(err) != exitUsage || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
