package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"longhaul/workflows"
	"longhaul/workflows/question"
)

// TestOperations_describesTheFormOfTheUI has a row for each workflow that people start, and says why a first click does nothing.
func TestOperations_describesTheFormOfTheUI(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for id, workflow := range map[string]string{
		question.CheckID("acme"): question.CheckSourceType, question.PlanID("acme"): question.PlanSourceType,
		workflows.SyncID("acme"): workflows.SyncSourceType,
	} {
		row := fmt.Sprintf("| `%s` | `%s` | `%s` | `{\"source\":\"acme\"}` |\n", id, workflows.TaskQueue, workflow)
		if !strings.Contains(string(page), row) {
			t.Errorf("the page lacks %s", row)
		}
	}
	if !strings.Contains(string(page), "`json/plain`") || !strings.Contains(string(page), `the first click on "Start Workflow" only takes it out`) {
		t.Error("the page does not say how the form is filled in and sent")
	}
}
