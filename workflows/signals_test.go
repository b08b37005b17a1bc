package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/workflows"
)

func TestSignals_unknownOnesAreWarnedOf(t *testing.T) {
	t.Parallel()
	secret := "3MVG9" + strings.Repeat("s3cr3t", 20)
	sent := []string{"pasue", "Pause", "pasue", secret, "resmue", "line\nend|`x`", "stop", "longhaul-order"}
	for name, id := range map[string]string{"the sync": "sync-acme", "a parent": "nightly-acme"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment(t, heldFor("half of the reports are missing"), id)
			env.RegisterDelayedCallback(func() {
				for _, name := range sent {
					env.SignalWorkflow(name, nil)
				}
			}, time.Minute)
			env.RegisterDelayedCallback(func() {
				got := messages(ask(t, env).Warnings)
				want := []string{
					`signal "pasue" is not known; this sync takes pause and resume`,
					`signal "Pause" is not known; this sync takes pause and resume`,
					`signal with a name of 125 bytes is not known; this sync takes pause and resume`,
					`more signals are not known; this sync takes pause and resume`,
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the warnings (-want +got):\n%s", diff)
				}
				if shown := detailsOf(t, env); !strings.Contains(shown, want[0]) || strings.Contains(shown, "s3cr3t") {
					t.Errorf("the details are %s", shown)
				}
			}, time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
			if got, _ := resultOf(t, env); !strings.Contains(said(got.Warnings), `"pasue" is not known`) {
				t.Errorf("the result warns of %v", got.Warnings)
			}
		})
	}
}

// detailsOf is what the UI shows as the current details.
func detailsOf(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	value, err := env.QueryWorkflow("__temporal_workflow_metadata")
	if err != nil {
		t.Fatal(err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := value.Get(&metadata); err != nil {
		t.Fatal(err)
	}
	return metadata.GetCurrentDetails()
}

// TestSignals_countWhateverIsSentWithThem sends input that no sync can read.
func TestSignals_countWhateverIsSentWithThem(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]any{
		"a number": 7, "bytes": []byte{0xff, 0}, "a list": []string{"a"}, "another object": map[string]any{"reason": map[string]int{}},
		"much": map[string]string{"reason": strings.Repeat("<|&\n", 100_000)}, "nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			env := environment(t, o, "sync-acme")
			o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
				env.SignalWorkflow(workflows.PauseSignal, input)
				return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
			}
			env.RegisterDelayedCallback(func() {
				if p := ask(t, env); p.Phase != workflows.PhasePaused || len(p.Waiting) > 300 {
					t.Errorf("the sync is in %s, waiting for %d bytes", p.Phase, len(p.Waiting))
				}
				env.SignalWorkflow(workflows.ResumeSignal, input)
			}, time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			if got, failure := resultOf(t, env); failure != nil || got.Seconds < 3500 {
				t.Errorf("got %+v, %v", got, failure)
			}
		})
	}
}

func TestSetQuota_refusesWhatItWouldNotDo(t *testing.T) {
	t.Parallel()
	env := environment(t, heldFor("half of the reports are missing"), "sync-acme")
	env.RegisterDelayedCallback(func() {
		for input, want := range map[string]string{
			`{"ceiling":80,"shar":25}`: "shar",
			`{"ceiling":"80"}`:         "whole percents",
			`{"ceiling":80.5}`:         "whole percents",
			`[80]`:                     "whole percents",
			`null`:                     "needs ceiling, share or both",
			`{"share":25}`:             "",
		} {
			env.UpdateWorkflow(workflows.SetQuotaUpdate, "", updated(t, "set-quota "+input, want), json.RawMessage(input))
		}
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
}
