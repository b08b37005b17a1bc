//go:build unix

package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/notify"
	lookout "longhaul/internal/notify/watch"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestTells_aWorkerThatHangs stops the only worker of a source in the middle of a sync, as a machine that freezes does, while a worker without
// sources lives: people are told that nothing moves, and that nobody serves the source. When it wakes, both is over.
func TestTells_aWorkerThatHangs(t *testing.T) {
	t.Parallel()
	const gone = 75 * time.Second // longer than a poll lasts
	box := newLetterbox(t, nil)
	sim := simulate(t, server.Options{Org: openOrg(400), Faults: []server.Fault{{Name: "stall", Route: "describe", Delay: 3 * time.Second}}})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	station := newStation(t, sim.Ready(), fmt.Sprintf(`notify:
  stall: 10s
  receivers:
    hook: {webhook: "env:HOOK_URL", secret: "env:HOOK_KEY", events: [%s]}
`, strings.Join(notify.Askable(), ", ")))
	station.environ = append(station.environ, "HOOK_URL="+box.URL+hookPath, "HOOK_KEY="+hookKey)
	worker := station.work(t, temporal)

	onlooker(t, c, station.bucket, box, lookout.Pace{Every: time.Second, Gone: gone})

	run := running{begin(t, c, "acme"), c}
	eventually(t, longest, func() bool { return described(sim) > 20 })
	if err := worker.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	came := func(event string) bool { return slices.Contains(box.events(0), event) }
	for _, event := range []string{"stalled", "worker_gone"} {
		eventually(t, 5*time.Minute, func() bool { return came(event) })
		t.Logf("%s came %s after the worker was stopped", event, time.Since(stopped).Round(time.Second))
	}
	if p := run.progress(t); p.Stalled == nil {
		t.Errorf("its progress says nothing of it: %+v", p)
	}
	if err := sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	if err := worker.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if result := run.result(t); result.Outcome != workflows.OutcomeComplete {
		t.Errorf("the sync ended as %s", result.Outcome)
	}
	over := func(event string) bool {
		return slices.ContainsFunc(box.all(), func(a arrival) bool { return slices.Contains(a.Over, event) })
	}
	eventually(t, longest, func() bool { return over("worker_gone") && over("stalled") && came("first_sync_complete") })
	for _, event := range []string{"stalled", "worker_gone", "first_sync_complete"} {
		if n := len(slices.DeleteFunc(box.events(0), func(e string) bool { return e != event })); n != 1 {
			t.Errorf("%s came %d times: %v", event, n, box.events(0))
		}
	}
}
