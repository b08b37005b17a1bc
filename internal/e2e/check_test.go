package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/doctor"
	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	calllog "longhaul/internal/usage"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// Examine asks nothing of the folder.
func (f *folderTarget) Examine(context.Context) []doctor.Finding {
	return []doctor.Finding{{ID: "key", Status: doctor.Pass}}
}

// isChecked makes sure that the page's last command has shown the findings of a check.
func (o *operator) isChecked(t *testing.T) {
	t.Helper()
	for _, says := range []string{"Bucket: delete", "an object that is there is not overwritten", "Temporal: workers"} {
		if !strings.Contains(o.shown, says) {
			t.Errorf("%q is missing in:\n%s", says, o.shown)
		}
	}
}

// check runs CheckSource as anybody would who has a client of Temporal alone.
func (w works) check(t *testing.T, name string) doctor.Result {
	t.Helper()
	result, err := control.Check(t.Context(), w.client, name)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func failed(r doctor.Result) (ids []string) {
	for _, f := range r.Findings {
		if f.Status == doctor.Fail {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// TestCheck_onAWorkerLeavesNothingAndShowsNoSecret searches all that a check leaves: its result, its history, the log of the worker and
// the bucket.
func TestCheck_onAWorkerLeavesNothingAndShowsNoSecret(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 30, Columns: 3}, nil)
	p.sync(t)
	before, known := p.keys(t), made(t, p.store)
	result := p.check(t, "acme")
	if len(failed(result)) > 0 {
		t.Errorf("failed: %v", failed(result))
	}
	if result.Calls < 1 || result.Calls > 25 {
		t.Errorf("%d calls", result.Calls)
	}
	if w := result.Worker; w == nil || w.Version != "test" || w.Settings == "" || len(w.Others) > 0 {
		t.Errorf("the worker is %+v", w)
	}
	isCounted(t, p.works, before, known, result.Calls)
	data, err := json.Marshal(result)
	if err != nil || len(data) > 40<<10 {
		t.Errorf("the result has %d bytes (%v)", len(data), err)
	}
	log, err := os.ReadFile(filepath.Join(p.dir, "worker.log"))
	if err != nil {
		t.Fatal(err)
	}
	events := p.history(t, question.CheckID("acme"), "")
	for _, e := range events {
		data = append(data, e.String()...) // JSON would have payloads in base64, in which no text is found
	}
	if len(events) > 20 {
		t.Errorf("%d events", len(events))
	}
	ready := p.sim.Ready()
	if !strings.Contains(string(data), `check source acme`) {
		t.Error("the history does not show what stands in its payloads")
	}
	for _, secret := range []string{ready.ClientSecret, ready.CatalogToken, ready.Username} {
		if strings.Contains(string(data), secret) || strings.Contains(string(log), secret) {
			t.Error("a secret is shown")
		}
	}
}

// made is how many API calls the bucket knows of.
func made(t *testing.T, store *staging.Store) (calls int64) {
	t.Helper()
	now := time.Now()
	sum, err := calllog.Of(store, "acme").Read(t.Context(), calllog.Attempt{}, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, hour := range sum.Hours(now, now) {
		calls += hour.Calls
	}
	return calls
}

// isCounted makes sure that a check has left its API calls in the bucket, among those of syncs, and nothing else.
func isCounted(t *testing.T, w works, before []string, known, calls int64) {
	t.Helper()
	after := w.keys(t)
	added := slices.DeleteFunc(slices.Clone(after), func(key string) bool { return slices.Contains(before, key) })
	noted := slices.DeleteFunc(slices.Clone(added), func(key string) bool { return !strings.Contains(key, "/usage/") })
	if len(after) != len(before)+2 || len(noted) != 2 {
		t.Errorf("a check left %v", added)
	}
	if more := made(t, w.store) - known; more != calls {
		t.Errorf("%d calls are counted as the source's, and the check made %d", more, calls)
	}
}

// TestCheck_findsWhatIsWrong has one Temporal and one worker for several things that are wrong, which a check names together.
func TestCheck_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 30, Columns: 3}, func(s *source.Source) {
		s.Exports[0].Secrets["token"] = source.Held("a-token-that-nobody-knows")
	})
	if err := p.sim.Revoke("RunReports"); err != nil {
		t.Fatal(err)
	}
	result := p.check(t, "acme")
	if got := failed(result); !slices.Equal(got, []string{"permission.RunReports", "export.castor.token"}) {
		t.Errorf("failed: %v", got)
	}
	if result.Status != doctor.Fail {
		t.Errorf("the status is %s", result.Status)
	}
}

// TestCheck_listsTheOtherWorkers has a second worker that reads fewer reports at one time.
func TestCheck_listsTheOtherWorkers(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 5}, nil)
	p.tweak = func(s *source.Source) { s.MaxInFlight = 3 }
	other, err := host.Open(t.Context(), p.settings(t, server.Options{}), host.Options{Version: "test-2"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, other.Close()) })
	worker := other.NewWorker(p.client)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.Stop)
	var result doctor.Result
	eventually(t, longest, func() bool { // Temporal lists it once it has polled
		result = p.check(t, "acme")
		return result.Worker != nil && len(result.Worker.Others) == 1
	})
	me, another := *result.Worker, result.Worker.Others[0]
	if me.Settings == another.Settings || me.Version == another.Version || me.Settings == "" || another.Settings == "" {
		t.Errorf("%+v answered, and the other is %+v", me, another)
	}
	i := slices.IndexFunc(result.Findings, func(f doctor.Finding) bool { return f.ID == "temporal.workers" })
	if f := result.Findings[i]; f.Status != doctor.Warn || !strings.Contains(f.Fix, "the same settings") {
		t.Errorf("got %+v", f)
	}
}

// TestCheck_ofASourceThatNobodyServes is answered by a worker of other sources, within seconds.
func TestCheck_ofASourceThatNobodyServes(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 5}, nil)
	result := p.check(t, "acne")
	if got := failed(result); !slices.Equal(got, []string{"temporal.workers"}) {
		t.Errorf("failed: %v", got)
	}
	const says = `source "acne" is not configured; this worker knows: acme`
	if first := result.Findings[0]; first.ID != "settings" || !strings.Contains(first.Found, says) {
		t.Errorf("got %+v", first)
	}
	last := result.Findings[len(result.Findings)-1]
	if last.Status != doctor.Fail || !strings.Contains(last.Found, "no worker serves source acne; the worker that answers knows acme") {
		t.Errorf("the row that fails names no source that there is: %+v", last)
	}
}

// TestCheck_beginsByTheTypeAlone starts it as the temporal CLI and the UI's form do.
func TestCheck_beginsByTheTypeAlone(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 5}, nil)
	run, err := p.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: workflows.TaskQueue}, question.CheckSourceType,
		json.RawMessage(`{"source":"acme"}`))
	if err != nil {
		t.Fatal(err)
	}
	var result doctor.Result
	if err := run.Get(t.Context(), &result); err != nil || result.Source != "acme" || len(result.Findings) < 30 {
		t.Errorf("got %+v, %v", result, err)
	}
	described, err := p.client.DescribeWorkflowExecution(t.Context(), run.GetID(), "")
	if err != nil {
		t.Fatal(err)
	}
	if status := described.GetWorkflowExecutionInfo().GetStatus(); status != enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED {
		t.Errorf("it is %s", status)
	}
	if attributes := fmt.Sprint(described.GetWorkflowExecutionInfo().GetSearchAttributes()); strings.Contains(attributes, "Longhaul") {
		t.Errorf("it is found among the syncs: %s", attributes)
	}
}

// keys are those in the bucket without logins, which count for an hour.
func (w works) keys(t *testing.T) (all []string) {
	t.Helper()
	for key, err := range w.store.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(key, "/logins/") {
			all = append(all, key)
		}
	}
	return all
}
