package node

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
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

// TestEnoughFiles_countsWhatIsConnected has three sources in the bucket, one of which stands in the settings too, under two limits. A worker
// must be able to serve one that is connected later.
func TestEnoughFiles_countsWhatIsConnected(t *testing.T) {
	sources, err := source.NewRegistry(source.Source{Name: "acme", MaxInFlight: 24})
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal.Config{Keeper: seal.Local, Key: source.Held("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=")}
	if dir := os.Getenv("LONGHAUL_TEST_SAVED"); dir != "" {
		_, whole := Start(t.Context(), Options{Settings: config.Config{DataDir: dir, Sources: sources, Secrets: sealed}, Logger: zap.NewNop()})
		_, worker := StartWorker(t.Context(), Options{Settings: config.Config{Secrets: sealed}})
		_, _ = fmt.Fprintf(os.Stdout, "whole: %v\nworker: %v\n", whole, worker)
		return
	}
	t.Parallel()
	settings := config.Config{DataDir: t.TempDir()}
	url, err := settings.StorageURL()
	if err != nil {
		t.Fatal(err)
	}
	store, err := staging.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for _, name := range []string{"acme", "beta", "gamma"} {
		if err := store.Write(t.Context(), staging.SavedKey(name, staging.SyncID(time.Now(), "aaaaaaaa")), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	for limit, says := range map[string]string{"150": "and needs 168: raise the limit", "48": "and needs 56: raise the limit"} {
		again := exec.CommandContext(t.Context(), "sh", "-c",
			"ulimit -n "+limit+" && exec \"$0\" -test.run='^TestEnoughFiles_countsWhatIsConnected$'", os.Args[0])
		again.Env = append(os.Environ(), "LONGHAUL_TEST_SAVED="+settings.DataDir)
		if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), says) {
			t.Errorf("of %s: %v; want %q in\n%s", limit, err, says, out)
		}
	}
}
