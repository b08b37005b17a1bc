package e2e_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestReset_ofARunningSync takes a sync back, as `temporal workflow reset` does, and holds the new run to the files of a
// sync that nothing disturbed.
func TestReset_ofARunningSync(t *testing.T) {
	t.Parallel()
	const reports = 300
	first := func(finished []int64) int64 { return finished[0] }
	last := func(finished []int64) int64 { return finished[len(finished)-1] }
	slow := server.Fault{Name: "stall", Route: "describe", Delay: 500 * time.Millisecond}
	for _, row := range []struct {
		name   string
		to     func(finished []int64) int64 // which workflow task, of the ids of their completions
		fault  server.Fault
		when   func(*plant) bool
		takeUp string // what the new run does first
	}{
		{"to its first workflow task, in the middle of describing", first, slow, describedHalf(reports), "Authenticate"},
		{"to its last workflow task, in the middle of describing", last, slow, describedHalf(reports), "Describe"},
		{
			"to its first workflow task, in the middle of delivering", first,
			server.Fault{Name: "upload_stall", Delay: time.Second},
			func(p *plant) bool { return len(p.sim.Files()) >= 3 }, "Authenticate",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{Reports: reports, Columns: 3, TypeMetadata: 1000, Faults: []server.Fault{row.fault}}, nil)
			before := p.start(t, "sync-acme")
			eventually(t, time.Minute, func() bool { return row.when(p) })
			id := p.progress(t).Sync
			after := p.reset(t, before, row.to)
			p.quicken(t)
			var result workflows.Result
			if err := after.Get(t.Context(), &result); err != nil {
				t.Fatalf("the new run failed: %v", err)
			}
			if result.Sync != id || result.Outcome != workflows.OutcomeGaps || result.States.Total() != reports {
				t.Errorf("the new run, of sync %s, ended as %+v", id, result)
			}
			total, distinct := p.sim.Describes()
			t.Logf("%d of %d describes were repeated", total-distinct, distinct)
			if total-distinct > inFlight {
				t.Errorf("%d describes were repeated, want at most those in flight", total-distinct)
			}
			requireDelivered(t, p, result)
			if scheduled(p.history(t, "sync-acme", after.GetRunID()), row.takeUp) == 0 {
				t.Errorf("the new run has not taken up %s", row.takeUp)
			}
			requireSameSet(t, p.sync(t, workflows.Input{Mode: workflows.ModeFull}), result)
		})
	}
}

// TestReset_asksAgainForAVerdict takes a sync back to before it held, while it delivers what was approved.
func TestReset_asksAgainForAVerdict(t *testing.T) {
	t.Parallel()
	p := newPlant(t, tiny(), nil)
	p.sync(t)
	if err := p.sim.Revoke("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	if err := p.sim.SetFaults([]server.Fault{{Name: "upload_stall", Delay: time.Second}}); err != nil {
		t.Fatal(err)
	}
	before := len(p.sim.Files())
	run := p.start(t, "sync-acme")
	p.awaitPhase(t, workflows.PhaseHeld)
	p.update(t, workflows.ApproveUpdate)
	eventually(t, time.Minute, func() bool { return len(p.sim.Files()) > before })
	after := p.reset(t, run, func(finished []int64) int64 { return finished[0] })
	p.awaitPhase(t, workflows.PhaseHeld)
	p.update(t, workflows.ApproveUpdate)
	p.quicken(t)
	var result workflows.Result
	if err := after.Get(t.Context(), &result); err != nil || !result.Uploaded {
		t.Fatalf("the new run ended as %+v, %v", result, err)
	}
	names := map[string]bool{}
	for _, f := range p.sim.Files() {
		names[f.Name] = true
	}
	if len(names) != len(p.sim.Files()) || len(names) != 2*len(result.Files["castor"]) {
		t.Errorf("the catalog has %d files of %d names; warnings %q", len(p.sim.Files()), len(names), result.Warnings)
	}
}

func describedHalf(reports int) func(*plant) bool {
	return func(p *plant) bool {
		total, _ := p.sim.Describes()
		return total > reports/2
	}
}

// reset takes a run back to one of its finished workflow tasks and gives the new run.
func (w works) reset(t *testing.T, run client.WorkflowRun, to func(finished []int64) int64) client.WorkflowRun {
	t.Helper()
	var finished []int64
	for _, event := range w.history(t, run.GetID(), run.GetRunID()) {
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			finished = append(finished, event.GetEventId())
		}
	}
	answer, err := w.client.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: "default", WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
		Reason: "a test", RequestId: uuid.NewString(), WorkflowTaskFinishEventId: to(finished),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.client.GetWorkflow(t.Context(), run.GetID(), answer.GetRunId())
}

// progress asks the running sync of source acme.
func (w works) progress(t *testing.T) workflows.Progress {
	t.Helper()
	return progressOf(t, w.client, "sync-acme")
}

// scheduled counts the activities of a type in a history.
func scheduled(events []*historypb.HistoryEvent, activity string) (n int) {
	for _, event := range events {
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == activity {
			n++
		}
	}
	return n
}

// requireSameSet compares two sets by kind. The summary differs: it says when.
func requireSameSet(t *testing.T, want, got workflows.Result) {
	t.Helper()
	sums := func(result workflows.Result) map[string]string {
		byKind := map[string]string{}
		for _, f := range result.Files["castor"] {
			_, kind, _ := strings.Cut(f.Name, "-")
			byKind[kind] = f.SHA256
		}
		maps.DeleteFunc(byKind, func(kind, _ string) bool { return kind == "summary.json" })
		return byKind
	}
	if diff := cmp.Diff(sums(want), sums(got)); diff != "" {
		t.Errorf("the files of an undisturbed sync and these (-want +got):\n%s", diff)
	}
}

// TestReset_ofASyncThatAnotherCameAfter takes a sync back, as an operator may who picks the wrong run, when a later one has delivered.
// Its files would be named as older than what is delivered, and most of what it had read was removed with the record of that one.
func TestReset_ofASyncThatAnotherCameAfter(t *testing.T) {
	t.Parallel()
	p := newPlant(t, tiny(), nil)
	first := p.start(t, "sync-acme")
	var result workflows.Result
	if err := first.Get(t.Context(), &result); err != nil {
		t.Fatal(err)
	}
	later := p.sync(t, workflows.Input{Mode: workflows.ModeFull})
	before := len(p.sim.Files())
	after := p.reset(t, first, func(finished []int64) int64 { return finished[1] }) // the login is the step before
	err := after.Get(t.Context(), &result)
	if err == nil || !strings.Contains(err.Error(), later.Sync+" came after this sync") {
		t.Errorf("it ends as %+v, %v", result, err)
	}
	if n := len(p.sim.Files()); n != before {
		t.Errorf("it sent %d files", n-before)
	}
}
