package activities

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"longhaul/internal/fault"
	"longhaul/internal/usage"
)

// counters are the metrics of a process.
type counters struct {
	mu   sync.Mutex
	sums map[string]int64
}

func (c *counters) WithTags(map[string]string) client.MetricsHandler { return c }

func (c *counters) Counter(name string) client.MetricsCounter {
	return counter(func(n int64) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sums[name] += n
	})
}

func (c *counters) Gauge(string) client.MetricsGauge { return gauge{} }

func (c *counters) Timer(string) client.MetricsTimer { return timer{} }

type counter func(int64)

func (c counter) Inc(n int64) { c(n) }

type gauge struct{}

func (gauge) Update(float64) {}

type timer struct{}

func (timer) Record(time.Duration) {}

// The metrics of all processes together are what the screens show: an attempt counts what it has done itself, and no more. What it learns from
// the bucket of attempts before it, the processes of those have counted.
func TestMetrics_countWhatTheAttemptHasDoneItself(t *testing.T) {
	t.Parallel()
	seen := &counters{sums: map[string]int64{}}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{BackgroundActivityContext: t.Context()})
	env.SetHeartbeatDetails(Beat{Done: 120, Calls: 130, Bound: 160})
	Describe := func(ctx context.Context) error {
		_, _ = spending(ctx, CallBudget{Calls: 1000}, 4, func(_ context.Context, p *pulse) error {
			p.before.ends(usage.Entry{Calls: 175, Unsure: 5}, false)
			p.keeps(140) // by attempts before, of which the last beat told 120
			p.progress(140, 250)
			p.measureIn(seen, "Describe")
			p.progress(170, 250)
			p.measureIn(seen, "Describe")
			return &fault.Error{Class: fault.Transient, System: fault.Salesforce, Message: "away"}
		})
		return nil
	}
	env.RegisterActivity(Describe)
	if _, err := env.ExecuteActivity(Describe); err != nil {
		t.Fatal(err)
	}
	if seen.sums["longhaul_reports_described"] != 30 || seen.sums["longhaul_api_calls"] != 0 {
		t.Errorf("the metrics are %v, want the 30 reports of this attempt", seen.sums)
	}
}
