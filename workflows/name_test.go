package workflows_test

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

// Every command line takes a name that begins with a hyphen for a flag, so no sync starts under one.
func TestSyncSource_refusesANameThatCommandsTakeForAFlag(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"-acme", "acme-", "--", "-"} {
		env := environment(t, new(org), "nightly")
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: name})
		_, failure := resultOf(t, env)
		if failure == nil || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), "may not begin or end with -") {
			t.Errorf("%q: got %v, want a failure that says why", name, failure)
		}
		if source, ok := workflows.SourceOfID("sync-" + name); ok {
			t.Errorf("the id sync-%s names source %q", name, source)
		}
	}
}
