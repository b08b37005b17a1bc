package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhaul/internal/config"
	"longhaul/internal/overview"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// withoutSources is a station whose settings hold no source.
func withoutSources(t *testing.T) *station {
	t.Helper()
	s := &station{dir: t.TempDir()}
	data := filepath.Join(s.dir, "data")
	s.settings, s.bucket = filepath.Join(s.dir, "longhaul.yaml"), config.FileURL(filepath.Join(data, "bucket"))
	if err := os.WriteFile(s.settings, []byte("data_dir: "+data+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// saved opens the saved sources of the station, as connect does on the same machine: it makes the key where there is none.
func (s *station) saved(t *testing.T) *saved.Store {
	t.Helper()
	key := config.Config{DataDir: filepath.Join(s.dir, "data")}.KeyFile()
	if _, err := seal.MakeKey(key); err != nil {
		t.Fatal(err)
	}
	keeper, err := seal.New(seal.Config{Keeper: seal.Local, File: key})
	if err != nil {
		t.Fatal(err)
	}
	store, err := staging.Open(t.Context(), s.bucket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, store.Close()) })
	return saved.New(store, keeper, nil)
}

// save connects a source of a simulated org.
func save(t *testing.T, in *saved.Store, name string, ready server.Ready) {
	t.Helper()
	version, err := in.Propose(t.Context(), saved.Document{
		Source: name,
		Salesforce: saved.Salesforce{
			BaseURL: ready.Salesforce, Auth: "client_credentials", ClientID: ready.ClientID, ClientSecret: ready.ClientSecret,
		},
		Exports: []saved.Export{{
			Name: "castor", Section: "catalog", Texts: map[string]string{"url": ready.Catalog, "source_id": ready.SourceID},
			Secrets: map[string]string{"token": ready.CatalogToken},
		}},
	}, "localhost")
	if err == nil {
		err = in.Promote(t.Context(), name, version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestConnected_aSourceComesGoesAndComesBackInMidSync has a worker that starts without any source. It finds one, loses it while it syncs, and
// says so where people look; the sync goes on once the source is connected again.
func TestConnected_aSourceComesGoesAndComesBackInMidSync(t *testing.T) {
	t.Parallel()
	const reports = 1000
	org := simulate(t, server.Options{Reports: reports, Columns: 2, TypeMetadata: 10_000, Latency: 200 * time.Millisecond})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	station := withoutSources(t)
	worker := station.work(t, temporal)
	if !strings.Contains(worker.logged(t), "no source is connected yet") {
		t.Errorf("without a source it says:\n%s", worker.logged(t))
	}
	store := station.saved(t)
	save(t, store, "acme", org.Ready())
	r := running{begin(t, c, "acme"), c}
	eventually(t, longest, func() bool { return describesOf(org).total >= reports/4 })
	if err := org.SetFaults([]server.Fault{{Name: "stall", Route: "describe", Delay: 10 * time.Second}}); err != nil {
		t.Fatal(err) // however long the worker takes to look, there are shards left
	}
	if err := store.Remove(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	var seen int64 // by those who watch
	blocked := r.until(t, longest, func(p workflows.Progress) bool {
		if p.Done < seen {
			t.Errorf("%d reports are done, and %d were (%s)", p.Done, seen, p.Phase)
		}
		seen = max(seen, p.Done)
		return p.Phase == workflows.PhaseBlocked
	})
	const says = `source "acme" was disconnected, so its credentials are gone: connect it again (longhaul connect acme)`
	if !strings.Contains(blocked.Waiting, says) {
		t.Errorf("it is blocked for %q", blocked.Waiting)
	}
	row := rowOf(t, c)
	if row.Source != "acme" || row.Origin != overview.Gone || row.Workers == nil || *row.Workers != 0 || row.Waits == nil ||
		row.Waits.For != overview.ForOperator || !strings.Contains(row.Waits.Do, "`longhaul connect acme`") || !strings.Contains(row.Waits.Why, says) {
		t.Errorf("sources tells of it as %+v, %+v", row, row.Waits)
	}
	held := describesOf(org)
	if err := org.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	save(t, store, "acme", org.Ready())
	eventually(t, longest, func() bool { return strings.Count(worker.logged(t), "the source is served from now on") == 2 })
	r.signal(t, workflows.ResumeSignal)
	result := outcome(t, r.WorkflowRun)
	requireSettled(t, result)
	if n := describesOf(org); n.total > reports+mostRepeated || held.total >= reports {
		t.Errorf("%d describes of %d reports, %d of them before the source came back", n.total, reports, held.total)
	}
	for _, secret := range []string{org.Ready().ClientSecret, org.Ready().CatalogToken} {
		if strings.Contains(worker.logged(t), secret) {
			t.Error("the log shows a secret")
		}
	}
}

// add adds to the settings.
func (s *station) add(t *testing.T, text string) {
	t.Helper()
	settings, err := os.ReadFile(s.settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.settings, append(settings, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestIdle_ofAHundredSources measures what a worker takes that has nothing to do but to look after metrics and messages: without a source, and
// with a hundred that were connected.
func TestIdle_ofAHundredSources(t *testing.T) {
	onlyWhole(t, "idle")
	const (
		sources = 100
		settle  = 75 * time.Second // a poll lasts a minute
		measure = 2 * time.Minute
	)
	org := simulate(t, server.Options{Reports: 10})
	temporal := temporalOn(t, t.TempDir(), "0")
	rows := [][]any{{"sources", "CPU, % of a core", "memory, MB"}}
	var cpu, memory [2]float64
	for i, n := range []int{0, sources} {
		station := withoutSources(t)
		station.add(t, "metrics: {address: \"0\"}\nnotify: {receivers: {nobody: {webhook: \"env:HOOK_URL\", secret: \"env:HOOK_KEY\"}}}\n")
		station.environ = append(station.environ, "HOOK_URL=http://127.0.0.1:9", "HOOK_KEY="+hookKey)
		store := station.saved(t)
		for k := range n {
			save(t, store, "s"+strconv.Itoa(k), org.Ready())
		}
		worker := station.work(t, temporal)
		begun := time.Now()
		eventually(t, 2*settle, func() bool { return time.Since(begun) >= settle })
		before, since := usageOf(t, worker), time.Now()
		eventually(t, 2*measure, func() bool { return time.Since(since) >= measure })
		after := usageOf(t, worker)
		cpu[i] = 100 * float64(after.cpu-before.cpu) / float64(time.Since(since))
		memory[i] = float64(residentOf(t, worker)) / 1e6
		rows = append(rows, []any{n, cpu[i], memory[i]})
		worker.terminate(t)
	}
	table(t, append(rows, []any{"the sources", cpu[1] - cpu[0], memory[1] - memory[0]}))
	if cpu[1] >= 1 || memory[1]-memory[0] >= 100 {
		t.Errorf("on %d cores: %.2f %% of a core, and %.0f MB for the sources; want less than 1 %% and 100 MB", runtime.NumCPU(), cpu[1], memory[1]-memory[0])
	}
}

// residentOf is the memory that a process has now, in bytes.
func residentOf(t *testing.T, p *process) (bytes int64) {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		t.Skipf("what a process takes is read from /proc, which is not there (%v)", err)
	}
	_, resident, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(resident, &bytes); err != nil {
		t.Fatal(err)
	}
	return bytes << 10
}
