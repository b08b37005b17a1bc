package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// orgUnderLoad is one whose sync takes some seconds. Its answers come so slowly that what a kill costs is bounded by what is in
// flight, however long the disk takes for what is answered.
func orgUnderLoad(t *testing.T) *server.Server {
	t.Helper()
	return simulate(t, server.Options{Reports: 2 * halfOfThem, Columns: 5, TypeMetadata: 10_000, Latency: 200 * time.Millisecond})
}

const halfOfThem = 375

// halfWay is serve in the middle of a sync of such an org.
func halfWay(t *testing.T) (*server.Server, *station, *process, client.WorkflowRun) {
	t.Helper()
	sim := orgUnderLoad(t)
	station := newStation(t, sim.Ready(), "")
	serve := station.serve(t)
	run := begin(t, connect(t, serve), "acme")
	eventually(t, longest, func() bool { return describesOf(sim).total >= halfOfThem })
	return sim, station, serve, run
}

// goesOn starts serve again and waits for the sync that the one before had begun.
func (s *station) goesOn(t *testing.T) (*process, workflows.Result) {
	t.Helper()
	again := s.serve(t)
	result := outcome(t, connect(t, again).GetWorkflow(t.Context(), workflows.SyncID("acme"), ""))
	requireSettled(t, result)
	return again, result
}

// TestServe_isStoppedUnderLoad stops serve as a deployment does and starts it again.
func TestServe_isStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	sim, station, serve, _ := halfWay(t)
	stopInTime(t, serve)
	station.goesOn(t)
	if n := describesOf(sim).repeated; n != 0 {
		t.Errorf("%d describes were repeated, want none", n)
	}
}

// timeAway is how long something is away: a moment, or what `make away` asks for by LONGHAUL_E2E_AWAY.
func timeAway(t *testing.T) time.Duration {
	t.Helper()
	asked := os.Getenv("LONGHAUL_E2E_AWAY")
	if asked == "" {
		return 3 * time.Second
	}
	away, err := time.ParseDuration(asked)
	if err != nil {
		t.Fatalf("LONGHAUL_E2E_AWAY is no time as 1m: %v", err)
	}
	return away
}

// TestTemporal_isAway takes Temporal away from a worker in the middle of a sync and brings it back at the same address.
func TestTemporal_isAway(t *testing.T) {
	t.Parallel()
	const inFlight = 24
	away, sim := timeAway(t), orgUnderLoad(t)
	if wholeSize() { // the shards outlive the time that Temporal waits for a heartbeat
		sim = simulate(t, server.Options{Reports: 6000, Columns: 5, TypeMetadata: 10_000, Latency: 300 * time.Millisecond})
	}
	station := newStation(t, sim.Ready(), "    max_in_flight: 24\n")
	data := t.TempDir()
	temporal := temporalOn(t, data, "0")
	_, port, err := net.SplitHostPort(temporal.ready["temporal"])
	if err != nil {
		t.Fatal(err)
	}
	worker := station.work(t, temporal)
	begin(t, connect(t, temporal), "acme")
	eventually(t, longest, func() bool { return describesOf(sim).total >= halfOfThem })
	temporal.kill(t)
	gone := time.Now()
	eventually(t, longest, func() bool { return time.Since(gone) >= away })
	temporal = temporalOn(t, data, port)
	result := outcome(t, connect(t, temporal).GetWorkflow(t.Context(), workflows.SyncID("acme"), ""))
	requireSettled(t, result)
	table(t, [][]any{
		{"Temporal away s", "describes repeated", "most in flight"},
		{away.Seconds(), describesOf(sim).repeated, sim.Stats().MaxInFlight},
	})
	if n := describesOf(sim).repeated; n > 2*inFlight {
		t.Errorf("%d describes were repeated, want at most %d", n, 2*inFlight)
	}
	if most := sim.Stats().MaxInFlight; most > inFlight {
		t.Errorf("%d requests were in flight, want at most max_in_flight = %d", most, inFlight)
	}
	stopInTime(t, worker)
}

// TestDisk_isFullForAWhile fills the disk that holds the bucket in the middle of a sync and makes room again.
func TestDisk_isFullForAWhile(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	sim := orgUnderLoad(t)
	station := newStation(t, sim.Ready(), "")
	station.environ = append(station.environ, "LONGHAUL_STORAGE="+config.FileURL(filepath.Join(disk, "bucket")))
	temporal := temporalOn(t, t.TempDir(), "0")
	station.work(t, temporal)
	c := connect(t, temporal)
	run := begin(t, c, "acme")
	eventually(t, longest, func() bool { return describesOf(sim).total >= halfOfThem })
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	eventually(t, longest, func() bool { return allWaitFor(t, c, "the disk is full") })
	asked, since := describesOf(sim).total, time.Now()
	eventually(t, longest, func() bool { return time.Since(since) > time.Second })
	if more := describesOf(sim).total - asked; more > 0 {
		t.Errorf("%d reports were asked for while nothing could be kept", more)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	result := outcome(t, run)
	requireSettled(t, result)
	if n := describesOf(sim).repeated; n != 0 {
		t.Errorf("%d describes were repeated, want none", n)
	}
}

// TestBucket_isAway takes the bucket's folder away in the middle of a sync, as a disk that loses its mount does, and brings
// it back with what it held.
func TestBucket_isAway(t *testing.T) {
	t.Parallel()
	sim, station, _, run := halfWay(t)
	bucket := filepath.Join(station.dir, "data", "bucket")
	move := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	move(bucket, bucket+".mounted")
	gone, before := time.Now(), describesOf(sim)
	eventually(t, longest, func() bool { return time.Since(gone) >= timeAway(t) })
	if _, err := os.Stat(bucket); err == nil {
		t.Error("the bucket's folder was made anew, and what is written there is hidden once the mount is back")
		move(bucket, bucket+".below")
	}
	move(bucket+".mounted", bucket)
	back := describesOf(sim)
	result := outcome(t, run)
	requireSettled(t, result)
	if result.Kinds.Reports != 2*halfOfThem {
		t.Errorf("%d reports were read", result.Kinds.Reports)
	}
	meanwhile, repeated := back.total-before.total, describesOf(sim).repeated
	t.Logf("%d of %d describes were repeated; %d were begun while the bucket was away", repeated, result.Kinds.Reports, meanwhile)
	if repeated > mostRepeated {
		t.Errorf("%d describes were repeated, want at most %d", repeated, mostRepeated)
	}
	requireContents(t, undisturbed(t, sim), station.contents(t, result))
}

// TestDatabase_isUnreadable kills serve in the middle of a sync and leaves rubbish where its database was.
func TestDatabase_isUnreadable(t *testing.T) {
	t.Parallel()
	sim, station, serve, _ := halfWay(t)
	serve.kill(t)
	before := settled(t, sim)
	database := filepath.Join(station.dir, "data", "temporal.db")
	if err := os.WriteFile(database, []byte(strings.Repeat("rubbish", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	again, result := station.goesOn(t)
	if log := again.logged(t); !strings.Contains(log, "could not be read and was moved to "+database) {
		t.Errorf("it does not say where the database went:\n%s", log)
	}
	repeated := describesOf(sim).repeated - before.repeated
	t.Logf("%d of %d describes were repeated", repeated, result.Kinds.Reports)
	if repeated > mostRepeated {
		t.Errorf("%d describes were repeated, want at most %d", repeated, mostRepeated)
	}
}

// smallDisk is a file system of its own. It takes the right to mount one; where that is missing, the tests of package shard
// are what says how a full disk is met.
func smallDisk(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=32m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v %s", err, out)
	}
	unmountLater(t, dir)
	return dir
}

// unmountLater has a shell take the file system away at the end of the test, which it learns by the end of its input: that
// comes too where this process is killed, and then whatever is busy there still.
func unmountLater(t *testing.T, dir string) {
	t.Helper()
	shell := exec.Command("sh", "-c", `trap "" INT TERM; cat; umount "$1" || { umount -l "$1"; exit 1; }`, "sh", dir)
	input, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	shell.Stderr = &said
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		if err := shell.Wait(); err != nil {
			t.Errorf("umount: %v %s", err, said.String())
		}
	})
}

// fill writes a file until the disk takes no more.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size >= 1; size /= 16 {
		block := make([]byte, size)
		for err = nil; err == nil; {
			_, err = file.Write(block)
		}
	}
	closed(t, file.Close())
}

// allWaitFor says whether everything that runs tells that it waits, and why.
func allWaitFor(t *testing.T, c client.Client, why string) bool {
	t.Helper()
	d, err := c.DescribeWorkflowExecution(t.Context(), workflows.SyncID("acme"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, activity := range d.GetPendingActivities() {
		var beat activities.Beat
		err := converter.GetDefaultDataConverter().FromPayloads(activity.GetHeartbeatDetails(), &beat)
		if err != nil || !strings.Contains(beat.Waiting, why) {
			return false
		}
	}
	return len(d.GetPendingActivities()) > 0
}
