package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows"
)

// TestRename_thatIsCutShortIsWrittenAndSentByTheNextRun has the catalog hold a foreign file, so the set takes a later name. Writing
// it again fails, and the history is full. The next run must not deliver nothing, and not the files of the old name.
func TestRename_thatIsCutShortIsWrittenAndSentByTheNextRun(t *testing.T) {
	t.Parallel()
	o := &org{}
	taken := false
	o.upload = func(activities.UploadParams) (activities.UploadResult, error) {
		if !taken {
			taken = true
			return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil)
		}
		t.Error("a file was sent before the set was written again")
		return activities.UploadResult{}, nil
	}
	o.step = func(name string) error {
		if taken && name == "Assemble" {
			return bug()
		}
		return nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SetContinueAsNewSuggested(true) }, 30*time.Second)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if !errors.As(env.GetWorkflowError(), &next) {
		t.Fatalf("it ends with %v, want continue-as-new", env.GetWorkflowError())
	}
	in := decode(t, next)
	if len(in.State.Exports[0].Written) != 0 {
		t.Errorf("it hands on %d files", len(in.State.Exports[0].Written))
	}

	var sent []activities.File
	rest := &org{upload: func(p activities.UploadParams) (activities.UploadResult, error) {
		sent = append(sent, p.File)
		return activities.UploadResult{Name: p.File.Name, Delivered: true}, nil
	}}
	var recorded activities.RecordParams
	rest.record = func(p activities.RecordParams) { recorded = p }
	env = environment(t, rest, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.ExecuteWorkflow(workflows.SyncSourceType, in)
	got, failure := resultOf(t, env)
	if failure != nil || !got.Uploaded || len(sent) != 7 || rest.count("Assemble") != 7 {
		t.Errorf("delivered %v: %d files written, %d sent: %v", got.Uploaded, rest.count("Assemble"), len(sent), failure)
	}
	if !recorded.Uploaded || len(recorded.Account.Files["castor"]) != 7 {
		t.Errorf("the record has %d files, delivered %v", len(recorded.Account.Files["castor"]), recorded.Uploaded)
	}
}

// TestRename_tellsEachFileWhatThoseBeforeHaveMet has a proxy take the name of the third file. Workers whose catalog settings differ
// must not share a set, and what a proxy has done once explains a name that is taken again.
func TestRename_tellsEachFileWhatThoseBeforeHaveMet(t *testing.T) {
	t.Parallel()
	const there = "a source id at a host"
	type params struct {
		To      string
		Proxied bool
	}
	var got []params
	o := &org{upload: func(p activities.UploadParams) (activities.UploadResult, error) {
		if got = append(got, params{p.To, p.Proxied}); len(got) == 3 {
			return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil, activities.TakenByProxy)
		}
		return activities.UploadResult{Name: p.File.Name, Delivered: true, To: there}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if result, failure := resultOf(t, env); failure != nil || !result.Uploaded {
		t.Fatalf("got %+v, %v", result, failure)
	}
	want := []params{{}, {there, false}, {there, false}, {"", true}}
	for range 6 {
		want = append(want, params{there, true})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the uploads were given (-want +got):\n%s", diff)
	}
}

func TestSyncSource_renamesTheSetWhenItsNamesAreTaken(t *testing.T) {
	t.Parallel()
	first := int64(0)
	o := new(org)
	o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
		if first == 0 {
			first = p.File.Bytes // the made-up files carry their timestamp as their size
		}
		if p.File.Bytes == first && p.File.Name == "folders" {
			return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil)
		}
		return activities.UploadResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil {
		t.Fatal(failure)
	}
	for _, f := range got.Files["castor"] {
		if f.Bytes != first+1 {
			t.Errorf("%s has timestamp %d, want %d", f.Name, f.Bytes, first+1)
		}
	}
	if n := o.count("Upload"); n != 3+7 {
		t.Errorf("%d uploads, want the three of the first set and the seven of the second", n)
	}
}
