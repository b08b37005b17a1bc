package e2e_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestOwner_twoTemporalsOnOneBucket starts the same source on two Temporals, whose workers share a bucket, at one moment. One
// syncs while the other says so and waits; then that one reuses what the first described.
func TestOwner_twoTemporalsOnOneBucket(t *testing.T) {
	t.Parallel()
	const reports = 1500
	sim := simulate(t, server.Options{
		Reports: reports, Columns: 2, TypeMetadata: 10_000, Latency: 100 * time.Millisecond,
		Faults: []server.Fault{{Name: "stall", Route: "describe", Delay: time.Second}}, // until the second has said what it waits for
	})
	station := newStation(t, sim.Ready(), "    max_in_flight: 24\n")
	var workers []*process
	var clients []client.Client
	for range 2 { // which takes longer than a sync where the machine is busy
		temporal := temporalOn(t, t.TempDir(), "0")
		workers, clients = append(workers, station.work(t, temporal)), append(clients, connect(t, temporal))
	}
	var both []running
	for _, c := range clients {
		both = append(both, running{begin(t, c, "acme"), c})
	}
	eventually(t, longest, func() bool { return describesOf(sim).total > 0 })
	first, second := both[0], both[1]
	if first.progress(t).Phase == workflows.PhaseAuthenticate {
		first, second = second, first
	}
	waiting := second.until(t, time.Minute, func(p workflows.Progress) bool { return p.Waiting != "" })
	if waiting.Phase != workflows.PhaseAuthenticate ||
		!strings.Contains(waiting.Waiting, "by another Temporal (namespace default, workflow sync-acme, on host ") {
		t.Errorf("the second is in phase %s and waits for %q", waiting.Phase, waiting.Waiting)
	}
	if err := sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	before := outcome(t, first)
	requireSettled(t, before)
	if n := describesOf(sim).total; n != reports {
		t.Errorf("%d describes when the first had ended, want %d", n, reports)
	}
	result := outcome(t, second)
	requireSettled(t, result)
	if d := describesOf(sim); d.repeated != 0 || result.States.Described != 0 || int(result.States.Reused) < reports*9/10 {
		t.Errorf("%d describes were repeated; the second ends with %+v", d.repeated, result.States)
	}
	if !strings.Contains(strings.Join(messages(result.Warnings), "\n"), "use one Temporal for a bucket") {
		t.Errorf("the second warns of %q", result.Warnings)
	}
	if result.Sync <= before.Sync || !result.Uploaded {
		t.Errorf("it is %s after %s, delivered: %v", result.Sync, before.Sync, result.Uploaded)
	}
	for _, w := range workers {
		stopInTime(t, w)
	}
}
