package e2e_test

import (
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
)

// removeAttribute takes a search attribute from the namespace, and waits until the server has forgotten it.
func (w works) removeAttribute(t *testing.T, name string) {
	t.Helper()
	_, err := w.client.OperatorService().RemoveSearchAttributes(t.Context(), &operatorservice.RemoveSearchAttributesRequest{
		SearchAttributes: []string{name}, Namespace: temporaldev.DefaultNamespace,
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() bool {
		_, err := w.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: name + ` = "x"`})
		return err != nil
	})
}

// TestAttributes_removedInMidSyncStopsNothing removes one while a sync describes. The server refuses a workflow task that sets
// it, and what an operator asks for would be heard by nobody.
func TestAttributes_removedInMidSyncStopsNothing(t *testing.T) {
	t.Parallel()
	p, run := inMidDescribe(t)
	p.removeAttribute(t, "LonghaulPhase")
	for range 3 {
		p.signal(t, workflows.PauseSignal)
		p.awaitPhase(t, workflows.PhasePaused)
		p.signal(t, workflows.ResumeSignal)
		p.awaitPhase(t, workflows.PhaseDescribe)
	}
	p.quicken(t)
	p.await(t, run)
	failed := 0
	for _, event := range p.history(t, run.GetID(), run.GetRunID()) {
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED {
			failed++
		}
	}
	t.Logf("%d workflow tasks failed before the worker knew", failed)
	eventually(t, time.Minute, func() bool {
		return len(p.listed(t, `LonghaulSource = "acme" AND LonghaulOutcome IN ("complete","gaps")`)) == 1
	})
}

// TestAttributes_removedBeforeARunContinuesStopsNothing removes two from a sync that continues as new again and again: one of
// Longhaul's, and one that came with the start.
func TestAttributes_removedBeforeARunContinuesStopsNothing(t *testing.T) {
	t.Parallel()
	options := tiny()
	options.Reports = 1000
	options.Faults = []server.Fault{{Name: "stall", Route: "describe", Delay: time.Second}}
	p := newPlantOn(t, temporaldev.Options{LongHistory: 20}, options, func(s *source.Source) { s.MaxShards = 1 })
	_, err := p.client.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		SearchAttributes: map[string]enumspb.IndexedValueType{"Team": enumspb.INDEXED_VALUE_TYPE_KEYWORD}, Namespace: temporaldev.DefaultNamespace,
	})
	if err != nil {
		t.Fatal(err)
	}
	var run client.WorkflowRun
	eventually(t, time.Minute, func() bool { // until the server knows the new one
		run, err = p.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: "sync-acme", TaskQueue: workflows.TaskQueue,
			TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword("Team").ValueSet("crm")),
		}, workflows.SyncSourceType)
		return err == nil
	})
	eventually(t, time.Minute, func() bool {
		begun, _ := p.sim.Describes()
		return begun > 16
	})
	p.removeAttribute(t, "LonghaulPhase")
	p.removeAttribute(t, "Team")
	p.quicken(t)
	p.await(t, run)
	if n := len(p.listed(t, `WorkflowId = "sync-acme"`)); n < 2 {
		t.Errorf("it took %d runs, want several", n)
	}
}

// TestAttributes_failedSyncsAreFoundByTheirSource starts what fails in every early way, and lists it as an operator would.
func TestAttributes_failedSyncsAreFoundByTheirSource(t *testing.T) {
	t.Parallel()
	p := newPlant(t, tiny(), func(s *source.Source) { s.Salesforce.ClientSecret = source.Held("wrong") })
	failure(t, p.start(t, "sync-acme"))
	failure(t, p.start(t, "nightly-acme", map[string]string{"source": "acme"}))
	failure(t, p.start(t, "by-hand", map[string]string{"source": "acme", "mode": "quick"}))
	failure(t, p.start(t, "mistyped", map[string]string{"source": "acme", "mod": "full"}))
	const want = 5 // with the child of nightly-acme
	query := `LonghaulSource = "acme" AND LonghaulOutcome = "failed"`
	eventually(t, time.Minute, func() bool { return len(p.listed(t, query)) >= want })
	if got := p.listed(t, query); len(got) != want {
		t.Errorf("listed are %v", got)
	}
}

// listed are the ids of the workflows that a query finds.
func (w works) listed(t *testing.T, query string) (ids []string) {
	t.Helper()
	answer, err := w.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range answer.GetExecutions() {
		ids = append(ids, e.GetExecution().GetWorkflowId())
	}
	return ids
}
