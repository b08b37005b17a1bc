package node

import (
	"strings"
	"testing"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// With too few files a sync begins, stores nothing and waits for ever for a bucket that "cannot be read".
func TestEnoughFiles_refusesALimitThatNoSyncCanWorkWith(t *testing.T) {
	t.Parallel()
	sources, err := source.NewRegistry(source.Source{Name: "acme", MaxInFlight: 24})
	if err != nil {
		t.Fatal(err)
	}
	for have, ok := range map[int]bool{64: false, 119: false, 120: true, 1000: true} {
		err := enoughFiles(config.Config{Sources: sources}, func(most int) int { return min(have, most) })
		if ok && err != nil || !ok && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "ulimit -n")) {
			t.Errorf("%d files: got %v", have, err)
		}
	}
	if got := spareFiles(3); got != 3 {
		t.Errorf("this process has %d files to spare", got)
	}
}
