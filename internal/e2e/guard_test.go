package e2e_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// guarded is an org of 200 reports that was synced once, with a catalog that has the files.
func guarded(t *testing.T, tweak func(*source.Source)) (p *plant, first workflows.Result) {
	t.Helper()
	p = newPlant(t, server.Options{Org: openOrg(200)}, tweak)
	first = p.sync(t)
	if first.Outcome != workflows.OutcomeComplete {
		t.Fatalf("the first sync ended as %s", first.Outcome)
	}
	return p, first
}

// churn changes the org.
func (p *plant) churn(t *testing.T, c server.Churn) server.Churned {
	t.Helper()
	changed, err := p.sim.Churn(c)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// requireHeld waits until the sync holds, with a reason, before it has described anything.
func (r running) requireHeld(t *testing.T, p *plant, says string) {
	t.Helper()
	before := described(p.sim)
	held := r.inPhase(t, workflows.PhaseHeld)
	if !strings.Contains(held.Waiting, says) || held.Until == nil {
		t.Errorf("it holds for %q until %v, want it to speak of %q", held.Waiting, held.Until, says)
	}
	if described(p.sim) != before {
		t.Error("it described before it held")
	}
}

func TestGuard_approveLetsAShrunkOrgGoOn(t *testing.T) {
	t.Parallel()
	p, first := guarded(t, nil)
	before := audit(t, p.store, first)
	deleted := p.churn(t, server.Churn{Delete: server.Picks{Number: 60}}).Deleted
	r := p.begin(t)
	r.requireHeld(t, p, "fewer")
	r.requireShown(t, p, r.progress(t).Waiting)
	r.update(t, workflows.ApproveUpdate)
	result := r.result(t)
	lines := audit(t, p.store, result)
	deleted = slices.DeleteFunc(deleted, func(id string) bool { return before["report"][id].State == "gone" }) // reported once
	for _, id := range deleted {
		if line := lines["report"][id]; line.State != "gone" || line.Reason != "vanished" {
			t.Errorf("deleted report %s is %s for %q", id, line.State, line.Reason)
		}
	}
	if int(result.Vanished.Reports) != len(deleted) || len(deleted) < 55 || result.Kinds.Reports != first.Kinds.Reports-60 ||
		result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %d reports, %d vanished", result.Outcome, result.Kinds.Reports, result.Vanished.Reports)
	}
}

func TestGuard_discardDeliversNothing(t *testing.T) {
	t.Parallel()
	p, _ := guarded(t, nil)
	delivered := len(p.sim.Files())
	p.churn(t, server.Churn{Hide: server.Picks{Number: 60}})
	over := aside(t, []string{"TEMPORAL_ADDRESS=" + p.address}, program(t, starter), "sync", "acme", "--json")
	r := running{p.client.GetWorkflow(t.Context(), "sync-acme", ""), p.client}
	eventually(t, time.Minute, func() bool {
		d, err := p.client.DescribeWorkflowExecution(t.Context(), "sync-acme", "")
		return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() == nil
	})
	r.requireHeld(t, p, "fewer")
	r.update(t, workflows.DiscardUpdate)
	if got := <-over; got.code != 8 || !strings.Contains(got.stderr, "discarded") {
		t.Errorf("sync ended with %d: %s", got.code, got.stderr)
	}
	if files := len(p.sim.Files()); files != delivered {
		t.Errorf("%d files reached the catalog", files-delivered)
	}
	p.churn(t, server.Churn{Show: server.Picks{Number: 60}})
	if again := p.sync(t); again.Outcome != workflows.OutcomeComplete || again.States.Described != 0 {
		t.Errorf("the next sync ended as %s and described %d", again.Outcome, again.States.Described)
	}
}

func TestGuard_holdsForALostPermission(t *testing.T) {
	t.Parallel()
	p, _ := guarded(t, nil)
	if err := p.sim.Revoke("ViewPublicDashboards"); err != nil {
		t.Fatal(err)
	}
	r := p.begin(t)
	r.requireHeld(t, p, "View Dashboards in Public Folders")
	r.update(t, workflows.DiscardUpdate)
	if result := r.result(t); result.Outcome != workflows.OutcomeDiscarded {
		t.Errorf("outcome %s", result.Outcome)
	}
}

func TestGuard_holdsAFirstSyncThatFindsNothing(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Org: org.Generate(org.Spec{Reports: 0, Columns: 1, TypeMetadata: 1000})}, nil)
	r := p.begin(t)
	r.requireHeld(t, p, "no report")
	r.update(t, workflows.ApproveUpdate)
	result := r.result(t)
	if result.Outcome != workflows.OutcomeComplete || result.Kinds.Reports != 0 {
		t.Errorf("outcome %s, %d reports", result.Outcome, result.Kinds.Reports)
	}
	audit(t, p.store, result)
	requireDelivered(t, p, result)
}

func TestGuard_isDiscardedWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	p, _ := guarded(t, func(s *source.Source) { s.Guard.Timeout = 2 * time.Second })
	p.churn(t, server.Churn{Hide: server.Picks{Number: 60}})
	delivered := len(p.sim.Files())
	result := p.begin(t).result(t)
	if result.Outcome != workflows.OutcomeDiscarded || len(p.sim.Files()) != delivered || result.Uploaded {
		t.Errorf("outcome %s, %d files delivered", result.Outcome, len(p.sim.Files())-delivered)
	}
	if len(result.Warnings) == 0 || !strings.Contains(strings.Join(messages(result.Warnings), " "), "nobody approved it in time") {
		t.Errorf("warnings %q", result.Warnings)
	}
}

// TestGuard_holdsForAnotherOrg lets the settings of a source lead to another org, as after a refresh of a sandbox.
func TestGuard_holdsForAnotherOrg(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secrets := server.Secrets{ClientID: "3MVG9simulated", ClientSecret: "shhh", CatalogToken: "token", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003"}
	before := simulate(t, server.Options{Reports: 50, Columns: 1, TypeMetadata: 1000, Secrets: secrets})
	after := simulate(t, server.Options{Reports: 50, Columns: 1, TypeMetadata: 1000, Seed: 7, Secrets: secrets})
	settings, environ := settingsFile(t, dir, before, "")
	args := []string{"serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json"}
	serve := background(t, environ, program(t, longhaul), args...)
	if got := run(t, []string{temporalAt(serve)}, program(t, starter), "sync", "acme", "--json"); got.code != 0 {
		t.Fatalf("the first sync ended with %d: %s", got.code, got.stderr)
	}
	serve.terminate(t)
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(string(text), before.Ready().Salesforce, after.Ready().Salesforce, 1)
	if err := os.WriteFile(settings, []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	serve = background(t, environ, program(t, longhaul), args...)
	if got := run(t, []string{temporalAt(serve)}, program(t, starter), "sync", "acme", "--detach"); got.code != 0 {
		t.Fatalf("sync --detach ended with %d: %s", got.code, got.stderr)
	}
	c, err := host.Dial(t.Context(), host.DialOptions{Address: serve.ready["temporal"], Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	r := running{c.GetWorkflow(t.Context(), "sync-acme", ""), c}
	if held := r.inPhase(t, workflows.PhaseHeld); !strings.Contains(held.Waiting, "leads to org") {
		t.Errorf("it holds for %q", held.Waiting)
	}
	r.update(t, workflows.ApproveUpdate)
	if result := r.result(t); result.States.Reused != 0 || result.States.Described != 50 {
		t.Errorf("of the other org it reused %d and described %d", result.States.Reused, result.States.Described)
	}
}
