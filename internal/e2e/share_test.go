package e2e_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// TestShare_ofADayIsOneForAllSyncs runs a whole sync of a source, terminates the next one, resets the third and begins more, all
// within a day. By the count of Salesforce all of them together stay within the share. The last one goes on when the day is over.
func TestShare_ofADayIsOneForAllSyncs(t *testing.T) {
	t.Parallel()
	const reports, daily, share = 150, 1000, 40
	most := daily * share / 100
	slow := server.Fault{Name: "stall", Route: "describe", Delay: 200 * time.Millisecond}
	p := newPlant(t, server.Options{Org: openOrg(reports), DailyLimit: daily, Faults: []server.Fault{slow}}, func(s *source.Source) {
		s.UnboundedLogins = true // sessions end with the org's clock, which leaps here
		s.Quota = source.Quota{Ceiling: 80, Share: share, Probe: time.Second}
	})
	full := workflows.Input{Mode: workflows.ModeFull}
	within := func(what string) {
		t.Helper()
		ours := p.sim.Stats().PeakByUs
		t.Logf("%s: %d calls in a day, the share is %d", what, ours, most)
		if ours > most {
			t.Errorf("%s: %d calls in a day, the share is %d", what, ours, most)
		}
	}

	p.sync(t, full)
	within("a whole sync")

	terminated := p.start(t, "sync-acme", full)
	p.describedMore(t, 40)
	if err := p.client.TerminateWorkflow(t.Context(), terminated.GetID(), terminated.GetRunID(), "a test"); err != nil {
		t.Fatal(err)
	}
	within("a sync that was terminated, after another one")

	run := p.start(t, "sync-acme", full)
	p.describedMore(t, 20)
	run = p.reset(t, run, func(finished []int64) int64 { return finished[len(finished)-1] })
	p.describedMore(t, 10)
	run = p.reset(t, run, func(finished []int64) int64 { return finished[0] })
	p.quicken(t)
	first := running{run, p.client}
	first.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" || p.Phase == workflows.PhaseDone })
	within("a sync that was reset twice")

	if err := p.client.TerminateWorkflow(t.Context(), run.GetID(), "", "a test"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again := running{p.start(t, "sync-acme", full), p.client}
		waiting := again.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
		if !strings.Contains(waiting.Waiting, "this source has used its share of the org's API calls") {
			t.Errorf("another sync of the day waits for %q", waiting.Waiting)
		}
		if err := p.client.TerminateWorkflow(t.Context(), again.GetID(), "", "a test"); err != nil {
			t.Fatal(err)
		}
	}
	within("three more syncs")

	p.completesInTheDaysAfter(t, full)
	within("the days after")
}

// completesInTheDaysAfter starts one more sync, which must wait for the next day and complete.
func (p *plant) completesInTheDaysAfter(t *testing.T, full workflows.Input) {
	t.Helper()
	last := p.start(t, "sync-acme", full)
	hours := running{last, p.client}.days(t, p.sim)
	var result workflows.Result
	if err := last.Get(t.Context(), &result); err != nil || result.Outcome != workflows.OutcomeComplete || hours < 24 {
		t.Errorf("after %d hours the last sync ended as %+v, %v", hours, result, err)
	}
	if !result.Uploaded {
		t.Errorf("the last sync has delivered nothing: %+v", result)
	}
}

// describedMore waits until n more describes were begun.
func (p *plant) describedMore(t *testing.T, n int) {
	t.Helper()
	before, _ := p.sim.Describes()
	eventually(t, time.Minute, func() bool { total, _ := p.sim.Describes(); return total >= before+n })
}
