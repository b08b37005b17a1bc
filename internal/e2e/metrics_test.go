package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	lookout "longhaul/internal/notify/watch"
	"longhaul/internal/schedule"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

// measured is a worker that serves metrics.
type measured struct {
	address string
	stop    func() // ends the worker and what it serves
}

// measure starts a worker with metrics in the place of the plant's own.
func (p *plant) measure(t *testing.T, options server.Options) measured {
	t.Helper()
	p.stop()
	return measureOn(t, p.address, "0", p.settings(t, options))
}

// measureOn starts a worker of a Temporal, with metrics on an address.
func measureOn(t *testing.T, temporal, address string, settings config.Config) measured {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background()) // the worker stops before
	t.Cleanup(cancel)
	var metrics *telemetry.Metrics
	eventually(t, time.Minute, func() (served bool) { // one that had the address may just end
		var err error
		metrics, err = telemetry.ServeMetrics(ctx, address, zap.NewNop())
		return err == nil
	})
	h, err := host.Open(t.Context(), settings, host.Options{
		Version: "v1.2.3", Logger: zap.NewNop(), Metrics: metrics, Pace: lookout.Pace{Every: 200 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := host.Dial(t.Context(), host.DialOptions{Address: temporal, Logger: zap.NewNop(), Metrics: metrics.Handler(), Polls: h.Polls()})
	if err != nil {
		t.Fatal(err)
	}
	worker := h.NewWorker(c)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		worker.Stop()
		c.Close()
		closed(t, h.Close())
		cancel()
	})
	t.Cleanup(stop)
	return measured{metrics.Address(), stop}
}

// get is the answer to a path.
func (m measured) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + m.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(page)
}

// has waits until all of these are on the page.
func (m measured) has(t *testing.T, parts ...string) (page string) {
	t.Helper()
	missing := ""
	defer func() {
		if missing != "" {
			t.Logf("%s is not in:\n%s", missing, page)
		}
	}()
	eventually(t, time.Minute, func() bool {
		_, page = m.get(t, "/metrics")
		missing = ""
		for _, part := range parts {
			if !strings.Contains(page, part) {
				missing = part
				return false
			}
		}
		return true
	})
	return page
}

var label = regexp.MustCompile(`(\w+)="([^"]*)"`)

// What the dashboard, the rules and the document name is what a worker exports, and no label holds a person's or a secret's text.
func TestMetrics_ofAWorkerThroughASync(t *testing.T) {
	t.Parallel()
	options := server.Options{Reports: 120, Columns: 2}
	p := newPlant(t, options, func(s *source.Source) { s.Schedule = source.Schedule{Every: 24 * time.Hour} })
	eventually(t, time.Minute, func() bool { // the first worker writes the schedule
		_, err := p.client.ScheduleClient().GetHandle(t.Context(), schedule.ID("acme")).Describe(t.Context())
		return err == nil
	})
	m := p.measure(t, options)
	m.has(t, `longhaul_deliveries_total{export="castor",outcome="ok",source="acme"} 0`, `longhaul_logins_total{outcome="ok",source="acme"} 0`)
	run, err := p.client.SignalWithStartWorkflow(t.Context(), "sync-acme", workflows.PauseSignal, workflows.Reason{Reason: "ada@example.com"},
		client.StartWorkflowOptions{TaskQueue: workflows.TaskQueue}, workflows.SyncSourceType)
	if err != nil {
		t.Fatal(err)
	}
	seen := m.has(t, `longhaul_sync_running{source="acme"} 1`, `longhaul_sync_phase{phase="paused",source="acme"} 1`,
		`longhaul_sync_waiting{reason="paused",source="acme"} 1`, `longhaul_sync_idle_seconds{source="acme"} 0`)
	if err := p.client.SignalWorkflow(t.Context(), "sync-acme", "", workflows.ResumeSignal, workflows.Reason{}); err != nil {
		t.Fatal(err)
	}
	var result workflows.Result
	if err := run.Get(t.Context(), &result); err != nil {
		t.Fatal(err)
	}
	page := m.has(t, `longhaul_sync_running{source="acme"} 0`,
		fmt.Sprintf(`longhaul_sync_reports{source="acme",state="described"} %d`, result.States.Described),
		`longhaul_coverage_ratio{source="acme"} `, `longhaul_last_sync_timestamp_seconds{outcome="`+string(result.Outcome)+`",source="acme"}`,
		`longhaul_last_delivery_timestamp_seconds{export="castor",source="acme"}`, `longhaul_source_ready{source="acme"} 1`,
		`longhaul_schedule_period_seconds{source="acme"} 86400`, `longhaul_schedule_overdue_seconds{source="acme"} 0`,
		`longhaul_requests_total{outcome="ok",route="describe",system="salesforce"} `, `longhaul_build_info{commit="`,
		`longhaul_logins_total{outcome="ok",source="acme"} `, `longhaul_reports_described_total{`)
	if strings.Contains(page, "longhaul_sync_waiting{") || strings.Contains(page, "longhaul_sync_phase{") {
		t.Error("the phase and the wait of a sync that is over are still there")
	}
	for _, row := range telemetry.Table {
		if !strings.Contains(page+seen, "\n"+row.Name+"{") && !strings.Contains(page+seen, "\n"+row.Name+" ") &&
			!strings.Contains(page, "\n"+row.Name+"_count{") {
			t.Errorf("the worker does not export %s", row.Name)
		}
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	for _, problem := range problems {
		if strings.HasPrefix(problem.Metric, "longhaul_") {
			t.Errorf("promlint says of %s: %s", problem.Metric, problem.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
	m.hasNoStranger(t, p.sim, p.dir, page+seen)
	if status, body := m.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("/readyz: %d %s", status, body)
	}
	began := time.Now()
	for range 20 {
		m.get(t, "/metrics")
	}
	t.Logf("a scrape of %d bytes takes %s", len(page), time.Since(began)/20)
}

// hasNoStranger looks for what no label may hold.
func (measured) hasNoStranger(t *testing.T, sim *server.Server, dir, page string) {
	t.Helper()
	ready := sim.Ready()
	for _, secret := range []string{ready.ClientSecret, ready.CatalogToken, ready.ClientID, ready.SourceID, "@", dir} {
		if strings.Contains(page, secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
	few := map[string]int{"source": 2, "export": 3, "system": 2, "route": 10, "operation": 5, "direction": 2, "phase": 15, "reason": 9, "state": 8}
	values := map[string][]string{}
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "longhaul_") {
			continue
		}
		for _, found := range label.FindAllStringSubmatch(line, -1) {
			if !slices.Contains(values[found[1]], found[2]) {
				values[found[1]] = append(values[found[1]], found[2])
			}
		}
	}
	for name, most := range few {
		if n := len(values[name]); n == 0 || n > most {
			t.Errorf("label %s has the values %v, want 1 to %d", name, values[name], most)
		}
	}
}

// A bucket that is away makes the worker unready, and a bad source does not.
func TestReadyz(t *testing.T) {
	t.Parallel()
	options := server.Options{Reports: 5}
	p := newPlant(t, options, func(s *source.Source) { s.Salesforce.ClientSecret = source.Held("wrong") })
	m := p.measure(t, options)
	eventually(t, time.Minute, func() bool { status, _ := m.get(t, "/readyz"); return status == http.StatusOK })
	bucket := strings.TrimPrefix(p.store.Folder(), "file://")
	if err := os.Rename(bucket, filepath.Join(p.dir, "away")); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() bool {
		status, body := m.get(t, "/readyz")
		return status == http.StatusServiceUnavailable && strings.HasPrefix(body, "the bucket cannot be used: ") && strings.Count(body, "\n") == 1
	})
	m.has(t, "longhaul_bucket_up 0", "longhaul_temporal_up 1")
	if status, _ := m.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d, want 200: the process lives", status)
	}
	if err := os.Rename(filepath.Join(p.dir, "away"), bucket); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() bool { status, _ := m.get(t, "/readyz"); return status == http.StatusOK })
}
