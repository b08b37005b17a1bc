package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestRace_ofAWholeSync runs a sync with a worker and a starter that were built with the race detector. It is asked for
// by LONGHAUL_E2E_RACE=1, because the first build takes minutes.
func TestRace_ofAWholeSync(t *testing.T) {
	if os.Getenv("LONGHAUL_E2E_RACE") != "1" {
		t.Skip("the programs are built with the race detector only for `make e2e-race` (LONGHAUL_E2E_RACE=1)")
	}
	sim := simulate(t, server.Options{Reports: 300, Columns: 5})
	dir := t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "")
	temporal := background(t, nil, program(t, longhaul),
		"temporal", "--data", filepath.Join(dir, "temporal"), "--port", "0", "--ui-port", "0", "--json")
	worker, _ := launch(t, append(environ, temporalAt(temporal)), program(t, workerOf, "-race"), "--config", settings)
	eventually(t, longest, func() bool { return strings.Contains(worker.logged(t), `"message":"working"`) })

	ended := run(t, []string{temporalAt(temporal)}, program(t, starter, "-race"), "sync", "acme", "--json")
	var result workflows.Result
	if err := json.Unmarshal([]byte(ended.stdout), &result); err != nil || ended.code != 0 {
		t.Fatalf("sync ended with %d: %v\n%s\n%s", ended.code, err, ended.stderr, worker.logged(t))
	}
	// Of 300 reports the generator makes one obsolete, one forbidden, one gone and one joined; the forbidden one is a gap.
	states := result.States
	if result.Outcome != workflows.OutcomeGaps || states.Described != 296 || states.Total() != 300 || states.Failed != 0 || !result.Uploaded {
		t.Errorf("outcome %s, states %+v, uploaded %v", result.Outcome, states, result.Uploaded)
	}
	worker.terminate(t)
	if code := worker.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the worker ended with %d", code)
	}
	for name, log := range map[string]string{"worker": worker.logged(t), "starter": ended.stderr} {
		if strings.Contains(log, "DATA RACE") {
			t.Errorf("the %s has a race:\n%s", name, log)
		}
	}
}
