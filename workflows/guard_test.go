package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

const half = "The run-as user sees 50 reports, 50 fewer than the 100 of the last sync"

// concerned holds at one stage.
func concerned(at activities.GuardStage) func(activities.GuardParams) (activities.GuardResult, error) {
	return func(p activities.GuardParams) (activities.GuardResult, error) {
		if p.Stage == at {
			fewer := activities.Concern{Code: warning.ShrunkReports, Params: warning.Params{"now": "50", "fewer": "50", "before": "100"}, What: half}
			return activities.GuardResult{Concerns: []string{half}, Found: []activities.Concern{fewer}}, nil
		}
		return activities.GuardResult{}, nil
	}
}

func TestGuard_holdsUntilApproved(t *testing.T) {
	t.Parallel()
	for _, stage := range []activities.GuardStage{activities.GuardInventory, activities.GuardCoverage} {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			o := &org{guard: concerned(stage)}
			env := environment(t, o, "sync-acme")
			env.RegisterDelayedCallback(func() {
				p := ask(t, env)
				if p.Phase != workflows.PhaseHeld || !strings.Contains(p.Waiting, half) || p.Until == nil {
					t.Errorf("a sync that holds says %s, %q", p.Phase, p.Waiting)
				}
				if stage == activities.GuardInventory && o.count("Plan")+o.count("LookUpMissing")+o.count("Describe") != 0 {
					t.Error("it spent something before it held")
				}
				if o.count("Upload") != 0 {
					t.Error("it delivered before it held")
				}
				env.UpdateWorkflow(workflows.ApproveUpdate, "one", updated(t, "approve", ""))
			}, 50*time.Hour)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || !got.Uploaded {
				t.Fatalf("got %+v, %v", got, failure)
			}
			if o.count("Remind") != 3 {
				t.Errorf("%d reminders in 50 hours, want the first and one a day", o.count("Remind"))
			}
			if !strings.Contains(said(got.Warnings), "approved by an operator: "+half) {
				t.Errorf("the result does not tell of it: %q", got.Warnings)
			}
		})
	}
}

func TestGuard_discarded(t *testing.T) {
	t.Parallel()
	for name, discard := range map[string]bool{"by an operator": true, "when nobody answers": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{guard: concerned(activities.GuardInventory), authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.Guard = activities.Guard{MaxShrink: 10, Timeout: 72 * time.Hour}
				return r, nil
			}}
			env := environment(t, o, "sync-acme")
			if discard {
				env.RegisterDelayedCallback(func() {
					env.UpdateWorkflow(workflows.DiscardUpdate, "one", updated(t, "discard", ""))
				}, time.Hour)
			}
			start := env.Now()
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Outcome != workflows.OutcomeDiscarded || o.count("Describe")+o.count("Upload")+o.count("Record") != 0 {
				t.Fatalf("got %+v, %v", got, failure)
			}
			if took := env.Now().Sub(start); !discard && took != 72*time.Hour {
				t.Errorf("it held for %s, want guard.timeout", took)
			}
			if len(o.ended) != 1 || o.ended[0] != "discarded" {
				t.Errorf("noted as %v", o.ended)
			}
		})
	}
}

// TestGuard_asksAnewAtEachStage approves what was listed. That says nothing of the coverage, which nobody approves.
func TestGuard_asksAnewAtEachStage(t *testing.T) {
	t.Parallel()
	o := &org{guard: func(activities.GuardParams) (activities.GuardResult, error) {
		return activities.GuardResult{Concerns: []string{half}}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.ApproveUpdate, "one", updated(t, "approve", ""))
	}, 6*24*time.Hour)
	start := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeDiscarded || o.count("Describe") == 0 || o.count("Upload") != 0 {
		t.Errorf("%d shards were described and %d files sent, and it ends with %s, %v", o.count("Describe"), o.count("Upload"), got.Outcome, failure)
	}
	if took := env.Now().Sub(start); took < 13*24*time.Hour {
		t.Errorf("it ends after %s, want a week for the second answer too", took)
	}
}

func TestGuard_refusesAVerdictThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		if o.count("Describe") == 1 {
			env.UpdateWorkflow(workflows.ApproveUpdate, "a", updated(t, "approve", "does not hold"))
			env.UpdateWorkflow(workflows.DiscardUpdate, "d", updated(t, "discard", "does not hold"))
		}
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Error(failure)
	}
}

// TestGuard_asksASyncThatDeliversNothingOnlyAboutRights has what would be spent for nothing asked about; what the catalog
// could lose is of no concern.
func TestGuard_asksASyncThatDeliversNothingOnlyAboutRights(t *testing.T) {
	t.Parallel()
	no := false
	o := &org{guard: func(p activities.GuardParams) (activities.GuardResult, error) {
		if p.Stage != activities.GuardInventory || !p.RightsOnly || !p.Newest {
			t.Errorf("asked %+v", p)
		}
		return activities.GuardResult{}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Upload: &no})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete || o.count("Guard") != 1 {
		t.Errorf("got %+v, %v", got, failure)
	}
}
