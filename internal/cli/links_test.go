package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestPrograms_linkOnlyWhatTheyServe(t *testing.T) {
	t.Parallel()
	embedded := []string{
		"go.temporal.io/server", "github.com/temporalio/ui-server", "longhaul/internal/temporaldev", "longhaul/internal/simulator", "modernc.org/sqlite",
	}
	for _, row := range []struct {
		program string
		never   []string
	}{
		{"longhaul/worker", embedded},
		{"longhaul/starter", embedded},
		{"longhaul/internal/cli", embedded},
		{"longhaul/internal/node", embedded},
	} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", row.program).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", row.program, err)
		}
		deps := strings.Fields(string(out))
		if !slices.Contains(deps, "longhaul/internal/host") {
			t.Errorf("%s: the list looks wrong: it has %d packages and lacks longhaul/internal/host", row.program, len(deps))
		}
		for _, dep := range deps {
			for _, never := range row.never {
				if dep == never || strings.HasPrefix(dep, never+"/") {
					t.Errorf("%s links %s", row.program, dep)
				}
			}
		}
	}
}
