package workflows_test

import (
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/workflows"
)

// A worker whose settings lack the source must never get its work: Temporal cannot give a task back.
func TestQueue_everyActivityOfASourceGoesToTheSourcesOwn(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"sync-acme", "nightly-2026-11-23"} {
		env := environment(t, new(org), id)
		var sent atomic.Int32
		(&asked{activity: func(name string, got workflow.ActivityOptions) {
			want := "longhaul-acme"
			if name == "FindRunningSync" {
				want = "longhaul"
			}
			if sent.Add(1); got.TaskQueue != want {
				t.Errorf("%s: %s goes to the task queue %q, want %q", id, name, got.TaskQueue, want)
			}
		}}).listen(env)
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
		if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete || sent.Load() < 10 {
			t.Errorf("%s: %d activities, %+v, %v", id, sent.Load(), got, failure)
		}
	}
}

// TestSyncSource_everyActivityKnowsWhatTheSyncBeganWith has the workers compare their settings with it.
func TestSyncSource_everyActivityKnowsWhatTheSyncBeganWith(t *testing.T) {
	t.Parallel()
	who := description.Identity{OrgID: "00Dxx0000001gPLEAY", UserID: "005xx000001X8UzAAK", APIVersion: "61.0"}
	var got activities.Sync
	o := &org{
		authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			r := healthy()
			r.Identity, r.Owner = who, activities.Ownership{Number: 3, Temporal: "A"}
			return r, nil
		},
		record: func(p activities.RecordParams) { got = p.Account.Sync },
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	result, failure := resultOf(t, env)
	want := activities.Sync{
		Source: "acme", ID: result.Sync, Bucket: "b1", OrgID: who.OrgID, UserID: who.UserID, APIVersion: who.APIVersion,
		Exports: []string{"castor"}, Owner: activities.Ownership{Number: 3, Temporal: "A"},
	}
	if diff := cmp.Diff(want, got); diff != "" || failure != nil {
		t.Errorf("what the last activity knows (-want +got):\n%s%v", diff, failure)
	}
}
