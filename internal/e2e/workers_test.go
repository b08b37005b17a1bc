package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestWorkers_twoOnOneTemporalAndOneGoes syncs with two workers on one Temporal and one bucket, and takes the busier one
// away half-way: by a kill, and by SIGTERM. A sync before, with nothing taken away, says what the files should be.
func TestWorkers_twoOnOneTemporalAndOneGoes(t *testing.T) {
	t.Parallel()
	const reports, inFlight = 750, 24
	sim := simulate(t, server.Options{Reports: reports, Columns: 5, TypeMetadata: 10_000, Latency: 200 * time.Millisecond})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	undisturbed := newStation(t, sim.Ready(), "    max_in_flight: 24\n")
	lone := undisturbed.work(t, temporal)
	want := undisturbed.contents(t, outcome(t, begin(t, c, "acme")))
	lone.terminate(t)

	for _, row := range []struct {
		name     string
		take     func(*testing.T, *process)
		repeated int // at most
	}{
		{
			"a killed one costs a hundred describes at most",
			func(t *testing.T, p *process) { p.kill(t) },
			mostRepeated,
		},
		{"one that gets a signal to stop costs nothing", stopInTime, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			station := newStation(t, sim.Ready(), "    max_in_flight: 24\n")
			workers := []*process{station.work(t, temporal), station.work(t, temporal)}
			before := describesOf(sim)
			run := begin(t, c, "acme")
			eventually(t, longest, func() bool { return describesOf(sim).total-before.total >= reports/2 })
			row.take(t, busier(t, c, workers))
			result := outcome(t, run)
			requireSettled(t, result)
			requireContents(t, want, station.contents(t, result))
			// All reports were described by the sync before, so what goes beyond one describe each is what was repeated.
			after := describesOf(sim)
			repeated := after.total - before.total - reports
			t.Logf("%d of %d describes were repeated", repeated, reports)
			if repeated > row.repeated {
				t.Errorf("%d describes were repeated, want at most %d", repeated, row.repeated)
			}
		})
	}
	if most := sim.Stats().MaxInFlight; most > inFlight {
		t.Errorf("%d requests were in flight, want at most max_in_flight = %d", most, inFlight)
	}
}

// stopInTime asks a worker to stop, as a deployment does, and checks how it does so.
func stopInTime(t *testing.T, p *process) {
	t.Helper()
	if took := p.terminate(t); took > 10*time.Second {
		t.Errorf("the worker took %s to stop", took)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the worker ended with %d:\n%s", code, p.logged(t))
	}
}

// busier is the worker that has more shards of the sync in hand.
func busier(t *testing.T, c client.Client, workers []*process) *process {
	t.Helper()
	d, err := c.DescribeWorkflowExecution(t.Context(), workflows.SyncID("acme"), "")
	if err != nil {
		t.Fatal(err)
	}
	shards := make([]int, len(workers))
	for _, activity := range d.GetPendingActivities() {
		for i, w := range workers {
			if strings.HasPrefix(activity.GetLastWorkerIdentity(), fmt.Sprintf("%d@", w.cmd.Process.Pid)) {
				shards[i]++
			}
		}
	}
	most := 0
	for i := range workers {
		if shards[i] > shards[most] {
			most = i
		}
	}
	if shards[most] == 0 {
		t.Fatal("no worker has a shard in hand")
	}
	t.Logf("the workers have %v shards in hand", shards)
	return workers[most]
}
