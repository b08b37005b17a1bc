package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestKill_serveGoesOnWhereItWas kills serve in the middle of a sync, starts it again and counts what was asked twice.
func TestKill_serveGoesOnWhereItWas(t *testing.T) {
	const reports, inFlight, latency = 2000, 24, 100 * time.Millisecond
	sim := simulate(t, server.Options{Reports: reports, Columns: 5, TypeMetadata: 10_000, Latency: latency})
	dir := t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "    max_in_flight: 24\n")
	serve := func() *process {
		return background(t, environ, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	}
	first := serve()
	if started := run(t, []string{temporalAt(first)}, program(t, starter), "sync", "acme", "--detach"); started.code != 0 {
		t.Fatalf("sync --detach ended with %d: %s", started.code, started.stderr)
	}
	described := func() (n int) {
		for _, count := range sim.Stats().Routes["describe"] {
			n += count
		}
		return n
	}
	eventually(t, time.Minute, func() bool { return described() > reports/2 })
	first.kill(t)

	second := serve()
	ended := run(t, []string{temporalAt(second)}, program(t, starter), "sync", "acme", "--json")
	if ended.code != 0 {
		t.Fatalf("sync ended with %d: %s", ended.code, ended.stderr)
	}
	var result workflows.Result
	if err := json.Unmarshal([]byte(ended.stdout), &result); err != nil {
		t.Fatalf("%q: %v", ended.stdout, err)
	}
	if result.States.Total() != result.Kinds.Reports || result.States.Failed != 0 {
		t.Errorf("the account does not add up: %+v of %d", result.States, result.Kinds.Reports)
	}
	halfASecond := int(inFlight * time.Second / 2 / latency)
	repeated := described() - int(result.Kinds.Reports)
	t.Logf("%d of %d describes were repeated", repeated, result.Kinds.Reports)
	if repeated > inFlight+halfASecond {
		t.Errorf("%d describes were repeated, want at most %d", repeated, inFlight+halfASecond)
	}
	requireNoSecrets(t, sim, dir, first, second)
	if took := second.terminate(t); took > 10*time.Second {
		t.Errorf("serve took %s to stop", took)
	}
}

// requireNoSecrets searches the data folder, the logs and the output for what must not be there. The settings file
// holds references only, so it is searched too.
func requireNoSecrets(t *testing.T, sim *server.Server, dir string, processes ...*process) {
	t.Helper()
	for _, p := range processes {
		log, err := os.ReadFile(p.log)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(p.log)), log, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ready := sim.Ready()
	leaks(t, dir, map[string]string{
		"client secret": ready.ClientSecret, "password": ready.Password, "security token": ready.SecurityToken, "catalog token": ready.CatalogToken,
	})
}
