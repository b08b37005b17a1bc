package e2e_test

import (
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestPause_inTheMiddleOfDescribing stops a sync within seconds, while it answers, and lets it go on where it was.
func TestPause_inTheMiddleOfDescribing(t *testing.T) {
	t.Parallel()
	const reports = 400
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= reports/4 })
	r.signal(t, workflows.PauseSignal)
	asked := time.Now()
	r.inPhase(t, workflows.PhasePaused)
	took := time.Since(asked)
	if took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	still := described(p.sim)
	for range 20 { // the query keeps working
		if now := r.progress(t); now.Phase != workflows.PhasePaused || now.Done == 0 {
			t.Fatalf("a paused sync says %s, %d described", now.Phase, now.Done)
		}
	}
	if described(p.sim) != still {
		t.Error("a paused sync described")
	}
	r.signal(t, workflows.ResumeSignal)
	result := r.result(t)
	if total, distinct := p.sim.Describes(); total != reports || distinct != reports {
		t.Errorf("%d describes of %d reports for an org of %d", total, distinct, reports)
	}
	audit(t, p.store, result)
	t.Logf("paused after %s at %d describes", took.Round(10*time.Millisecond), still)
}

// TestPause_whileItsWorkerStops pauses a sync that lists and stops the worker in the same moment: a cancelled listing that ends
// by that stop is no failure of the sync.
func TestPause_whileItsWorkerStops(t *testing.T) {
	t.Parallel()
	const reports = 300
	org := simulate(t, server.Options{Reports: reports, Columns: 2, TypeMetadata: 10_000})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	s := stationOf(t, "acme", org)
	worker := s.work(t, temporal)
	if err := org.SetFaults([]server.Fault{{Name: "stall", Route: "query", Delay: 2 * time.Second}}); err != nil {
		t.Fatal(err)
	}
	r := running{begin(t, c, "acme"), c}
	r.inPhase(t, workflows.PhaseEnumerate)
	r.signal(t, workflows.PauseSignal)
	r.progress(t) // so the signal has come to the workflow
	worker.terminate(t)
	if err := org.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	s.work(t, temporal)
	r.inPhase(t, workflows.PhasePaused)
	r.signal(t, workflows.ResumeSignal)
	result := outcome(t, r)
	requireSettled(t, result)
	if result.Kinds.Reports != reports {
		t.Errorf("%d reports were listed, want %d", result.Kinds.Reports, reports)
	}
}
