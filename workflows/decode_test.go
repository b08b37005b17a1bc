package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows"
)

type encodedValues = converter.EncodedValues

// decode reads the input of the next run.
func decode(t *testing.T, next *workflow.ContinueAsNewError) workflows.Input {
	t.Helper()
	if next.WorkflowType.Name != workflows.SyncSourceType {
		t.Errorf("the next run is a %s", next.WorkflowType.Name)
	}
	var in workflows.Input
	if err := converter.GetDefaultDataConverter().FromPayloads(next.Input, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestState_staysSmall(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("w", 300)
	state := workflows.State{Auth: activities.AuthenticateResult{Attributes: all}}
	for range 20 {
		state.Warnings = append(state.Warnings, long)
	}
	for range 7 {
		state.Files = append(state.Files, activities.File{Name: long[:60], SHA256: long[:64], Bytes: 1 << 60, Count: 1 << 60})
	}
	data, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 20_000 {
		t.Errorf("the state is %d bytes, want under 20,000", len(data))
	}
}
