package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// exportOf is an export with castor's seven files.
func exportOf(name string) activities.ExportPlan {
	return activities.ExportPlan{Name: name, Files: castor.Format{}.Files(), Delivers: true, Section: "catalog"}
}

// withTwo has a source with a second export of one file beside castor's.
func withTwo(o *org) *org {
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Exports = append(r.Exports, activities.ExportPlan{Name: "other", Files: []string{"all"}, Delivers: true})
		return r, nil
	}
	return o
}

// An export whose files cannot be written is written again only after the other one is delivered.
func TestExports_whatCannotBeWrittenKeepsNothingFromItsTarget(t *testing.T) {
	t.Parallel()
	o, fixed := withTwo(new(org)), false
	o.assemble = func(p activities.AssembleParams) error {
		if p.Export == "other" && !fixed {
			return refusalBy(fault.Bucket, fault.Invalid, "this worker lacks a setting")
		}
		return nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		p := ask(t, env)
		want := map[string]workflows.Count{"castor": {Done: 7, Total: 7}, "other": {Total: 1}}
		if diff := cmp.Diff(want, p.Uploads); diff != "" || p.Phase != workflows.PhaseBlocked {
			t.Errorf("%s, delivered (-want +got):\n%s", p.Phase, diff)
		}
		fixed = true
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || !got.Uploaded || o.count("Assemble") != 7+3 || o.count("Upload") != 7+1 {
		t.Errorf("%d files written, %d sent: %+v, %v", o.count("Assemble"), o.count("Upload"), got.Exports, failure)
	}
}

// Where no export is delivered the sync fails as it does with one, and is not recorded.
func TestExports_allFail(t *testing.T) {
	t.Parallel()
	o := withTwo(&org{upload: func(p activities.UploadParams) (activities.UploadResult, error) {
		return activities.UploadResult{}, refusalBy(fault.Catalog, fault.Invalid, "no file is taken by "+p.Export)
	}})
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure == nil || failure.Message() != "no file is taken by castor" || o.count("Record") != 0 || o.count("Upload") != 2 {
		t.Fatalf("%d records after %d uploads: %v", o.count("Record"), o.count("Upload"), failure)
	}
	for name, d := range got.Exports {
		if d.Delivered || d.Failure == nil || !strings.HasSuffix(d.Failure.Message, name) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// An export that blocks the sync for longer than anybody waits is given up. The sync is recorded all the same, and the next export
// has its own tries.
func TestExports_aBlockThatNobodyEndsKeepsNothingFromTheRecord(t *testing.T) {
	t.Parallel()
	tries := map[string]int{}
	var recorded activities.RecordParams
	o := withTwo(&org{record: func(p activities.RecordParams) { recorded = p }})
	o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if tries[p.Export]++; p.Export == "castor" || tries[p.Export] == 1 {
			return activities.UploadResult{}, bug()
		}
		return activities.UploadResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure == nil || o.count("Record") != 1 || tries["castor"] != 6 || tries["other"] != 2 {
		t.Fatalf("%d records after the tries %v: %v", o.count("Record"), tries, failure)
	}
	if week := 7 * 24 * 3600.0; got.Seconds > week+24*3600 {
		t.Errorf("it took %v s, so the second export was not tried again by itself", got.Seconds)
	}
	if recorded.Exports["castor"].Failure == nil || !recorded.Exports["other"].Delivered || recorded.Uploaded {
		t.Errorf("the record says %+v", recorded.Exports)
	}
}

// A set that gets another name is delivered before another export blocks the sync.
func TestExports_aRenamedSetDoesNotWaitForABlock(t *testing.T) {
	t.Parallel()
	o, taken, fixed := withTwo(new(org)), false, false
	o.upload = func(p activities.UploadParams) (activities.UploadResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		switch {
		case p.Export == "castor" && !fixed:
			return activities.UploadResult{}, refusalBy(fault.Bucket, fault.Invalid, "this worker lacks a setting")
		case p.Export == "other" && !taken:
			taken = true
			return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil)
		}
		return activities.UploadResult{}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseBlocked || p.Uploads["other"].Done != 1 {
			t.Errorf("%s, delivered: %+v", p.Phase, p.Uploads)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		fixed = true
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || !got.Uploaded {
		t.Errorf("%+v, %v", got.Exports, failure)
	}
}

// A name that is taken renames the set of its own export, and no other.
func TestExports_oneIsRenamedAlone(t *testing.T) {
	t.Parallel()
	taken := false
	var recorded activities.RecordParams
	o := withTwo(&org{
		upload: func(p activities.UploadParams) (activities.UploadResult, error) {
			if p.Export == "other" && !taken {
				taken = true
				return activities.UploadResult{}, temporal.NewNonRetryableApplicationError("taken", activities.NameTaken, nil)
			}
			return activities.UploadResult{To: "the target of " + p.Export}, nil
		},
		record: func(p activities.RecordParams) { recorded = p },
	})
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || !got.Uploaded {
		t.Fatalf("%+v, %v", got.Exports, failure)
	}
	first, second := got.Files["castor"][0].Bytes, got.Files["other"][0].Bytes // made-up files carry their timestamp as their size
	if second != first+1 || recorded.Account.Timestamp != second || o.count("Assemble") != 7+2 || o.count("Upload") != 7+2 {
		t.Errorf("castor's are named %d, the others %d, the record %d; %d files written, %d sent",
			first, second, recorded.Account.Timestamp, o.count("Assemble"), o.count("Upload"))
	}
	want := map[string]activities.Delivery{
		"castor": {Delivered: true, To: "the target of castor"}, "other": {Delivered: true, To: "the target of other"},
	}
	if diff := cmp.Diff(want, recorded.Exports); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
}
