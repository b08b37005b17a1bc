package e2e_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"longhaul/workflows"
)

// What a sync may take, whatever the size of the org.
const (
	mostEvents  = 4096   // of one run
	mostState   = 20_000 // bytes that cross from run to run
	mostPayload = 50_000 // bytes of an event
	mostMemory  = 1.3    // times what the worker needs for a tenth of the reports
)

// TestScale_ofAnOrgOfAnySize syncs a small and a very large org and compares what the worker needs.
func TestScale_ofAnOrgOfAnySize(t *testing.T) {
	onlyWhole(t, "scale")
	reports := number(t, "REPORTS", 200_000)
	small, large := syncOfSize(t, max(reports/10, 1)), syncOfSize(t, reports)
	rows := [][]any{{
		"reports", "wall s", "reports/s", "runs", "events", "longest run", "state bytes", "largest event", "worker peak MB", "Temporal peak MB",
		"worker CPU s", "Temporal CPU s", "API calls",
	}}
	for _, s := range []scaled{small, large} {
		rows = append(rows, []any{
			s.reports, s.wall.Seconds(), float64(s.reports) / s.wall.Seconds(), s.chain.runs, s.chain.events, s.chain.longest, s.chain.state,
			s.chain.largest, megabytes(s.worker.peak), megabytes(s.temporal.peak), s.worker.cpu.Seconds(), s.temporal.cpu.Seconds(), s.calls,
		})
		s.chain.requireBounds(t)
	}
	table(t, rows)
	ratio := float64(large.worker.peak) / float64(small.worker.peak)
	table(t, [][]any{{"worker's peak, large to small", ratio}})
	if ratio > mostMemory {
		t.Errorf("the worker needs %.2f times the memory for %d reports as for %d", ratio, large.reports, small.reports)
	}
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// scaled is what a sync of some size took.
type scaled struct {
	reports          int
	wall             time.Duration
	chain            chain
	worker, temporal usage
	calls            int
}

// syncOfSize syncs a generated org that answers at once, each program a process of its own.
func syncOfSize(t *testing.T, reports int) scaled {
	t.Helper()
	org := simulateApart(t, "--reports", strconv.Itoa(reports), "--type-metadata", "10k")
	station := newStation(t, org.ready, "    max_in_flight: 24\n")
	temporal := temporalOn(t, t.TempDir(), "0")
	worker := station.work(t, temporal)
	c := connect(t, temporal)
	started := time.Now()
	run := begin(t, c, "acme")
	first := run.GetRunID()
	result := outcome(t, run)
	s := scaled{reports: reports, wall: time.Since(started), chain: chainOf(t, c, "sync-acme", first)}
	s.worker, s.temporal, s.calls = usageOf(t, worker), usageOf(t, temporal), org.stats(t).APICalls
	requireSettled(t, result)
	if result.Kinds.Reports != int64(reports) {
		t.Errorf("%d reports were read of %d", result.Kinds.Reports, reports)
	}
	worker.terminate(t)
	temporal.terminate(t)
	return s
}

// chain is what a sync left in Temporal, over all of its runs.
type chain struct {
	runs    int
	events  int
	longest int // events of a run
	state   int // bytes of the largest state that crossed
	largest int // bytes of the largest event
}

// chainOf reads the histories of a sync, each run named by the one before.
func chainOf(t *testing.T, c client.Client, id, run string) (all chain) {
	t.Helper()
	for run != "" {
		events, next := 0, ""
		history := c.GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			event, err := history.Next()
			if err != nil {
				t.Fatal(err)
			}
			events++
			all.largest = max(all.largest, proto.Size(event))
			if went := event.GetWorkflowExecutionContinuedAsNewEventAttributes(); went != nil {
				next = went.GetNewExecutionRunId()
				var in workflows.Input
				if err := converter.GetDefaultDataConverter().FromPayloads(went.GetInput(), &in); err != nil || in.State == nil {
					t.Fatalf("what crosses to the next run cannot be read: %v", err)
				}
				state, err := json.Marshal(in.State)
				if err != nil {
					t.Fatal(err)
				}
				all.state = max(all.state, len(state))
			}
		}
		all.runs++
		all.events += events
		all.longest = max(all.longest, events)
		run = next
	}
	return all
}

func (c chain) requireBounds(t *testing.T) {
	t.Helper()
	for _, bound := range []struct {
		what      string
		got, most int
	}{
		{"events of a run", c.longest, mostEvents},
		{"bytes of the state", c.state, mostState},
		{"bytes of an event", c.largest, mostPayload},
	} {
		if bound.got > bound.most {
			t.Errorf("%s: %d, want at most %d", bound.what, bound.got, bound.most)
		}
	}
}
