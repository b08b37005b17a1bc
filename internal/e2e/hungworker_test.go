//go:build unix

package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	lookout "longhaul/internal/notify/watch"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// stationWith is a station whose messages all come to a webhook.
func stationWith(t *testing.T, sim *server.Server, box *letterbox) *station {
	t.Helper()
	s := newStation(t, sim.Ready(), fmt.Sprintf(`notify:
  stall: 10s
  receivers:
    hook: {webhook: "env:HOOK_URL", secret: "env:HOOK_KEY", events: [%s]}
`, strings.Join(notify.Askable(), ", ")))
	s.environ = append(s.environ, "HOOK_URL="+box.address(), "HOOK_KEY="+hookKey)
	return s
}

// TestTells_aWorkerThatIsKilledBeforeItSends kills the worker of a message once its marker is in the bucket, and before the receiver has read
// a byte: another worker sends it, under the same id.
func TestTells_aWorkerThatIsKilledBeforeItSends(t *testing.T) {
	t.Parallel()
	box := shutLetterbox(t, nil)
	sim := simulate(t, server.Options{Org: openOrg(10)})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	station := stationWith(t, sim, box)
	worker := station.work(t, temporal)
	store, err := staging.Open(t.Context(), station.bucket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, store.Close()) }()

	now := time.Now().UTC()
	fact := notify.Fact{Event: notify.Blocked, Source: "acme", Sync: staging.SyncID(now, "1a2b3c4d"), At: now, Why: "the app is blocked"}
	fact.ID = notify.IDOf(fact.Source, fact.Sync, fact.Event, 1)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: fact.ID, TaskQueue: workflows.TaskQueue}, tell.NotifySourceType, fact)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, longest, func() bool {
		var mark desk.Mark
		err := store.ReadJSON(t.Context(), staging.ToldKey(fact.Source, fact.Sync, fact.ID), &mark)
		return err == nil && mark.Told == nil
	})
	worker.kill(t)
	if n := len(box.all()); n != 0 {
		t.Fatalf("%d messages had come", n)
	}
	t.Logf("%d connections of the killed worker were open", box.forget(t))
	box.Start()
	station.work(t, temporal)
	var result tell.Result
	if err := run.Get(t.Context(), &result); err != nil || len(result.Told) != 1 || result.Told[0].Failure != "" {
		t.Fatalf("got %+v, %v", result, err)
	}
	if all := box.all(); len(all) != 1 || all[0].ID != fact.ID || all[0].Event != "blocked" || len(box.wrong) > 0 {
		t.Errorf("got %+v, not verified: %v", all, box.wrong)
	}
}

// requireStalled wants every screen to say that nothing moves: progress, the details in the UI, and status.
func (r running) requireStalled(t *testing.T, temporal *process) {
	t.Helper()
	const says = "nothing has moved since "
	if p := r.progress(t); p.Stalled == nil {
		t.Errorf("its progress says nothing of it: %+v", p)
	}
	var metadata sdkpb.WorkflowMetadata
	answer, err := r.client.QueryWorkflow(t.Context(), r.GetID(), "", "__temporal_workflow_metadata")
	if err == nil {
		err = answer.Get(&metadata)
	}
	if details := metadata.GetCurrentDetails(); err != nil || !strings.Contains(details, "**Stalled:** "+says) {
		t.Errorf("its details are %q (%v)", details, err)
	}
	environ := []string{"TEMPORAL_ADDRESS=" + temporal.ready["temporal"]}
	if got := run(t, environ, program(t, starter), "status", "acme"); got.code != 0 || !strings.Contains(got.stdout, says) {
		t.Errorf("status says %q%q, exit code %d", got.stdout, got.stderr, got.code)
	}
}

// TestTells_aWorkerThatHangs stops the only worker of a source in the middle of a sync, as a machine that freezes does, while a worker without
// sources lives: people are told that nothing moves, and that nobody serves the source. When it wakes, both is over.
func TestTells_aWorkerThatHangs(t *testing.T) {
	t.Parallel()
	const gone = 75 * time.Second // longer than a poll lasts
	box := newLetterbox(t, nil)
	sim := simulate(t, server.Options{Org: openOrg(400), Faults: []server.Fault{{Name: "stall", Route: "describe", Delay: 3 * time.Second}}})
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	station := stationWith(t, sim, box)
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
		after := time.Since(stopped).Round(time.Second)
		t.Logf("%s came %s after the worker was stopped", event, after)
		if event == "stalled" && after > 10*time.Second+time.Minute { // the limit, and what it may take to be told
			t.Errorf("%s came too late", event)
		}
		if event == "stalled" {
			run.requireStalled(t, temporal)
		}
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
