package workflows_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
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

// TestWarnings_ofWhatCouldNotBeTriedEndWithTheDelivery delivers one of two exports: what was not known of the other one stays so.
func TestWarnings_ofWhatCouldNotBeTriedEndWithTheDelivery(t *testing.T) {
	t.Parallel()
	untried := warning.New(warning.DeliveryUntried, nil, warning.New(warning.TokenUntried, nil, warning.New(warning.NoPublicAPI, nil)))
	of := func(export string) warning.Warning {
		return warning.New(warning.ExportUntried, warning.Params{"export": export}, untried)
	}
	shared := warning.New(warning.BucketShared, nil)
	for name, row := range map[string]struct {
		two    bool
		broken string // the export that no target takes
		warned []warning.Warning
		kept   []warning.Warning
	}{
		"one export": {warned: []warning.Warning{untried, shared}, kept: []warning.Warning{shared}},
		"one of two is delivered": {
			two: true, broken: "other", warned: []warning.Warning{of("castor"), of("other")}, kept: []warning.Warning{of("other")},
		},
		"both are": {two: true, warned: []warning.Warning{of("castor"), of("other")}},
		"one that was refused is": {two: true, warned: []warning.Warning{
			warning.New(warning.ExportRefused, warning.Params{"export": "other", "failure": "x"}),
		}},
	} {
		o, shown := new(org), 0
		if row.two {
			withTwo(o)
		}
		login := o.authenticate
		o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			r := healthy()
			if login != nil {
				r, _ = login(p)
			}
			r.Warnings = row.warned
			return r, nil
		}
		o.account = func(p activities.WriteAccountParams) (activities.WriteAccountResult, error) {
			shown = len(p.Warnings)
			return activities.WriteAccountResult{}, nil
		}
		o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
			if p.Export == row.broken {
				return activities.UploadResult{}, refusalBy(fault.Catalog, fault.Invalid, "no")
			}
			return activities.UploadResult{}, nil
		}
		env := environment(t, o, "sync-acme")
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		got, _ := resultOf(t, env)
		want := warning.Show(row.kept)
		if shown != len(row.warned) || said(got.Warnings) != said(want) || len(got.Warnings) != len(want) {
			t.Errorf("%s: %d warnings before, then %q, want %q", name, shown, messages(got.Warnings), messages(want))
		}
		details := detailsOf(t, env)
		for _, one := range warning.Show(row.warned) {
			if kept := strings.Contains(said(want), one.Message); strings.Contains(details, "- "+one.Message) != kept {
				t.Errorf("%s: %q is to be on the page: %t\n%s", name, one.Message, kept, details)
			}
		}
	}
}
