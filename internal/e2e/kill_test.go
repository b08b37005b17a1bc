package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// killed is what became of one kill.
type killed struct {
	before   describes     // when it struck
	repeated int           // describes until the next kill of reports that were described before
	silence  time.Duration // from the restart to the next describe
}

// killer kills serve each time the next number of describes has begun, starts it again, and waits for the end of the sync, which
// nobody starts a second time.
type killer struct {
	sim     *server.Server
	station *station
	at      []int
	kills   []killed
	serves  []*process // the last one saw the end
}

func (k *killer) serve(t *testing.T) *process {
	t.Helper()
	p := k.station.serve(t)
	k.serves = append(k.serves, p)
	return p
}

func (k *killer) run(t *testing.T) workflows.Result {
	t.Helper()
	serve := k.serve(t)
	if started := run(t, []string{temporalAt(serve)}, program(t, starter), "sync", "acme", "--detach"); started.code != 0 {
		t.Fatalf("sync --detach ended with %d: %s", started.code, started.stderr)
	}
	for _, at := range k.at {
		eventually(t, longest, func() bool { return describesOf(k.sim).total >= at })
		serve.kill(t)
		before, restarted := settled(t, k.sim), time.Now()
		serve = k.serve(t)
		eventually(t, longest, func() bool { return describesOf(k.sim).total > before.total })
		k.kills = append(k.kills, killed{before: before, silence: time.Since(restarted)})
	}
	result := outcome(t, connect(t, serve).GetWorkflow(t.Context(), "sync-acme", ""))
	after := describesOf(k.sim)
	for i := len(k.kills) - 1; i >= 0; i-- {
		k.kills[i].repeated = after.repeated - k.kills[i].before.repeated
		after = k.kills[i].before
	}
	return result
}

// settled is the count of describes once the requests of a killed client have come to their end.
func settled(t *testing.T, sim *server.Server) describes {
	t.Helper()
	last, since := describesOf(sim), time.Now()
	eventually(t, time.Minute, func() bool {
		if now := describesOf(sim); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > time.Second/2
	})
	return last
}

// undisturbed syncs the same org into another bucket, with more requests at once to save time: the files do not show it.
func undisturbed(t *testing.T, sim *server.Server) map[string]string {
	t.Helper()
	station := newStation(t, sim.Ready(), "    max_in_flight: 96\n")
	serve := station.serve(t)
	contents := station.contents(t, outcome(t, begin(t, connect(t, serve), "acme")))
	serve.terminate(t)
	return contents
}

// mostRepeated is how many describes a kill may cost.
const mostRepeated = 100

// TestKill_serveGoesOnWhereItWas kills serve in the middle of a sync, starts it again and counts what was asked twice.
func TestKill_serveGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	const reports = 1000
	sim := simulate(t, server.Options{Reports: reports, Columns: 5, TypeMetadata: 10_000, Latency: 200 * time.Millisecond})
	k := &killer{sim: sim, station: newStation(t, sim.Ready(), "    max_in_flight: 24\n"), at: []int{reports/2 + 1}}
	result := k.run(t)
	requireSettled(t, result)
	t.Logf("%d of %d describes were repeated", k.kills[0].repeated, result.Kinds.Reports)
	if repeated := k.kills[0].repeated; repeated > mostRepeated {
		t.Errorf("%d describes were repeated, want at most %d", repeated, mostRepeated)
	}
	k.station.callsOf(t, sim, result).require(t, 1)
	requireNoSecrets(t, sim, k.station.dir, k.serves...)
	if took := k.serves[1].terminate(t); took > 10*time.Second {
		t.Errorf("serve took %s to stop", took)
	}
	requireContents(t, undisturbed(t, sim), k.station.contents(t, result))
}

// TestKill_fiveTimes is a first sync whose machine loses its power again and again.
func TestKill_fiveTimes(t *testing.T) {
	onlyWhole(t, "kill")
	reports := number(t, "REPORTS", 20_000)
	step := reports / 6
	sim := simulate(t, server.Options{Reports: reports, Columns: 10, TypeMetadata: 10_000, Latency: 150 * time.Millisecond})
	k := &killer{sim: sim, station: newStation(t, sim.Ready(), "    max_in_flight: 24\n"), at: []int{step, 2 * step, 3 * step, 4 * step, 5 * step}}
	began := time.Now()
	result := k.run(t)
	wall := time.Since(began)
	requireSettled(t, result)
	rows := [][]any{{"kill", "describes at the kill", "seconds until it described again", "describes repeated"}}
	for i, kill := range k.kills {
		rows = append(rows, []any{i + 1, kill.before.total, kill.silence.Seconds(), kill.repeated})
		if kill.silence > 20*time.Second {
			t.Errorf("after kill %d it described again only after %s", i+1, kill.silence)
		}
		if kill.repeated > mostRepeated {
			t.Errorf("kill %d had %d describes repeated, want at most %d", i+1, kill.repeated, mostRepeated)
		}
	}
	table(t, rows)
	counts := k.station.callsOf(t, sim, result)
	counts.require(t, len(k.at))
	counts.requireClose(t)
	k.serves[len(k.serves)-1].terminate(t)
	requireContents(t, undisturbed(t, sim), k.station.contents(t, result))
	table(t, [][]any{{"reports", "wall s", "outcome", "files equal the undisturbed"}, {reports, wall.Seconds(), result.Outcome, !t.Failed()}})
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
