package e2e_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"longhaul/internal/history"
	"longhaul/internal/host"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// TestEnds_theNextSyncFindsOneThatWasTerminated has a schedule's sync that an operator terminates, after a reset. It left no end.
func TestEnds_theNextSyncFindsOneThatWasTerminated(t *testing.T) {
	t.Parallel()
	p := newPlant(t, longDescribe(), fewInFlight)
	schedule, err := p.client.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
		ID:   "acme-nightly",
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour}}},
		Action: &client.ScheduleWorkflowAction{
			ID: "acme-nightly", Workflow: workflows.SyncSourceType, TaskQueue: workflows.TaskQueue,
			Args: []any{map[string]any{"source": "acme"}},
		},
		TriggerImmediately: true,
		Paused:             true, // nothing starts at midnight
	})
	if err != nil {
		t.Fatal(err)
	}
	parent := p.scheduled(t, schedule)
	eventually(t, time.Minute, func() bool {
		begun, _ := p.sim.Describes()
		return begun > 16
	})
	first := p.child(t)
	for _, id := range []string{first.GetID(), parent.GetID()} {
		d, err := p.client.DescribeWorkflowExecution(t.Context(), id, "")
		if memo := d.GetWorkflowExecutionInfo().GetMemo().GetFields(); err != nil || string(memo["trigger"].GetData()) != `"schedule:acme-nightly"` {
			t.Errorf("the memo of %s is %v, %v", id, memo, err)
		}
	}
	after := p.reset(t, first, func(finished []int64) int64 { return finished[len(finished)-1] })
	requireFate(t, p.client, first.GetRunID(), history.OutcomeRunning)
	requireFate(t, p.client, uuid.NewString(), history.OutcomeUnknown)
	terminated := time.Now()
	if err := p.client.TerminateWorkflow(t.Context(), after.GetID(), after.GetRunID(), "by an operator"); err != nil {
		t.Fatal(err)
	}
	requireFate(t, p.client, first.GetRunID(), history.OutcomeTerminated)

	p.quicken(t)
	result := p.sync(t)
	ids, err := history.Endless(t.Context(), p.store, "acme")
	if err != nil || len(ids) > 0 {
		t.Errorf("%v are without an end, %v", ids, err)
	}
	earlier := syncBefore(t, p.store, result.Sync)
	var start history.Start
	var end history.End
	readObject(t, p.store, earlier.Start(), &start)
	readObject(t, p.store, earlier.End(), &end)
	if start.Trigger != "schedule:acme-nightly" || start.Workflow != "sync-acme" || start.Run != first.GetRunID() || !start.Deliver {
		t.Errorf("it began as %+v", start)
	}
	if end.Outcome != history.OutcomeTerminated || end.Trigger != start.Trigger || end.At.Before(terminated.Add(-time.Minute)) || end.Seconds <= 0 {
		t.Errorf("it is found to have ended as %+v", end)
	}
	requireTerminated(t, end)
	var record history.Record
	readObject(t, p.store, staging.RecordKey("acme", result.Sync), &record)
	requireCourse(t, record)
}

// requireCourse looks at what the record of an undisturbed sync says of its way.
func requireCourse(t *testing.T, record history.Record) {
	t.Helper()
	var phases []string
	for _, phase := range record.Phases {
		phases = append(phases, phase.Phase)
	}
	all := []string{"authenticate", "enumerate", "guard", "plan", "describe", "catch_up", "assemble", "upload", "record"}
	if diff := cmp.Diff(all, phases); diff != "" {
		t.Errorf("the phases (-want +got):\n%s", diff)
	}
	if record.Trigger != history.TriggerOther || record.Workflow != "sync-acme" || record.Run == "" || record.Seconds <= 0 || len(record.Waits) > 0 {
		t.Errorf("the course is %+v", record.Course)
	}
	receipts := record.Exports["castor"].Receipts
	if len(receipts) != len(record.Files["castor"]) || len(receipts) == 0 {
		t.Fatalf("%d receipts of %d files", len(receipts), len(record.Files["castor"]))
	}
	for i, receipt := range receipts {
		if receipt.Name != record.Files["castor"][i].Key || receipt.Path == "" || receipt.Status != 200 || receipt.At.IsZero() {
			t.Errorf("the receipt of %s is %+v", record.Files["castor"][i].Key, receipt)
		}
	}
}

// requireFate asks Temporal how the sync ended that began with a run.
func requireFate(t *testing.T, c client.Client, run, want string) {
	t.Helper()
	fate, err := host.HowEnded(t.Context(), c, "sync-acme", run)
	if dated := want == history.OutcomeTerminated; err != nil || fate.Outcome != want || dated == fate.At.IsZero() {
		t.Errorf("run %s is %+v, %v; want %s", run, fate, err, want)
	}
}

// syncBefore is the newest sync that began before another one.
func syncBefore(t *testing.T, store *staging.Store, than string) (sync staging.Sync) {
	t.Helper()
	for key, err := range store.List(t.Context(), staging.StartsPrefix("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		if key < (staging.Sync{Source: "acme", ID: than}).Start() {
			sync = staging.Sync{Source: "acme", ID: key[len(staging.StartsPrefix("acme")) : len(key)-len(".json")]}
		}
	}
	return sync
}

// readObject reads an object of the bucket.
func readObject(t *testing.T, store *staging.Store, key string, into any) {
	t.Helper()
	if err := store.ReadJSON(t.Context(), key, into); err != nil {
		t.Fatal(err)
	}
}

// requireTerminated looks at what the next sync finds of a terminated one.
func requireTerminated(t *testing.T, end history.End) {
	t.Helper()
	if n := len(end.Orders); n != 1 || end.Orders[0].Name != history.OrderTerminate || end.Orders[0].Reason != "by an operator" {
		t.Errorf("its orders are %+v", end.Orders)
	}
	if end.Phase == "" || end.APICalls < 1 {
		t.Errorf("it ended in phase %q after %d calls", end.Phase, end.APICalls)
	}
}
