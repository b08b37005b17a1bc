package e2e_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// set replaces the faults of the simulated org.
func (p *plant) set(t *testing.T, faults ...server.Fault) {
	t.Helper()
	if err := p.sim.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
}

// halfWay begins a sync of that number of reports and waits until a quarter of them is described.
func (p *plant) halfWay(t *testing.T, reports int) running {
	t.Helper()
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= reports/4 })
	return r
}

// addWorker starts a second worker beside that of p, with clients and sessions of its own.
func (p *plant) addWorker(t *testing.T, options server.Options) {
	t.Helper()
	h, err := host.Open(t.Context(), p.settings(t, options), host.Options{Version: "test", Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	worker := h.NewWorker(p.client)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		worker.Stop()
		closed(t, h.Close())
	})
}

// TestBlocked_byAPolicyThatIsRelaxed blocks a sync by a policy of sessions. Relaxed, it holds for new sessions alone, so every
// worker needs one.
func TestBlocked_byAPolicyThatIsRelaxed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"session_not_for_rest", "high_assurance"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const reports = 400
			options := server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}
			p := newPlant(t, options, nil)
			p.addWorker(t, options)
			r := p.halfWay(t, reports)
			p.set(t, server.Fault{Name: name})
			r.inPhase(t, workflows.PhaseBlocked)
			p.set(t)
			r.signal(t, workflows.ResumeSignal)
			p.requireEnd(t, r)
			result := r.result(t)
			if result.Outcome != workflows.OutcomeComplete {
				t.Errorf("outcome %s, %+v", result.Outcome, result.States)
			}
			if logins := p.sim.Stats().Logins; logins > 6 {
				t.Errorf("%d logins of two workers, want 6 at most: at first, to prove the policy, and after the resume", logins)
			}
			audit(t, p.store, result)
		})
	}
}

// requireEnd waits until the sync is over, and fails when it is blocked again.
func (p *plant) requireEnd(t *testing.T, r running) {
	t.Helper()
	r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Phase != workflows.PhaseBlocked })
	last := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Outcome != "" || p.Phase == workflows.PhaseBlocked })
	if last.Phase == workflows.PhaseBlocked {
		t.Fatalf("it is blocked again: %s", last.Waiting)
	}
}

// TestBlocked_notByAPolicyOfAMoment meets a policy with one session, as in a maintenance.
func TestBlocked_notByAPolicyOfAMoment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"session_not_for_rest", "session_app_not_attached", "high_assurance"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const reports = 400
			p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
			r := p.halfWay(t, reports)
			p.set(t, server.Fault{Name: name, Times: 1})
			p.requireEnd(t, r)
			if result := r.result(t); result.Outcome != workflows.OutcomeComplete || p.sim.Stats().Logins != 2 {
				t.Errorf("outcome %s after %d logins, want 2", result.Outcome, p.sim.Stats().Logins)
			}
		})
	}
}

// TestLogins_ofASyncFromTwoAddresses syncs an org that locks sessions to an address, over a network that has two.
func TestLogins_ofASyncFromTwoAddresses(t *testing.T) {
	t.Parallel()
	const reports = 600
	p := newPlant(t, server.Options{
		Org: openOrg(reports), Latency: 20 * time.Millisecond, Faults: []server.Fault{{Name: "session_ip_locked"}},
	}, nil)
	result := p.sync(t)
	stats := p.sim.Stats()
	t.Logf("%d logins in %.1f s, %d describes were answered with 401", stats.Logins, result.Seconds, stats.Routes["describe"]["401"])
	if result.Outcome != workflows.OutcomeComplete || stats.Logins > 10 {
		t.Errorf("outcome %s, %+v after %d logins, want 10 at most", result.Outcome, result.States, stats.Logins)
	}
	audit(t, p.store, result)
}

// TestLogins_thatAreSpent ends every session after some requests, in an hour in which others of the source have logged in
// often: the sync stops logging in long before the user is locked out, and says why it waits.
func TestLogins_thatAreSpent(t *testing.T) {
	t.Parallel()
	const reports = 1500
	options := server.Options{Reports: reports, Columns: 2, TypeMetadata: 1000, Latency: 2 * time.Millisecond}
	p := newPlant(t, options, nil)
	p.addWorker(t, options)
	const others = staging.MostLogins - 4
	for range others {
		if _, err := p.store.Logins("acme").Take(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	p.set(t, server.Fault{Name: "session_expired", Rate: 1.0 / 150}) // seldom at the first use of a token
	r := p.begin(t)
	waits := r.until(t, 2*time.Minute, func(p workflows.Progress) bool {
		return strings.Contains(p.Waiting, "has logged in as often as Longhaul lets it within an hour")
	})
	if !strings.Contains(waits.Waiting, `"Lock sessions to the IP address from which they originated"`) || waits.Until == nil ||
		waits.Phase == workflows.PhaseBlocked {
		t.Errorf("it is %s and waits for %q until %v", waits.Phase, waits.Waiting, waits.Until)
	}
	r.signal(t, workflows.ResumeSignal) // of an operator who knows better: the bound holds
	r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting == "" || p.Updated.After(waits.Updated) })
	r.until(t, time.Minute, func(p workflows.Progress) bool { return strings.Contains(p.Waiting, "has logged in as often") })
	tries := 0
	for _, n := range p.sim.Stats().Routes["token"] {
		tries += n
	}
	kept := 0
	for _, err := range p.store.List(t.Context(), staging.LoginPrefix("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if others+tries > staging.MostLogins || kept != others+tries {
		t.Errorf("%d logins of two workers and %d in the bucket, want %d at most", tries, kept, staging.MostLogins)
	}
	t.Logf("%d logins; %q", tries, waits.Waiting)
	if err := p.client.CancelWorkflow(t.Context(), r.GetID(), ""); err != nil {
		t.Fatal(err)
	}
}

// TestRefused_outsideOfLoginHours ends the login hours of the run-as user in the middle of a sync.
func TestRefused_outsideOfLoginHours(t *testing.T) {
	t.Parallel()
	const reports = 400
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	r := p.halfWay(t, reports)
	p.sim.CloseLoginHours(0)
	waits := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if waits.Phase != workflows.PhaseDescribe || waits.Refused == nil || waits.Until == nil || waits.Until.Sub(waits.Updated) > 16*time.Minute ||
		!strings.Contains(waits.Waiting, "user may not log in at this time") || !strings.Contains(waits.Waiting, "login hours") {
		t.Errorf("it is %s and waits for %q until %v", waits.Phase, waits.Waiting, waits.Until)
	}
	r.requireShown(t, p, waits.Waiting)
	p.sim.OpenLoginHours()
	r.signal(t, workflows.ResumeSignal)
	result := r.result(t)
	if total, distinct := p.sim.Describes(); total != reports || distinct != reports || result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %d describes of %d reports", result.Outcome, total, distinct)
	}
}

// TestExtract_outsideOfLoginHours runs `extract` into the night: nobody waits for it, so it ends at once, and the same command
// goes on in the morning.
func TestExtract_outsideOfLoginHours(t *testing.T) {
	t.Parallel()
	const reports = 300
	sim := simulate(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond})
	out, ready := t.TempDir(), sim.Ready()
	over := aside(t, nil, program(t, longhaul), "extract", "-c", ready.ClientID, "-s", ready.ClientSecret, "-b", ready.Salesforce, "-o", out)
	eventually(t, time.Minute, func() bool { return described(sim) >= reports/4 })
	sim.CloseLoginHours(0)
	begun := time.Now()
	night := <-over
	if night.code != 3 || !strings.Contains(night.stderr, "login hours") || time.Since(begun) > time.Minute {
		t.Errorf("it ended with %d after %s:\n%s", night.code, time.Since(begun), night.stderr)
	}
	if again := extractTo(t, sim, out); again.code != 3 {
		t.Errorf("still in the night it ended with %d:\n%s", again.code, again.stderr)
	}
	sim.OpenLoginHours()
	if morning := extractTo(t, sim, out); morning.code != 0 {
		t.Errorf("in the morning it ended with %d:\n%s", morning.code, morning.stderr)
	}
	if total, distinct := sim.Describes(); total != distinct || distinct != reports {
		t.Errorf("%d describes of %d reports, want each once", total, distinct)
	}
}
