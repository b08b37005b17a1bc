package e2e_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/config"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// stationOf writes the settings of one source in a folder of its own.
func stationOf(t *testing.T, source string, sim *server.Server) *station {
	t.Helper()
	s := &station{dir: t.TempDir()}
	text, environ := sourceText(source, sim.Ready(), "")
	s.settings, s.environ = writeSettings(t, s.dir, text), environ
	return s
}

// TestQueues_workersOfDifferentSourcesOnOneTemporal adds a worker that lacks the source of a running sync, and takes it away.
func TestQueues_workersOfDifferentSourcesOnOneTemporal(t *testing.T) {
	t.Parallel()
	const reports = 750
	of := func(seed int64) *server.Server {
		return simulate(t, server.Options{
			Reports: reports, Columns: 2, Seed: seed, TypeMetadata: 10_000, Latency: 200 * time.Millisecond, Granted: []string{org.CustomizeApplication},
		})
	}
	acme, beta := of(1), of(2)
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	stationOf(t, "acme", acme).work(t, temporal)
	first := begin(t, c, "acme")
	eventually(t, longest, func() bool { return describesOf(acme).total >= reports/3 })

	other := stationOf(t, "beta", beta)
	worker := other.work(t, temporal)
	second := begin(t, c, "beta")
	eventually(t, longest, func() bool { return describesOf(beta).total >= reports/3 })
	worker.kill(t)
	result := outcome(t, first)
	requireSettled(t, result)
	if n := describesOf(acme).total; n != reports || len(result.Warnings) > 1 { // one is of the catalog's token, which an address has no API for
		t.Errorf("acme had %d describes, want %d, and warns %q", n, reports, result.Warnings)
	}

	other.work(t, temporal)
	result = outcome(t, second)
	requireSettled(t, result)
	if n := describesOf(beta).total; n > reports+mostRepeated {
		t.Errorf("beta had %d describes of %d reports", n, reports)
	}
}

const unserved = "no worker serves source acme: check its name, connect it (longhaul connect acme) if it is not connected any more, or start a worker (longhaul serve or longhaul-worker) with its settings and secrets; a worker that has them and leaves it out says why in its log"

// TestQueues_aSourceThatNobodyServesIsSaid starts a sync that only a worker of another source could take, ends it, and
// starts it again for a worker that comes, goes and comes back.
func TestQueues_aSourceThatNobodyServesIsSaid(t *testing.T) {
	t.Parallel()
	const reports = 500
	org := simulate(t, server.Options{Reports: reports, Columns: 2, TypeMetadata: 10_000, Latency: 200 * time.Millisecond})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	stationOf(t, "beta", simulate(t, server.Options{Reports: 10})).work(t, temporal)
	said := func() string {
		var status struct {
			Running *workflows.Progress `json:"running"`
		}
		got := run(t, []string{temporalAt(temporal)}, program(t, starter), "status", "acme", "--json")
		if err := json.Unmarshal([]byte(got.stdout), &status); err != nil || status.Running == nil {
			t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
		}
		return status.Running.Waiting
	}

	lone := running{begin(t, c, "acme"), c}
	lone.until(t, longest, func(p workflows.Progress) bool { return p.Waiting == unserved })
	if got := said(); got != unserved {
		t.Errorf("status says %q", got)
	}
	lone.signal(t, workflows.PauseSignal)
	lone.inPhase(t, workflows.PhasePaused)
	lone.signal(t, workflows.ResumeSignal)
	lone.inPhase(t, workflows.PhaseAuthenticate)
	endsWhenCancelled(t, c, lone)

	attached, _ := launch(t, []string{temporalAt(temporal)}, program(t, starter), "sync", "acme")
	shown := func(times int) func() bool {
		return func() bool { return strings.Count(attached.logged(t), unserved) >= times }
	}
	eventually(t, longest, shown(1))
	station := stationOf(t, "acme", org)
	worker := station.work(t, temporal)
	eventually(t, longest, func() bool { return describesOf(org).total >= reports/3 })
	worker.kill(t)
	eventually(t, longest, func() bool { return said() == unserved })
	eventually(t, longest, shown(2))
	station.work(t, temporal)
	if code := attached.code(t); code != 0 {
		t.Errorf("the sync that was watched ended with %d:\n%s", code, attached.logged(t))
	}
	if n := describesOf(org).total; n > reports+mostRepeated {
		t.Errorf("%d describes of %d reports", n, reports)
	}
}

// endsWhenCancelled cancels a sync that no worker ever served: it has left nothing in the bucket, so nobody is waited for.
func endsWhenCancelled(t *testing.T, c client.Client, lone running) {
	t.Helper()
	if err := c.CancelWorkflow(t.Context(), lone.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := lone.Get(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("the cancel took %s", took)
	}
}

// TestQueues_aWorkerWithAnotherBucketHarmsNothing adds a worker of the same source, whose storage is not that of the sync.
func TestQueues_aWorkerWithAnotherBucketHarmsNothing(t *testing.T) {
	t.Parallel()
	const reports = 2100 // more than the first wave of shards takes
	org := simulate(t, server.Options{Reports: reports, Columns: 2, TypeMetadata: 10_000, Latency: 50 * time.Millisecond})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	stationOf(t, "acme", org).work(t, temporal)
	run := begin(t, c, "acme")
	eventually(t, longest, func() bool { return describesOf(org).total >= reports/4 })
	if err := org.SetFaults([]server.Fault{{Name: "stall", Route: "describe", Delay: time.Second}}); err != nil {
		t.Fatal(err) // however long the other worker takes to start, there are shards left for it
	}
	other := stationOf(t, "acme", org)
	used(t, config.FileURL(filepath.Join(other.dir, "data", "bucket")))
	wrong := other.work(t, temporal)
	if err := org.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	result := outcome(t, run)
	requireSettled(t, result)
	if n := describesOf(org).total; n != reports || !result.Uploaded {
		t.Errorf("%d describes, want %d; delivered: %v", n, reports, result.Uploaded)
	}
	if !strings.Contains(wrong.logged(t), "this worker uses another bucket") {
		t.Errorf("the worker with another bucket took nothing, so this shows nothing:\n%s", wrong.logged(t))
	}
}

// used makes a bucket that has served before, so that it has an id.
func used(t *testing.T, url string) {
	t.Helper()
	store, err := staging.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed(t, store.Close())
}
