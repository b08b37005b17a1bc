package telemetry

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"longhaul/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServeMetrics_servesTheSDKsAndOurs_untilTheContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m, err := ServeMetrics(ctx, "0", zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(m.address, "127.0.0.1:") {
		t.Errorf("a port alone is served on %s, want this machine only", m.address)
	}
	tagged := m.Handler().WithTags(map[string]string{"namespace": "default"})
	tagged.Counter("temporal_request").Inc(3)
	tagged.Timer("temporal_request_latency").Record(time.Millisecond)
	ours := prometheus.NewCounter(prometheus.CounterOpts{Name: "longhaul_describes_total"})
	m.registry.MustRegister(ours)
	ours.Inc()
	for _, want := range []string{
		`temporal_request_total{namespace="default"} 3`, `temporal_request_latency_seconds_count{namespace="default"} 1`,
		"longhaul_describes_total 1", "go_goroutines ",
	} {
		waitFor(t, m.address, want)
	}
	cancel()
	<-m.done
	if _, err := http.Get("http://" + m.address + "/metrics"); err == nil {
		t.Error("metrics are still served after the context ended")
	}
}

// waitFor scrapes until the metric is there: the SDK's counters reach the registry once a second.
func waitFor(t *testing.T, address, want string) {
	t.Helper()
	var page string
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		if page = scrape(t, address); strings.Contains(page, want) {
			return
		}
	}
	t.Errorf("%q is not among the metrics:\n%s", want, page)
}

func scrape(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestServeMetrics_saysThatAnAddressIsTaken(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m, err := ServeMetrics(ctx, "127.0.0.1:0", zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	_, err = ServeMetrics(ctx, m.address, zap.NewNop())
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "choose a free address with --metrics-address") {
		t.Errorf("got %v", err)
	}
	cancel()
	<-m.done
}

// A worker of many sources makes no histograms of each: what is counted tells the queues apart, what is timed does not.
func TestHandler_timesAllQueuesTogether(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m, err := ServeMetrics(ctx, "0", zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	for _, queue := range []string{"longhaul-acme", "longhaul-beta"} {
		tagged := m.Handler().WithTags(map[string]string{"task_queue": "none"}).WithTags(map[string]string{"task_queue": queue, "activity_type": "A"})
		tagged.Counter("temporal_steps").Inc(1)
		tagged.Timer("temporal_step_latency").Record(time.Millisecond)
	}
	for _, want := range []string{
		`temporal_steps_total{activity_type="A",task_queue="longhaul_acme"} 1`, `temporal_steps_total{activity_type="A",task_queue="longhaul_beta"} 1`,
		`temporal_step_latency_seconds_count{activity_type="A"} 2`,
	} {
		waitFor(t, m.address, want)
	}
	cancel()
	<-m.done
}
