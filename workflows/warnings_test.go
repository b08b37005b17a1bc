package workflows_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// messages are the sentences of warnings.
func messages(warnings []warning.Shown) (all []string) {
	for _, one := range warnings {
		all = append(all, one.Message)
	}
	return all
}

// said are the sentences in one text.
func said(warnings []warning.Shown) string { return strings.Join(messages(warnings), " ") }

// TestWarnings_ofALaterVersionStopNothing goes on with the state that a later version left, and with what its activities say.
func TestWarnings_ofALaterVersionStopNothing(t *testing.T) {
	t.Parallel()
	const line = `{"code":"of_a_later_version","params":{"kind":"reports","count":3}}`
	var later warning.Warning
	if err := json.Unmarshal([]byte(line), &later); err != nil {
		t.Fatal(err)
	}
	state := fullState(t, time.Date(2026, 11, 28, 16, 0, 0, 0, time.UTC))
	state.Warnings = []warning.Warning{later}
	o := &org{plan: func(activities.PlanParams) (activities.PlanResult, error) {
		planned := warning.Warning{Code: "another", Params: warning.Params{"field": strings.Repeat("x", 9000)}}
		return activities.PlanResult{Warnings: []warning.Warning{planned, later}}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.SetContinueAsNewSuggested(true)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{State: &state})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	kept := decode(t, next).State.Warnings
	if len(kept) != 2 || !kept[0].Equal(later) || kept[1].Code != "another" || kept[1].Size() > warning.MaxBytes {
		t.Errorf("the state keeps %+v", kept)
	}
	const shown = "of_a_later_version (count: 3; kind: reports)"
	if got := messages(ask(t, env).Warnings); len(got) < 1 || got[0] != shown {
		t.Errorf("it warns of %q", got)
	}
	if details := detailsOf(t, env); !strings.Contains(details, "\n- "+shown) {
		t.Errorf("the details are %s", details)
	}
}
