package deploy_test

import (
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"testing"
	"time"

	"longhaul/internal/promtest"
)

// TestAlerts_ofPromtool runs the unit tests of the rules, which know nothing of real time.
func TestAlerts_ofPromtool(t *testing.T) {
	t.Parallel()
	promtest.Needs(t)
	for _, args := range [][]string{
		{"check", "config", "prometheus.yml"}, {"check", "rules", "--lint-fatal", "alerts.yml"}, {"test", "rules", "alerts_test.yml", "days_test.yml"},
	} {
		cmd := exec.CommandContext(t.Context(), "promtool", args...)
		cmd.Dir = "prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// healthy is what a worker exports of a source that was just delivered.
func healthy() map[string]float64 {
	return map[string]float64{
		`longhaul_bucket_up`:                   1,
		`longhaul_source_ready{source="acme"}`: 1,
		`longhaul_last_delivery_timestamp_seconds{source="acme",export="castor"}`: float64(time.Now().Unix()),
		`longhaul_schedule_period_seconds{source="acme"}`:                         3600,
		`longhaul_schedule_overdue_seconds{source="acme"}`:                        0,
		`longhaul_sync_idle_seconds{source="acme"}`:                               0,
		`longhaul_bucket_requests_total{operation="read",outcome="ok"}`:           1000,
	}
}

// TestAlerts_fireAndClear lets a real Prometheus watch two workers through everything that there is an alert for.
func TestAlerts_fireAndClear(t *testing.T) {
	t.Parallel()
	a, b := newWorker(t), newWorker(t)
	a.set(healthy())
	b.set(healthy())
	s := promtest.Start(t, ".", a.address(), b.address())
	promtest.Until(t, func() bool { return s.Has(t, `count(up{job="longhaul"} == 1) == 2`) }, func() string { return "the workers are not seen" })
	s.WaitFor(t)

	// One worker of two knows of it, as the other reads the bucket only each minute.
	for _, of := range []struct {
		alert, series string
		bad           float64
	}{
		{"Blocked acme", `longhaul_sync_waiting{source="acme",reason="blocked"}`, 1},
		{"Held acme", `longhaul_sync_waiting{source="acme",reason="held"}`, 1},
		{"Stalled acme", `longhaul_sync_idle_seconds{source="acme"}`, 16 * 60},
		{"ScheduleMissed acme", `longhaul_schedule_overdue_seconds{source="acme"}`, 700},
	} {
		a.set(map[string]float64{of.series: of.bad})
		s.WaitFor(t, of.alert)
		if strings.Contains(of.series, "waiting") {
			a.drop(of.series) // as a worker does when the wait is over
		} else {
			a.set(map[string]float64{of.series: 0})
		}
		s.WaitFor(t)
	}

	a.set(map[string]float64{`longhaul_bucket_up`: 0})
	s.WaitFor(t, "BucketErrors "+a.address())
	a.set(map[string]float64{`longhaul_bucket_up`: 1})
	s.WaitFor(t)

	b.set(map[string]float64{`longhaul_notifications_total{receiver="ops",event="blocked",outcome="failed"}`: 1}) // the first of its series
	s.WaitFor(t, "NotifyFailing ops")
	s.WaitFor(t)

	for _, w := range []*worker{a, b} {
		w.set(map[string]float64{`longhaul_source_ready{source="acme"}`: 0})
	}
	s.WaitFor(t, "NoWorkers acme")
	b.set(map[string]float64{`longhaul_source_ready{source="acme"}`: 1})
	s.WaitFor(t)
}

// TestAlerts_surviveTheWorkers: what is known of the catalog stays while all of them are gone, and while they start.
func TestAlerts_surviveTheWorkers(t *testing.T) {
	t.Parallel()
	a, b := newWorker(t), newWorker(t)
	old := healthy()
	old[`longhaul_last_delivery_timestamp_seconds{source="acme",export="castor"}`] -= 3 * 3600
	a.set(old)
	b.set(old)
	s := promtest.Start(t, ".", a.address(), b.address())
	s.WaitFor(t, "CatalogStale acme")
	a.lose(true)
	b.lose(true)
	s.WaitFor(t, "CatalogStale acme", "NoWorkers")
	for series := range maps.Keys(old) {
		a.drop(series) // it is there again and has read nothing
	}
	a.lose(false)
	s.WaitFor(t, "CatalogStale acme", "NoWorkers acme")
	a.set(healthy())
	s.WaitFor(t)
}

// TestDashboard_hasDataInEveryPanel asks a real Prometheus what Grafana asks, of a worker that exports every metric of Longhaul.
func TestDashboard_hasDataInEveryPanel(t *testing.T) {
	t.Parallel()
	w := newWorker(t)
	grow := func(to float64) {
		all := map[string]float64{}
		for _, name := range exported(t) {
			labels := `source="acme",export="castor",system="salesforce",route="describe",operation="read",direction="read",outcome="ok",receiver="ops",` +
				`event="blocked",phase="describe",reason="quota",state="described",version="v1",commit="c"`
			if strings.HasSuffix(name, "_duration_seconds") {
				for _, le := range []string{"0.1", "+Inf"} {
					all[fmt.Sprintf(`%s_bucket{%s,le="%s"}`, name, labels, le)] = to
				}
				continue
			}
			value := 1.0
			if strings.HasSuffix(name, "_total") {
				value = to
			}
			all[fmt.Sprintf("%s{%s}", name, labels)] = value
		}
		all["process_resident_memory_bytes"] = 1e8
		w.set(all)
	}
	grow(1)
	s := promtest.Start(t, ".", w.address())
	promtest.Until(t, func() bool { return s.Has(t, `up{job="longhaul"} == 1`) }, func() string { return "the worker is not seen" })
	grow(5)
	for _, p := range promtest.ReadDashboard(t, ".").Panels {
		for _, target := range p.Targets {
			promtest.Until(t, func() bool { return s.Has(t, target.Query()) },
				func() string { return fmt.Sprintf("%s: no data for %s", p.Title, target.Expr) })
		}
	}
}
