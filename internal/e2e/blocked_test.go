package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	sdkpb "go.temporal.io/api/sdk/v1"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// TestBlocked_untilItIsMendedAndResumed takes from a sync what an administrator has to give back: the sync finds it at the first
// such answer, explains it once, and describes no report twice.
func TestBlocked_untilItIsMendedAndResumed(t *testing.T) {
	t.Parallel()
	for _, row := range losses() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			const reports = 400
			p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
			r := p.begin(t)
			eventually(t, time.Minute, func() bool { return described(p.sim) >= reports/4 })
			row.lose(t, p.sim)
			lost := described(p.sim)
			blocked := r.inPhase(t, workflows.PhaseBlocked)
			if !strings.Contains(blocked.Waiting, row.says) || blocked.Until == nil {
				t.Errorf("it is blocked for %q until %v, want it to speak of %q", blocked.Waiting, blocked.Until, row.says)
			}
			if more := described(p.sim) - lost; more > source.DefaultMaxInFlight+1 { // one of them proves a policy by a new session
				t.Errorf("%d describes were begun after that, want at most those in flight and one", more)
			}
			r.requireShown(t, p, blocked.Waiting)
			still := described(p.sim)
			row.fix(t, p.sim)
			r.signal(t, workflows.ResumeSignal)
			result := r.result(t)

			refused := 0
			if row.refused != "" {
				refused = p.sim.Stats().Routes["describe"][row.refused] - obsolete
			}
			if total, distinct := p.sim.Describes(); distinct != reports || total != reports+refused {
				t.Errorf("%d describes of %d reports, %d of them refused, for an org of %d", total, distinct, refused, reports)
			}
			if result.Outcome != workflows.OutcomeComplete {
				t.Errorf("outcome %s, %+v", result.Outcome, result.States)
			}
			r.requireBlockedOnce(t, p)
			audit(t, p.store, result)
			t.Logf("%d describes when it was lost, %d more, %d refused; %q", lost, still-lost, refused, blocked.Waiting)
		})
	}
}

// loss is something that a sync needs and an administrator can take away and give back.
type loss struct {
	name      string
	lose, fix func(*testing.T, *server.Server)
	says      string
	refused   string // the status of describes that were begun, and answered with the refusal
}

func losses() []loss {
	set := func(list ...server.Fault) func(*testing.T, *server.Server) {
		return func(t *testing.T, sim *server.Server) {
			t.Helper()
			if err := sim.SetFaults(list); err != nil {
				t.Fatal(err)
			}
		}
	}
	permissions := func(change func(*server.Server, ...string) error) func(*testing.T, *server.Server) {
		return func(t *testing.T, sim *server.Server) {
			t.Helper()
			if err := change(sim, "RunReports"); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []loss{
		{
			"the app's secret was rotated", func(_ *testing.T, sim *server.Server) { sim.SetSecretRotated(true) },
			func(_ *testing.T, sim *server.Server) { sim.SetSecretRotated(false) }, "client secret", "",
		},
		{
			"the app was blocked", inOrg("app", `{"blocked":true}`), inOrg("app", `{"blocked":false}`), "blocked the app", "",
		},
		{
			"the run-as user was frozen", func(_ *testing.T, sim *server.Server) { sim.SetUserFrozen(true) },
			func(_ *testing.T, sim *server.Server) { sim.SetUserFrozen(false) }, "frozen", "",
		},
		{
			"Run Reports was taken away", permissions((*server.Server).Revoke), permissions((*server.Server).Grant),
			"Run Reports", "403",
		},
		{"the org asks for high assurance", set(server.Fault{Name: "high_assurance"}), set(), "high assurance", "403"},
	}
}

// requireBlockedOnce checks that one timer of the history explains that the sync is blocked.
func (r running) requireBlockedOnce(t *testing.T, p *plant) {
	t.Helper()
	explained := 0
	for _, summary := range timerSummaries(t, p.history(t, r.GetID(), r.GetRunID())) {
		if strings.HasPrefix(summary, "blocked until ") {
			explained++
		}
	}
	if explained != 1 {
		t.Errorf("it was blocked %d times", explained)
	}
}

// obsolete is how many reports an open org of 400 reports refuses with 403 for good.
const obsolete = 2

// requireShown checks that the reason stands where people look: in the details of the workflow and in `status`.
func (r running) requireShown(t *testing.T, p *plant, why string) {
	t.Helper()
	var metadata sdkpb.WorkflowMetadata
	answer, err := r.client.QueryWorkflow(t.Context(), r.GetID(), "", "__temporal_workflow_metadata")
	if err == nil {
		err = answer.Get(&metadata)
	}
	if err != nil || !strings.Contains(metadata.GetCurrentDetails(), why) {
		t.Errorf("the workflow's details are %q (%v), want them to say %q", metadata.GetCurrentDetails(), err, why)
	}
	eventually(t, time.Minute, func() bool { // a worker that is busy may leave the first question without an answer
		got := run(t, []string{"TEMPORAL_ADDRESS=" + p.address}, program(t, starter), "status", "acme", "--json")
		var status struct{ Running workflows.Progress }
		return json.Unmarshal([]byte(got.stdout), &status) == nil && got.code == 0 && status.Running.Waiting == why
	})
}
