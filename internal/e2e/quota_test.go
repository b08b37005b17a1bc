package e2e_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// requireFrugal checks what every sync that waited must show in the end: all reports, none described twice, no call that
// was not counted, and none of ours beyond the ceiling.
func requireFrugal(t *testing.T, sim *server.Server, b budget, result workflows.Result) {
	t.Helper()
	stats := sim.Stats()
	if result.Outcome != workflows.OutcomeComplete || result.Kinds.Reports != int64(b.reports) {
		t.Errorf("outcome %s, %d of %d reports, %+v", result.Outcome, result.Kinds.Reports, b.reports, result.States)
	}
	if total, distinct := sim.Describes(); total != b.reports || distinct != b.reports {
		t.Errorf("%d describes of %d reports for an org of %d", total, distinct, b.reports)
	}
	if stats.PeakByUs > b.ceiling() {
		t.Errorf("we used %d calls within a day, the ceiling is %d", stats.PeakByUs, b.ceiling())
	}
	if sent := requests(stats); int(result.APICalls) != sent {
		t.Errorf("the result says %d API calls, Salesforce got %d", result.APICalls, sent)
	}
	t.Logf("%d reports, %d calls a day: peak of any day %d (ours %d), ceiling %d, %d calls in all, %s",
		b.reports, b.daily, stats.DailyPeak, stats.PeakByUs, b.ceiling(), stats.APICalls, result.Outcome)
}

func TestQuota_aSyncOfDaysStaysBelowTheCeiling(t *testing.T) {
	t.Parallel()
	b := sizeOfBudget()
	p := newPlant(t, server.Options{Org: openOrg(b.reports), DailyLimit: b.daily}, thrifty)
	r := p.begin(t)
	waiting := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if !strings.Contains(waiting.Waiting, "the org has used") || !strings.Contains(waiting.Waiting, "come back at") || waiting.Until == nil {
		t.Errorf("a sync that waits says %q until %v", waiting.Waiting, waiting.Until)
	}
	hours := r.days(t, p.sim)
	result := r.result(t)
	requireFrugal(t, p.sim, b, result)
	if peak := p.sim.Stats().DailyPeak; peak > b.ceiling() {
		t.Errorf("%d calls were used within a day, the ceiling is %d", peak, b.ceiling())
	}
	if least := 24 * ((b.reports+b.ceiling()-1)/b.ceiling() - 1); hours < least {
		t.Errorf("it took %d hours, and %d reports at %d a day take %d at least", hours, b.reports, b.ceiling(), least)
	}
	explained := 0
	for _, summary := range timerSummaries(t, p.history(t, r.GetID(), r.GetRunID())) {
		if strings.HasPrefix(summary, "waiting") && strings.Contains(summary, "UTC: the org has used") {
			explained++
		}
	}
	if explained == 0 {
		t.Error("no timer says that it is for the quota")
	}
	t.Logf("%d simulated hours, %d timers that say why", hours, explained)
	audit(t, p.store, result)
	requireDelivered(t, p, result)
}

// TestQuota_aRestartDuringTheWait kills serve while the sync waits, and starts it again.
func TestQuota_aRestartDuringTheWait(t *testing.T) {
	t.Parallel()
	b := sizeOfBudget()
	sim := simulate(t, server.Options{Org: openOrg(b.reports), DailyLimit: b.daily})
	settings, environ := settingsFile(t, t.TempDir(), sim, "    quota: {ceiling: 80, share: 100, probe: 1s}\n")
	serve := func() (*process, running) {
		s := background(t, environ, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
		c, err := host.Dial(t.Context(), host.DialOptions{Address: s.ready["temporal"], Logger: zap.NewNop()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return s, running{c.GetWorkflow(t.Context(), "sync-acme", ""), c}
	}
	first, before := serve()
	if started := run(t, []string{temporalAt(first)}, program(t, starter), "sync", "acme", "--detach"); started.code != 0 {
		t.Fatalf("sync --detach ended with %d: %s", started.code, started.stderr)
	}
	before.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	first.kill(t)
	sim.Advance(time.Hour)

	_, after := serve()
	after.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	hours := after.days(t, sim)
	requireFrugal(t, sim, b, after.result(t))
	if peak := sim.Stats().DailyPeak; peak > b.ceiling() {
		t.Errorf("%d calls were used within a day, the ceiling is %d", peak, b.ceiling())
	}
	t.Logf("%d simulated hours after the restart", hours)
}

// TestQuota_ofAnOrgThatOthersUse lets others push the org beyond the ceiling: from then on we ask for its usage now and
// then, and describe nothing until it has come back.
func TestQuota_ofAnOrgThatOthersUse(t *testing.T) {
	t.Parallel()
	b, latency := budget{reports: 120, daily: 150}, 500*time.Millisecond
	if wholeQuota() {
		b, latency = sizeOfBudget(), 20*time.Millisecond
	}
	p := newPlant(t, server.Options{
		Org: openOrg(b.reports), DailyLimit: b.daily, OthersPerHour: b.daily / 100, Latency: latency,
	}, thrifty)
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= b.ceiling()/3 })
	p.sim.AddUsage(b.ceiling()*21/20 - p.sim.Stats().DailyUsed)
	r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if over := p.sim.Stats().DailyUsed; over < b.ceiling() {
		t.Fatalf("the org has used %d, so the others did not push it over %d", over, b.ceiling())
	}
	w := &witness{sim: p.sim, ceiling: b.ceiling()}
	stop := w.watch(t)
	hours := r.days(t, p.sim)
	stop()
	requireFrugal(t, p.sim, b, r.result(t))
	if asked := p.sim.Stats().Routes["limits"]; asked["200"] > hours+2 {
		t.Errorf("%d calls were spent on asking in %d hours", asked["200"], hours)
	}
	if w.looks == 0 {
		t.Error("nobody looked while the org was over the ceiling")
	}
	t.Logf("%d simulated hours, %d looks while others kept the org over the ceiling", hours, w.looks)
}

func TestQuota_whereNoAnswerTells(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]server.Options{
		"no header at all":             {NoLimitInfo: true},
		"no header of analytics":       {NoAnalyticsLimitInfo: true},
		"no header, and no /limits":    {NoLimitInfo: true, Revoked: []string{"ViewSetup"}},
		"no header, and others use it": {NoLimitInfo: true, OthersPerHour: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name != "no header at all" {
				wholly(t)
			}
			b := sizeOfBudget()
			options.Org, options.DailyLimit = openOrg(b.reports), b.daily
			p := newPlant(t, options, thrifty)
			r := p.begin(t)
			r.days(t, p.sim)
			result := r.result(t)
			if len(options.Revoked) == 0 {
				requireFrugal(t, p.sim, b, result)
				return
			}
			// Nothing tells the maximum, so the org's own refusal is the bound.
			if total, distinct := p.sim.Describes(); total != b.reports || distinct != b.reports || result.Outcome != workflows.OutcomeComplete {
				t.Errorf("outcome %s, %d describes of %d reports for an org of %d", result.Outcome, total, distinct, b.reports)
			}
		})
	}
}

// TestQuota_refusedUnforetold lets others use all of the org's calls between two of our answers.
func TestQuota_refusedUnforetold(t *testing.T) {
	t.Parallel()
	b := sizeOfBudget()
	p := newPlant(t, server.Options{Org: openOrg(b.reports), DailyLimit: 10 * b.reports, Latency: 100 * time.Millisecond}, thrifty)
	r := p.begin(t)
	eventually(t, time.Minute, func() bool { return described(p.sim) >= b.reports/3 })
	p.sim.AddUsage(10 * b.reports)
	waiting := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if refused := p.sim.Stats().Routes["describe"]["403"]; refused == 0 {
		t.Fatal("no describe was refused, so the test shows nothing")
	}
	hours := r.days(t, p.sim)
	result := r.result(t)
	if total, distinct := p.sim.Describes(); total != b.reports || distinct != b.reports {
		t.Errorf("%d describes of %d reports for an org of %d", total, distinct, b.reports)
	}
	if result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %+v", result.Outcome, result.States)
	}
	audit(t, p.store, result)
	t.Logf("%q, then %d simulated hours", waiting.Waiting, hours)
}

func TestQuota_setQuotaReleasesASyncThatWaits(t *testing.T) {
	t.Parallel()
	const reports = 300
	p := newPlant(t, server.Options{Org: openOrg(reports), DailyLimit: 1000}, func(s *source.Source) {
		s.Quota = source.Quota{Ceiling: 80, Share: 10, Probe: time.Hour}
	})
	r := p.begin(t)
	waiting := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if !strings.Contains(waiting.Waiting, "share") {
		t.Errorf("it waits for %q", waiting.Waiting)
	}
	if used := p.sim.Stats().PeakByUs; used > 100 {
		t.Errorf("%d calls were used of a share of 100", used)
	}
	r.update(t, workflows.SetQuotaUpdate, map[string]int{"share": 50})
	requireFrugal(t, p.sim, budget{reports, 1000}, r.result(t))
}
