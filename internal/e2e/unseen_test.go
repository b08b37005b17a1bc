package e2e_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"

	"longhaul/internal/listing"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// folder is an output folder of extract, with the org that it is of.
type folder struct {
	sim *server.Server
	out string
}

func (f folder) extract(t *testing.T, code int, more ...string) ended {
	t.Helper()
	ready := f.sim.Ready()
	args := append([]string{"extract", "-c", ready.ClientID, "-b", ready.Salesforce, "-o", f.out}, more...)
	got := run(t, []string{"CASTOR_SALESFORCE_CLIENT_SECRET=" + ready.ClientSecret}, program(t, longhaul), args...)
	if got.code != code {
		t.Fatalf("%q ended with %d, want %d:\n%s%s", more, got.code, code, got.stdout, got.stderr)
	}
	return got
}

// files are the names and contents of the extract in the folder.
func (f folder) files(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(f.out, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contents[filepath.Base(path)] = string(content)
	}
	return contents
}

// records reads one file of the extract.
func (f folder) records(t *testing.T, name string) map[string]map[string]any {
	t.Helper()
	files := f.files(t)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(file, "-"+name+".json") {
			return recordsOf(t, file, []byte(files[file]))
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

// TestExtract_withoutARightEndsBeforeItDescribes runs extract as a user who lacks View Reports in Public Folders: it spends
// no call on the sixth of the reports that the user sees, and calls them no complete extract when it is approved.
func TestExtract_withoutARightEndsBeforeItDescribes(t *testing.T) {
	t.Parallel()
	f := folder{simulate(t, server.Options{Reports: 300, Columns: 1, TypeMetadata: 1000, Revoked: []string{"ViewPublicReports"}}), t.TempDir()}
	for range 2 { // a run that ended so is nobody's last extract
		got := f.extract(t, 4)
		if describes := described(f.sim); describes != 0 || len(f.files(t)) != 0 || !strings.Contains(got.stderr, "View Reports in Public Folders") {
			t.Errorf("%d describes, %d files:\n%s", describes, len(f.files(t)), got.stderr)
		}
	}

	accepted := f.extract(t, 0, "--accept-shrink", "--json")
	var result workflows.Result
	if err := json.Unmarshal([]byte(accepted.stdout), &result); err != nil {
		t.Fatal(err)
	}
	reports, unlisted := f.records(t, "reports"), map[string]bool{}
	for _, component := range f.records(t, "dashboard_components") {
		if id, _ := component["CustomReportId"].(string); id != "" && reports[id] == nil {
			unlisted[id] = true
		}
	}
	want := &listing.Unseen{Count: int64(len(unlisted)), Kind: listing.UnseenAtLeast}
	if diff := cmp.Diff(want, result.Unseen); diff != "" || len(unlisted) < 20 {
		t.Errorf("unseen (-want +got):\n%s", diff)
	}

	again := f.extract(t, 0) // the last extract lacked it too
	if !strings.Contains(again.stdout, "reports that dashboards use are not visible to the run-as user") {
		t.Errorf("it is called\n%s", again.stdout)
	}
	if err := f.sim.Grant("ViewPublicReports"); err != nil {
		t.Fatal(err)
	}
	whole := f.extract(t, 0)
	if len(f.records(t, "reports")) < 290 || strings.Contains(whole.stdout, "not visible") {
		t.Errorf("with the right it is\n%s", whole.stdout)
	}
}

// TestExtract_keepsTheFilesOfLastTimeWhenFarLessIsListed deletes a third of the reports between two runs.
func TestExtract_keepsTheFilesOfLastTimeWhenFarLessIsListed(t *testing.T) {
	t.Parallel()
	f := folder{simulate(t, server.Options{Org: openOrg(200)}), t.TempDir()}
	f.extract(t, 0)
	before := f.files(t)
	if _, err := f.sim.Churn(server.Churn{Delete: server.Picks{Number: 60}}); err != nil {
		t.Fatal(err)
	}
	describes := described(f.sim)
	for range 2 { // what is less than last time stays so until it is accepted
		got := f.extract(t, 9, "--json")
		if diff := cmp.Diff(before, f.files(t)); diff != "" {
			t.Errorf("the files changed (-before +after):\n%s", diff)
		}
		if !strings.Contains(got.stderr, "60 fewer than the 200") || !strings.Contains(got.stderr, "--accept-shrink") ||
			!strings.Contains(got.stdout, `"shrunk_reports"`) {
			t.Errorf("it says\n%s%s", got.stdout, got.stderr)
		}
	}
	if n := described(f.sim) - describes; n != 0 {
		t.Errorf("%d describes before it ended", n)
	}
	f.extract(t, 0, "--accept-shrink")
	if n := len(f.records(t, "reports")); n != 140 {
		t.Errorf("%d reports, want those that are left", n)
	}
	f.extract(t, 0)
}

// TestExtract_keepsTheFilesOfLastTimeWhenFarFewerHaveColumns takes the run-as user the access to what half of the reports
// are about. What was described for the run that ended so is not described again.
func TestExtract_keepsTheFilesOfLastTimeWhenFarFewerHaveColumns(t *testing.T) {
	t.Parallel()
	f := folder{simulate(t, server.Options{Org: openOrg(200)}), t.TempDir()}
	f.extract(t, 0)
	before := f.files(t)
	changed, err := f.sim.Churn(server.Churn{Rename: server.Picks{Number: 120}})
	if err != nil {
		t.Fatal(err)
	}
	refused := []server.Fault{{Name: "api_insufficient_access", Route: "describe", IDs: changed.Renamed[:100]}}
	if err := f.sim.SetFaults(refused); err != nil {
		t.Fatal(err)
	}
	f.sim.Advance(time.Minute) // a description made within seconds of a change is not reused
	f.extract(t, 9)
	answered := f.sim.Stats().Routes["describe"]["200"]
	got := f.extract(t, 9)
	if diff := cmp.Diff(before, f.files(t)); diff != "" || !strings.Contains(got.stderr, "reports have columns") {
		t.Errorf("it says\n%s\nthe files changed (-before +after):\n%s", got.stderr, diff)
	}
	if _, distinct := f.sim.Describes(); distinct != 200 {
		t.Errorf("%d reports were described", distinct)
	}
	f.extract(t, 0, "--accept-shrink")
	if again := f.sim.Stats().Routes["describe"]["200"] - answered; again != 0 {
		t.Errorf("%d reports were described again that an earlier run had described", again)
	}
}

// TestGuard_holdsAFirstSyncWithoutARight holds for each permission that decides what is seen, before a call is spent on a
// report; approved, it reports how much is unseen, and the next sync does not ask again.
func TestGuard_holdsAFirstSyncWithoutARight(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		right, label string
		unseen       listing.UnseenKind
	}{
		{"ViewPublicReports", "View Reports in Public Folders", listing.UnseenAtLeast},
		{"ViewPublicDashboards", "View Dashboards in Public Folders", listing.UnseenAtLeast},
		{"ManagePvtRptsAndDashbds", "Manage All Private Reports and Dashboards", listing.UnseenUnknown},
	} {
		t.Run(row.right, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{Org: openOrg(200), Revoked: []string{row.right}}, nil)
			r := p.begin(t)
			r.requireHeld(t, p, row.label)
			if n := described(p.sim); n != 0 {
				t.Errorf("%d describes", n)
			}
			r.requireShown(t, p, r.progress(t).Waiting)
			r.update(t, workflows.ApproveUpdate)
			first := r.result(t)
			second := p.sync(t)
			for _, result := range []workflows.Result{first, second} {
				if !result.Uploaded || result.Unseen == nil || result.Unseen.Kind != row.unseen {
					t.Errorf("ended as %s, unseen %+v", result.Outcome, result.Unseen)
				}
			}
		})
	}
}

// TestGuard_withoutRunReportsIsDiscardedAlone: what Salesforce refuses no approval gives, so none is offered nor taken, and no call
// is spent on a describe.
func TestGuard_withoutRunReportsIsDiscardedAlone(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(100), Revoked: []string{"RunReports"}}, nil)
	r := p.begin(t)
	r.requireHeld(t, p, "Run Reports")
	if held := r.progress(t); strings.Contains(held.Waiting+held.Do, "approve") {
		t.Errorf("it offers an approval: %s %s", held.Waiting, held.Do)
	}
	handle, err := r.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: r.GetID(), UpdateName: workflows.ApproveUpdate, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), nil)
	}
	if err == nil || !strings.Contains(err.Error(), "nobody can approve it") {
		t.Errorf("approve ended with %v", err)
	}
	r.update(t, workflows.DiscardUpdate)
	if result := r.result(t); result.Outcome != workflows.OutcomeDiscarded || described(p.sim) != 0 {
		t.Errorf("ended as %s after %d describes", result.Outcome, described(p.sim))
	}
}

// TestGuard_acceptMissingIsAStatedLimit goes on unasked without the right that opens the links of dashboards.
func TestGuard_acceptMissingIsAStatedLimit(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: openOrg(100), Revoked: []string{"ManagePvtRptsAndDashbds"}}, func(s *source.Source) {
		s.AcceptMissing = []string{"ManagePvtRptsAndDashbds"}
	})
	result := p.sync(t)
	if diff := cmp.Diff(&listing.Unseen{Kind: listing.UnseenUnknown}, result.Unseen); diff != "" || result.Outcome != workflows.OutcomeComplete {
		t.Errorf("ended as %s, unseen (-want +got):\n%s", result.Outcome, diff)
	}
	if !strings.Contains(strings.Join(messages(result.Warnings), " "), "links from dashboards to reports are missing, as accept_missing allows") {
		t.Errorf("warnings %q", result.Warnings)
	}
}
