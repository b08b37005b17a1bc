package workflows_test

import (
	"encoding/json"
	"errors"
	"testing"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// TestResult_hasListsAndNeverNull reads what ends up in Temporal as a script would, after every way out.
func TestResult_hasListsAndNeverNull(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		org  *org
		id   string
		in   workflows.Input
	}{
		{"a complete sync", new(org), "sync-acme", workflows.Input{}},
		{"under another id", new(org), "by-hand", workflows.Input{Source: "acme"}},
		{"an input that is refused", new(org), "by-hand", workflows.Input{}},
		{"a failed sync", &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "no")
		}}, "sync-acme", workflows.Input{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			env := environment(t, row.org, row.id)
			env.ExecuteWorkflow(workflows.SyncSourceType, row.in)
			var got map[string]json.RawMessage
			var failure *temporal.ApplicationError
			err := env.GetWorkflowError()
			if errors.As(err, &failure) {
				err = failure.Details(&got)
			} else if err == nil {
				err = env.GetWorkflowResult(&got)
			}
			if err != nil {
				t.Fatal(err)
			}
			requireLists(t, got, "warnings")
			if files := got["files"]; len(files) == 0 || files[0] != '{' {
				t.Errorf("files is %s, want an object", files)
			}
		})
	}
}

func TestProgress_hasListsAndNeverNull(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	value, err := env.QueryWorkflow(workflows.ProgressQuery)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := value.Get(&got); err != nil {
		t.Fatal(err)
	}
	requireLists(t, got, "warnings")
}

func requireLists(t *testing.T, got map[string]json.RawMessage, names ...string) {
	t.Helper()
	for _, name := range names {
		if value := got[name]; len(value) == 0 || value[0] != '[' {
			t.Errorf("%s is %s, want a list", name, value)
		}
	}
}

// suggestContinueAsNew is for activities, which run beside the workflow: the suggestion comes between two of its steps.
func suggestContinueAsNew(env *testsuite.TestWorkflowEnvironment) {
	env.RegisterDelayedCallback(func() { env.SetContinueAsNewSuggested(true) }, 0)
}
