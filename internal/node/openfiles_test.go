package node

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// With too few files a sync begins, stores nothing and waits for ever for a bucket that "cannot be read".
func TestEnoughFiles_refusesALimitThatNoSyncCanWorkWith(t *testing.T) {
	t.Parallel()
	for have, ok := range map[int]bool{64: false, 119: false, 120: true, 1000: true} {
		err := enoughFiles(120, true, func(most int) int { return min(have, most) })
		if ok && err != nil || !ok && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "ulimit -n") ||
			!strings.Contains(err.Error(), "max_in_flight")) {
			t.Errorf("%d files: got %v", have, err)
		}
	}
	if err := enoughFiles(120, false, func(int) int { return 3 }); err == nil || strings.Contains(err.Error(), "max_in_flight") {
		t.Errorf("without sources: got %v", err)
	}
	if got := spareFiles(3); got != 3 {
		t.Errorf("this process has %d files to spare", got)
	}
}

// TestEnoughFiles_ofEachProgram runs itself once more under a limit, for a limit counts for a whole process.
func TestEnoughFiles_ofEachProgram(t *testing.T) {
	sources, err := source.NewRegistry(source.Source{Name: "acme", MaxInFlight: 24}, source.Source{Name: "small", MaxInFlight: 6})
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{Sources: sources}
	if need := os.Getenv("LONGHAUL_TEST_FILES"); need != "" {
		_, worker := StartWorker(t.Context(), Options{Settings: settings})
		_, whole := Start(t.Context(), Options{Settings: settings})
		_, _ = fmt.Fprintf(os.Stdout, "worker: %v\nwhole: %v\n", worker, whole)
		return
	}
	t.Parallel()
	again := exec.CommandContext(t.Context(), "sh", "-c", "ulimit -n 32 && exec \"$0\" -test.run='^TestEnoughFiles_ofEachProgram$'", os.Args[0])
	again.Env = append(os.Environ(), "LONGHAUL_TEST_FILES=1")
	out, err := again.CombinedOutput()
	for _, says := range []string{
		"worker: this process may open only ", " more files, and needs 56: raise the limit", "whole: this process may open only ", "needs 126: raise",
	} {
		if err != nil || !strings.Contains(string(out), says) {
			t.Errorf("%v; want %q in\n%s", err, says, out)
		}
	}
}
