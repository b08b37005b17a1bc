package gauge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/host/underway"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

// temporal answers the two requests of a look.
type temporal struct {
	client.Client
	running  map[string]workflows.Progress // by source
	closed   []string                      // sources whose sync has just ended
	silent   bool                          // syncs do not answer
	lists    int
	queries  int
	lastList string
}

func (t *temporal) ListWorkflow(
	_ context.Context, q *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	t.lists++
	t.lastList = q.GetQuery()
	answer := new(workflowservice.ListWorkflowExecutionsResponse)
	add := func(name string, status enumspb.WorkflowExecutionStatus) {
		answer.Executions = append(answer.Executions, &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: workflows.SyncID(name)}, Status: status,
		})
	}
	for name := range t.running {
		add(name, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING)
	}
	for _, name := range t.closed {
		add(name, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
	}
	add("a-stranger", enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING)
	return answer, nil
}

func (t *temporal) QueryWorkflow(_ context.Context, id, _, _ string, _ ...any) (converter.EncodedValue, error) {
	t.queries++
	if t.silent {
		return nil, errors.New("no worker answers")
	}
	return value{t.running[strings.TrimPrefix(id, workflows.SyncID(""))]}, nil
}

type value struct{ workflows.Progress }

func (value) HasValue() bool { return true }

func (v value) Get(to any) error {
	p, ok := to.(*workflows.Progress)
	if ok {
		*p = v.Progress
	}
	return nil
}

// bench is one worker's gauges, on a bucket in a folder.
type bench struct {
	*Gauges
	temporal *temporal
	served   []string
	left     []string
	away     error // of the bucket
}

func newBench(t *testing.T) *bench {
	t.Helper()
	store, err := staging.Open(t.Context(), "file://"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	b := &bench{temporal: &temporal{running: map[string]workflows.Progress{}}, served: []string{"acme"}}
	b.Gauges = &Gauges{
		Client: b.temporal, Store: store, Ledger: ledger.New(store, ledger.Kind{}, nil), Exports: []string{"castor"}, Version: "v1",
		Syncs:   func(ctx context.Context) (underway.Syncs, error) { return underway.List(ctx, b.temporal, time.Time{}) },
		Sources: func() (served, left []string) { return b.served, b.left },
		Probe: &Probe{
			Name: store.Name(), Temporal: func(context.Context) error { return nil }, Bucket: func(context.Context) error { return b.away },
		},
	}
	return b
}

func (b *bench) look(t *testing.T) {
	t.Helper()
	if err := b.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// shows says what Prometheus gets of one metric.
func (b *bench) shows(t *testing.T, metric string, want ...string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(b.Gauges)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, one := range family.GetMetric() {
			var labels []string
			for _, l := range one.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			if family.GetName() == metric {
				got = append(got, fmt.Sprintf("%s{%s} %v", metric, strings.Join(labels, ","), one.GetGauge().GetValue()))
			}
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func (b *bench) record(t *testing.T, id string, record history.Record) {
	t.Helper()
	if err := b.Store.WriteJSON(t.Context(), staging.RecordKey("acme", id), record); err != nil {
		t.Fatal(err)
	}
}

var monday = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func TestGauges_areOfWhatTheSyncsLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.record(t, "20260301T060000Z-aa", history.Record{
		Outcome: "complete", Finished: monday.AddDate(0, 0, -1), Coverage: 1, Exports: map[string]history.Delivery{
			"castor": {Delivered: true, To: "catalog", Receipts: []history.Receipt{{At: monday.AddDate(0, 0, -1).Add(-time.Minute)}}},
		},
	})
	b.record(t, "20260302T060000Z-bb", history.Record{
		Outcome: "gaps", Finished: monday, Coverage: .75, States: map[description.State]int64{description.StateDescribed: 3, description.StateDenied: 1},
		Exports: map[string]history.Delivery{"castor": {To: "catalog"}, "ada@example.com": {Delivered: true}},
		Course:  history.Course{Quota: &history.QuotaUse{Max: 1000, Org: 400, Source: 100, Ceiling: 90, Share: 50}},
	})
	end := staging.Sync{Source: "acme", ID: "20260302T070000Z-cc"}
	if err := b.Store.WriteJSON(t.Context(), end.End(), history.End{Outcome: "failed", At: monday.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	b.look(t)
	b.shows(t, telemetry.MetricLastDelivery, `longhaul_last_delivery_timestamp_seconds{export="castor",source="acme"} 1.77234474e+09`,
		`longhaul_last_delivery_timestamp_seconds{export="other",source="acme"} 1.7724312e+09`)
	b.shows(t, telemetry.MetricLastSync, `longhaul_last_sync_timestamp_seconds{outcome="complete",source="acme"} 1.7723448e+09`,
		`longhaul_last_sync_timestamp_seconds{outcome="failed",source="acme"} 1.7724348e+09`,
		`longhaul_last_sync_timestamp_seconds{outcome="gaps",source="acme"} 1.7724312e+09`)
	b.shows(t, telemetry.MetricCoverage, `longhaul_coverage_ratio{source="acme"} 0.75`)
	b.shows(t, telemetry.MetricQuotaShare, `longhaul_quota_share_ratio{source="acme"} 0.5`)
	b.shows(t, telemetry.MetricSyncRunning, `longhaul_sync_running{source="acme"} 0`)

	b.record(t, "20260303T060000Z-dd", history.Record{Outcome: "complete", Finished: monday.AddDate(0, 0, 1), Coverage: 1})
	b.look(t)
	b.shows(t, telemetry.MetricCoverage, `longhaul_coverage_ratio{source="acme"} 0.75`) // no sync has ended, so nobody looks
	b.temporal.closed = []string{"acme"}
	b.look(t)
	b.shows(t, telemetry.MetricCoverage, `longhaul_coverage_ratio{source="acme"} 1`)

	b.served = nil
	b.look(t)
	b.shows(t, telemetry.MetricLastSync)
	b.shows(t, telemetry.MetricSourceReady)
}

func TestGauges_growIdleWhileNothingMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		idle := func(seconds string) {
			t.Helper()
			b.shows(t, telemetry.MetricSyncIdleSeconds, `longhaul_sync_idle_seconds{source="acme"} `+seconds)
		}
		after := func(d time.Duration) { t.Helper(); time.Sleep(d); b.look(t) } //nolint:forbidigo // of a synctest bubble
		b.look(t)
		idle("0")
		b.temporal.running["acme"] = workflows.Progress{Sync: "one", Phase: workflows.PhaseDescribe, Done: 10}
		after(time.Minute)
		idle("0")
		b.shows(t, telemetry.MetricSyncPhase, `longhaul_sync_phase{phase="describe",source="acme"} 1`)
		after(time.Minute)
		idle("60")
		time.Sleep(30 * time.Second) //nolint:forbidigo // of a synctest bubble
		idle("90")                   // between two looks too
		b.temporal.silent = true     // as of a worker that hangs
		if err := b.Look(t.Context()); err == nil {
			t.Error("a sync that does not answer is no news")
		}
		idle("90")
		b.temporal.silent = false
		b.temporal.running["acme"] = workflows.Progress{Sync: "one", Phase: workflows.PhaseDescribe, Done: 11}
		after(time.Minute)
		idle("0")
		b.temporal.running["acme"] = workflows.Progress{
			Sync: "one", Phase: workflows.PhaseDescribe, Done: 11, Waiting: "for calls", Wait: history.WaitQuota,
		}
		after(time.Hour)
		idle("0")
		b.shows(t, telemetry.MetricSyncWaiting, `longhaul_sync_waiting{reason="quota",source="acme"} 1`)
		b.temporal.running["acme"] = workflows.Progress{Sync: "one", Phase: workflows.PhaseDescribe, Done: 11}
		after(time.Minute)
		idle("0") // it has gone on just now
		long := time.Now().Add(-time.Hour)
		b.temporal.running["acme"] = workflows.Progress{Sync: "one", Phase: workflows.PhaseDescribe, Done: 11, Stalled: &long}
		after(time.Minute)
		idle("3660")
		delete(b.temporal.running, "acme")
		after(time.Minute)
		idle("0")
		b.shows(t, telemetry.MetricSyncPhase)
	})
}

// A hundred sources of which none syncs cost one list a minute, and no list of the bucket but each ten minutes.
func TestGauges_ofIdleSourcesAskLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		seen := &operations{}
		b.Store.Observe(seen)
		b.served = nil
		for i := range 100 {
			b.served = append(b.served, "s"+string(rune('a'+i/10))+string(rune('a'+i%10)))
		}
		b.look(t)
		first := seen.count.Load()
		for range 5 {
			time.Sleep(time.Minute) //nolint:forbidigo // of a synctest bubble
			b.look(t)
		}
		if b.temporal.lists != 6 || b.temporal.queries != 0 || first != 200 || seen.count.Load() != first {
			t.Errorf("%d lists and %d queries of Temporal, %d requests to the bucket at first and %d later, want 6, 0, 200 and none",
				b.temporal.lists, b.temporal.queries, first, seen.count.Load()-first)
		}
	})
}
