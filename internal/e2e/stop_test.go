package e2e_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestNextSync_reusesWhatAnEndedOneDescribed ends a sync otherwise than by a cancel, and counts what the next one asks
// for again.
func TestNextSync_reusesWhatAnEndedOneDescribed(t *testing.T) {
	t.Parallel()
	const reports = 700
	for _, row := range []struct {
		name  string
		fault server.Fault
		end   func(*testing.T, *plant)
		twice int
	}{
		{
			"terminated in the middle of describing",
			server.Fault{Name: "stall", Route: "describe", Delay: 500 * time.Millisecond},
			func(t *testing.T, p *plant) {
				t.Helper()
				eventually(t, time.Minute, func() bool { return describedHalf(reports)(p) })
				if err := p.client.TerminateWorkflow(t.Context(), "sync-acme", "", "a test"); err != nil {
					t.Fatal(err)
				}
			},
			// Shards learn of it by their next heartbeat, within two seconds, and what is on its way is not known yet: a sixth
			// of the reports.
			inFlight * 5,
		},
		{
			"failed at the catalog",
			server.Fault{Name: "upload_401", Times: 1},
			func(*testing.T, *plant) {},
			reports / 100, // those that may be seen by now are always asked for again
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{Reports: reports, Columns: 1, TypeMetadata: 1000, Faults: []server.Fault{row.fault}}, nil)
			run := p.start(t, "sync-acme")
			row.end(t, p)
			if err := run.Get(t.Context(), nil); err == nil || temporal.IsCanceledError(err) {
				t.Fatalf("the first sync ended with %v", err)
			}
			known, _ := p.sim.Describes()
			result := p.sync(t)
			total, distinct := p.sim.Describes()
			t.Logf("%d of %d describes were repeated", total-distinct, distinct)
			if total-distinct > row.twice || result.States.Reused < int64(known-row.twice)-reports/50 {
				t.Errorf("%d were described twice, want at most %d; %d of %d were reused: %+v", total-distinct, row.twice, result.States.Reused, known, result)
			}
			requireDelivered(t, p, result)
		})
	}
}

// TestCancel_leavesNothingHalfWritten cancels a second sync in the middle of its describes, while somebody watches it.
func TestCancel_leavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	const reports = 400
	sim := simulate(t, server.Options{Reports: reports, Columns: 1, TypeMetadata: 1000})
	dir := t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "")
	serve := background(t, environ, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	at := []string{temporalAt(serve)}
	if first := run(t, at, program(t, starter), "sync", "acme", "--json"); first.code != 0 {
		t.Fatalf("the first sync ended with %d: %s", first.code, first.stderr)
	}
	delivered := len(sim.Files())
	if err := sim.SetFaults([]server.Fault{{Name: "stall", Route: "describe", Delay: 500 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	before, _ := sim.Describes()
	watched := aside(t, at, program(t, starter), "sync", "acme", "--full", "--json")
	begun := func() int { total, _ := sim.Describes(); return total - before }
	eventually(t, time.Minute, func() bool { return begun() > reports/2 })
	c := connect(t, serve)
	if err := c.CancelWorkflow(t.Context(), "sync-acme", ""); err != nil {
		t.Fatal(err)
	}
	got := <-watched
	var shown struct {
		Error struct{ Class, Message string }
	}
	if err := json.Unmarshal([]byte(lastLine(got.stderr)), &shown); err != nil || got.code != 8 || shown.Error.Class != "cancelled" {
		t.Fatalf("sync ended with %d: %v\n%s", got.code, err, got.stderr)
	}
	var canceled *temporal.CanceledError
	var result workflows.Result
	err := c.GetWorkflow(t.Context(), "sync-acme", "").Get(t.Context(), nil)
	if !errors.As(err, &canceled) || canceled.Details(&result) != nil {
		t.Fatalf("it carries no result: %v", err)
	}
	t.Logf("%s; %d describes were begun", shown.Error.Message, begun())
	if kept := int(result.Kept); kept < begun()-inFlight || kept > begun() {
		t.Errorf("the result says that %d are kept, %d describes were begun", kept, begun())
	}
	want := strconv.FormatInt(result.Kept, 10) + " of 400 reports are described and kept"
	if !strings.Contains(shown.Error.Message, want) {
		t.Errorf("it says %q, but keeps %d", shown.Error.Message, result.Kept)
	}
	if n := len(sim.Files()); n != delivered {
		t.Errorf("the catalog has %d files more than before", n-delivered)
	}
	requireNoTemporaries(t, dir)
}

// requireNoTemporaries looks for files that a write left unfinished.
func requireNoTemporaries(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "data"), func(path string, _ fs.DirEntry, err error) error {
		if name := filepath.Base(path); strings.Contains(name, ".tmp") || strings.HasPrefix(name, "fileblob") {
			t.Errorf("%s was left behind", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
