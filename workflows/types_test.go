package workflows_test

import (
	"strings"
	"testing"

	"longhaul/workflows"
)

// A workflow of a misspelt type must not wait for a worker that knows it.
func TestTypes_anUnknownOneFailsWithTheList(t *testing.T) {
	t.Parallel()
	env := environment(t, &org{}, "sync-acme")
	env.ExecuteWorkflow("SyncSuorce", workflows.Input{})
	err := env.GetWorkflowError()
	if err == nil || !strings.Contains(err.Error(), `"SyncSuorce" is no workflow type of Longhaul: start one of SyncSource`) ||
		!strings.Contains(err.Error(), "type: invalid, retryable: false") {
		t.Errorf("it ends with %v", err)
	}
}
