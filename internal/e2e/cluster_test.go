package e2e_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/internal/storetest"
	"longhaul/workflows"
)

// clusterTools names the folder of Temporal's own programs.
const clusterTools = "LONGHAUL_E2E_CLUSTER"

// TestCluster is a first sync on a cluster as people run it: Temporal's own server on PostgreSQL, a bucket of MinIO, two workers. One
// after the other is taken away under it: a worker and Temporal's server by a kill, the database for a while.
func TestCluster(t *testing.T) {
	tools := os.Getenv(clusterTools)
	if tools == "" {
		t.Skipf("this needs Temporal's own server, PostgreSQL and MinIO: it runs for `make cluster` (%s)", clusterTools)
	}
	const inFlight, longEnough = 24, 100 * time.Second // for all troubles, each some time after the one before
	reports := number(t, "REPORTS", 6000)
	sim := simulate(t, server.Options{Org: openOrg(reports), Latency: max(300*time.Millisecond, inFlight*longEnough/time.Duration(reports))})
	store := storetest.Start(t, storetest.S3)
	store.Make(t, "longhaul")
	if err := storetest.LogIn(storetest.S3, store.Endpoint); err != nil {
		t.Fatal(err)
	}
	k := &cluster{composed: newComposed(t, tools), station: newStation(t, sim.Ready(), "    max_in_flight: 24\n    schedule: {every: 24h}\n"), sim: sim}
	k.station.bucket = storetest.URL(storetest.S3, "longhaul", store.Endpoint)
	k.station.environ = append(append(k.station.environ, storetest.Environ(storetest.S3, store.Endpoint)...), "LONGHAUL_STORAGE="+k.station.bucket)
	k.workers = []*process{k.station.work(t, k.temporal), k.station.work(t, k.temporal)}

	began := time.Now()
	if started := run(t, []string{temporalAt(k.temporal)}, program(t, starter), "sync", "acme", "--detach"); started.code != 0 {
		t.Fatalf("sync --detach ended with %d: %s", started.code, started.stderr)
	}
	k.trouble(t, "a worker was killed", reports/8, k.workerKilled)
	k.trouble(t, "Temporal's server was killed", reports*3/8, k.serverKilled)
	k.trouble(t, "the database was stopped for 20 s", reports*5/8, k.databaseStopped)
	result := outcome(t, k.connected(t).GetWorkflow(t.Context(), workflows.SyncID("acme"), ""))
	wall := time.Since(began)
	k.over(t)
	table(t, append([][]any{{"trouble", "describes before", "s until it described", "describes repeated"}}, k.rows...))

	requireSettled(t, result)
	if result.Outcome != workflows.OutcomeComplete || result.Kinds.Reports != int64(reports) {
		t.Errorf("it ended as %s with %d reports", result.Outcome, result.Kinds.Reports)
	}
	if most := sim.Stats().MaxInFlight; most > inFlight {
		t.Errorf("%d requests were in flight, want at most max_in_flight = %d", most, inFlight)
	}
	counts := k.callsOf(t, sim, result)
	counts.require(t, len(k.rows))
	counts.requireClose(t)
	requireContents(t, undisturbed(t, sim), k.contents(t, result))
	table(t, [][]any{{"reports", "wall s", "outcome", "files equal the undisturbed"}, {reports, wall.Seconds(), result.Outcome, !t.Failed()}})
	k.scheduleDeleted(t)
	for _, worker := range k.workers {
		stopInTime(t, worker)
	}
}

// cluster is one whose parts are taken away.
type cluster struct {
	*composed
	*station
	sim     *server.Server
	workers []*process

	rows   [][]any
	what   string // the trouble that was last
	before describes
	since  time.Time
	silent time.Duration // from its end to the next describe
}

// connected makes a client of the cluster.
func (k *cluster) connected(t *testing.T) client.Client {
	t.Helper()
	return connect(t, k.temporal)
}

// apart is how long two troubles are apart, so that what each of them repeats is told from the other's: Temporal notices after 15 s that an
// attempt is gone.
const apart = 30 * time.Second

// trouble makes something happen once the next number of describes has begun, and looks how soon reports are described again.
func (k *cluster) trouble(t *testing.T, what string, at int, happen func(*testing.T)) {
	t.Helper()
	eventually(t, longest, func() bool { return describesOf(k.sim).total >= at && time.Since(k.since) >= apart })
	k.over(t)
	k.what, k.before = what, describesOf(k.sim)
	happen(t)
	k.since = time.Now()
	now := describesOf(k.sim).total
	eventually(t, longest, func() bool { return describesOf(k.sim).total > now })
	k.silent = time.Since(k.since)
}

// over notes what the last trouble has cost.
func (k *cluster) over(t *testing.T) {
	t.Helper()
	if k.what == "" {
		return
	}
	repeated := describesOf(k.sim).repeated - k.before.repeated
	k.rows = append(k.rows, []any{k.what, k.before.total, k.silent.Seconds(), repeated})
	if repeated >= mostRepeated {
		t.Errorf("%s, and %d describes were repeated, want fewer than %d", k.what, repeated, mostRepeated)
	}
}

// workerKilled takes the busier worker away; another one starts in its place, as an orchestrator does it.
func (k *cluster) workerKilled(t *testing.T) {
	gone := busier(t, k.connected(t), k.workers)
	gone.kill(t)
	for i := range k.workers {
		if k.workers[i] == gone {
			k.workers[i] = k.station.work(t, k.temporal)
		}
	}
}

func (k *cluster) serverKilled(t *testing.T) {
	k.temporal.kill(t)
	k.start(t)
}

func (k *cluster) databaseStopped(t *testing.T) {
	k.database.stop(t, syscall.SIGINT)
	stopped := time.Now()
	eventually(t, longest, func() bool { return time.Since(stopped) >= 20*time.Second })
	k.database.start(t)
}

// scheduleDeleted deletes the schedule of the source, which is paused: a worker makes it again within a minute, paused, as the settings say.
func (k *cluster) scheduleDeleted(t *testing.T) {
	t.Helper()
	const note = "no refresh at the end of the year"
	environ := []string{temporalAt(k.temporal)}
	if got := run(t, environ, program(t, starter), "schedule", "acme", "--pause", "--reason", note); got.code != 0 {
		t.Fatalf("schedule --pause ended with %d: %s", got.code, got.stderr)
	}
	handle := k.connected(t).ScheduleClient().GetHandle(t.Context(), "longhaul-acme")
	closed(t, handle.Delete(t.Context()))
	deleted := time.Now()
	var back *client.ScheduleDescription
	eventually(t, longest, func() bool {
		found, err := handle.Describe(t.Context())
		back = found
		return err == nil
	})
	after := time.Since(deleted)
	table(t, [][]any{{"schedule back after s"}, {after.Seconds()}})
	every := back.Schedule.Spec.Intervals
	if len(every) != 1 || every[0].Every != 24*time.Hour || !back.Schedule.State.Paused || !strings.Contains(back.Schedule.State.Note, note) {
		t.Errorf("the schedule is back as %+v, %+v", every, back.Schedule.State)
	}
	if after > time.Minute {
		t.Errorf("it was back after %s, want within a minute", after)
	}
}
