package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/guard"
	"longhaul/internal/listing"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// lacking concerns at the stage of the inventory, with the code of a missing permission.
func lacking(p activities.GuardParams) (activities.GuardResult, error) {
	if p.Stage != activities.GuardInventory {
		return activities.GuardResult{}, nil
	}
	what := `The run-as user lacks the permission "View Reports in Public Folders"`
	return activities.GuardResult{
		Concerns: []string{what + ": give it to the user."},
		Found:    []activities.Concern{{Code: guard.ConcernPermissionMissing, What: what}},
	}, nil
}

// TestGuard_holdsASyncWithoutARightBeforeItDescribes has a trial sync too ask before it spends calls for nothing, tell
// machines what it holds for, and go on once that is approved.
func TestGuard_holdsASyncWithoutARightBeforeItDescribes(t *testing.T) {
	t.Parallel()
	no := false
	for name, in := range map[string]workflows.Input{"one that delivers": {}, "a trial": {Upload: &no}} {
		for _, approve := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := &org{guard: lacking}
				env := environment(t, o, "sync-acme")
				verdict, want := workflows.DiscardUpdate, workflows.OutcomeDiscarded
				if approve {
					verdict, want = workflows.ApproveUpdate, workflows.OutcomeComplete
				}
				env.RegisterDelayedCallback(func() {
					p := ask(t, env)
					if p.Phase != workflows.PhaseHeld || len(p.Concerns) != 1 || p.Concerns[0].Code != guard.ConcernPermissionMissing {
						t.Errorf("it is in %s and holds for %+v", p.Phase, p.Concerns)
					}
					if o.count("Describe")+o.count("Plan")+o.count("LookUpMissing") != 0 {
						t.Error("it spent calls before it held")
					}
					env.UpdateWorkflow(verdict, "one", updated(t, verdict, ""))
				}, time.Hour)
				env.ExecuteWorkflow(workflows.SyncSourceType, in)
				got, failure := resultOf(t, env)
				if failure != nil || got.Outcome != want || (len(got.Concerns) == 1) == approve {
					t.Errorf("ended as %s with %+v: %v", got.Outcome, got.Concerns, failure)
				}
				if p := ask(t, env); len(p.Concerns) != 0 {
					t.Errorf("afterwards it holds for %+v", p.Concerns)
				}
			})
		}
	}
}

// TestGuard_comparesAnUndeliveredSyncThatAsksForIt compares it with the newest of any kind, at both stages.
func TestGuard_comparesAnUndeliveredSyncThatAsksForIt(t *testing.T) {
	t.Parallel()
	no := false
	var stages []activities.GuardStage
	o := &org{
		authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			r := healthy()
			r.AcceptMissing = []string{"ViewAllUsers"}
			return r, nil
		},
		guard: func(p activities.GuardParams) (activities.GuardResult, error) {
			if p.RightsOnly || !p.Newest || !cmp.Equal(p.AcceptMissing, []string{"ViewAllUsers"}) {
				t.Errorf("asked %+v", p)
			}
			stages = append(stages, p.Stage)
			return activities.GuardResult{Warnings: []warning.Warning{warning.New(warning.NoReports, nil)}}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Upload: &no, Guard: true})
	got, failure := resultOf(t, env)
	if failure != nil || !cmp.Equal(stages, []activities.GuardStage{activities.GuardInventory, activities.GuardCoverage}) {
		t.Errorf("compared at %v: %v", stages, failure)
	}
	if !cmp.Equal(messages(got.Warnings), []string{"This first sync found no report at all"}) {
		t.Errorf("warnings %q", got.Warnings)
	}
}

// TestResult_isNeverCalledCompleteWithoutWhatIsUnseen reads the result, the progress and the details of a sync that saw
// little.
func TestResult_isNeverCalledCompleteWithoutWhatIsUnseen(t *testing.T) {
	t.Parallel()
	unseen := listing.Unseen{Count: 12, Kind: listing.UnseenAtLeast}
	o := &org{account: func(p activities.WriteAccountParams) (activities.WriteAccountResult, error) {
		if p.Unseen != nil || !p.Permissions["RunReports"] {
			t.Errorf("asked %+v", p)
		}
		return activities.WriteAccountResult{Unseen: &unseen}, nil
	}, authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Permissions = map[string]bool{"RunReports": true, "ViewPublicReports": false}
		return r, nil
	}, record: func(p activities.RecordParams) {
		if diff := cmp.Diff(&unseen, p.Account.Unseen); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if diff := cmp.Diff(&unseen, got.Unseen); diff != "" || failure != nil {
		t.Errorf("the result has (-want +got):\n%s%v", diff, failure)
	}
	if diff := cmp.Diff(&unseen, ask(t, env).Unseen); diff != "" {
		t.Errorf("the progress has (-want +got):\n%s", diff)
	}
	const want = "complete; at least 12 reports that dashboards use are not visible to the run-as user"
	if words := got.Outcome.Words(got.Unseen); words != want {
		t.Errorf("it is called %q", words)
	}
	if shown := shownDetails(t, env); !strings.HasPrefix(shown, "### acme: "+want+"\n") {
		t.Errorf("the details are\n%s", shown)
	}
}

func TestWords_limitWhatIsCalledComplete(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		outcome workflows.Outcome
		unseen  *listing.Unseen
		want    string
	}{
		{workflows.OutcomeComplete, nil, "complete"}, // of before it was counted
		{workflows.OutcomeComplete, &listing.Unseen{Kind: listing.UnseenExact}, "complete"},
		{workflows.OutcomeComplete, &listing.Unseen{Kind: listing.UnseenAtLeast}, "complete; more reports may exist that the run-as user does not see"},
		{workflows.OutcomeGaps, &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1}, "gaps; at least 1 report that dashboards use is not visible to the run-as user"},
		{
			workflows.OutcomeComplete, &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 2, SeesAll: true},
			"complete; 2 reports that dashboards use are deleted or in a private folder",
		},
		{
			workflows.OutcomeComplete, &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1, SeesAll: true},
			"complete; 1 report that dashboards use is deleted or in a private folder",
		},
		{workflows.OutcomeComplete, &listing.Unseen{Kind: listing.UnseenUnknown}, "complete; whether reports exist that the run-as user does not see is not known"},
		{workflows.OutcomeDiscarded, &listing.Unseen{Kind: listing.UnseenUnknown}, "discarded"},
	} {
		if got := row.outcome.Words(row.unseen); got != row.want {
			t.Errorf("%s of %+v is called %q, want %q", row.outcome, row.unseen, got, row.want)
		}
	}
}

// shownDetails is what the UI shows of a sync.
func shownDetails(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	var metadata sdkpb.WorkflowMetadata
	value, err := env.QueryWorkflow("__temporal_workflow_metadata")
	if err == nil {
		err = value.Get(&metadata)
	}
	if err != nil {
		t.Fatal(err)
	}
	return metadata.GetCurrentDetails()
}

// TestGuard_letsNobodyApproveWhatNoSyncCanDoWithout offers the one answer that helps, and refuses the other.
func TestGuard_letsNobodyApproveWhatNoSyncCanDoWithout(t *testing.T) {
	t.Parallel()
	o := &org{guard: func(p activities.GuardParams) (activities.GuardResult, error) {
		found, err := lacking(p)
		for i := range found.Found {
			found.Found[i].Vital = true
		}
		return found, err
	}}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); !strings.Contains(p.Do, "`longhaul discard acme`") || strings.Contains(p.Do, "approve") {
			t.Errorf("what to do is %q", p.Do)
		}
		env.UpdateWorkflow(workflows.ApproveUpdate, "one", updated(t, "approve", "nobody can approve it: The run-as user lacks"))
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseHeld {
			t.Errorf("it is in %s", p.Phase)
		}
		env.UpdateWorkflow(workflows.DiscardUpdate, "two", updated(t, "discard", ""))
	}, 2*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeDiscarded || o.count("Describe") != 0 {
		t.Errorf("ended as %s with %d describes: %v", got.Outcome, o.count("Describe"), failure)
	}
}
