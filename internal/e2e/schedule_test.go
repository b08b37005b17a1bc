package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"longhaul/internal/control"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// withinAMinute is how soon a worker brings a schedule back, and as much again for a busy machine.
const withinAMinute = 2 * time.Minute

// orders gives an order about the schedule of acme, which must be done.
func orders(t *testing.T, c client.Client, o schedule.Order) schedule.State {
	t.Helper()
	state, err := control.Schedule(t.Context(), c, "acme", o)
	if err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	return state
}

// TestSchedule_isKeptAsTheSettingsSay on Temporal's own server, whose forms of a schedule are compared with what was written.
func TestSchedule_isKeptAsTheSettingsSay(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 20, Columns: 3}, func(s *source.Source) { s.Schedule = source.Schedule{Every: 24 * time.Hour} })
	is := func(when string, right func(schedule.State) bool) {
		t.Helper()
		var state schedule.State
		eventually(t, withinAMinute, func() bool { state = orders(t, p.client, schedule.Order{}); return state.Exists })
		if state.By != schedule.BySettings || !right(state) {
			t.Fatalf("%s it is %+v", when, state)
		}
	}
	const daily = "every 24h, up to 10m later"
	is("at the start", func(s schedule.State) bool { return s.Spec == daily && !s.ByHand && !s.Paused && len(s.Next) == 5 })
	if s := orders(t, p.client, schedule.Order{Pause: true, Reason: "maintenance"}); !s.Paused || s.Note != "maintenance" || s.ByHand {
		t.Errorf("paused it is %+v", s)
	}
	for _, refused := range []schedule.Order{{Every: "1h"}, {Off: true}} {
		if _, err := control.Schedule(t.Context(), p.client, "acme", refused); err == nil || !strings.Contains(err.Error(), "sources.acme.schedule") {
			t.Errorf("%+v: got %v", refused, err)
		}
	}
	handle := p.client.ScheduleClient().GetHandle(t.Context(), schedule.ID("acme"))
	closed(t, handle.Delete(t.Context()))
	is("deleted", func(s schedule.State) bool {
		return s.Spec == daily && !s.ByHand && s.Paused && s.Note == "maintenance"
	})

	closed(t, handle.Update(t.Context(), client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		in.Description.Schedule.Spec.Intervals[0].Every = 2 * time.Hour
		return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
	}}))
	is("changed by hand", func(s schedule.State) bool { return s.Spec == "every 2h, up to 10m later" && s.ByHand && s.Paused })
	if s := orders(t, p.client, schedule.Order{Every: "24h"}); s.Spec != daily || s.ByHand || !s.Paused {
		t.Errorf("as the settings say once more, it is %+v", s)
	}
}

// TestSchedule_startsWhenCronDoes reads the coming starts that the server counts out.
func TestSchedule_startsWhenCronDoes(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 20, Columns: 3}, nil)
	if s := orders(t, p.client, schedule.Order{}); s.Exists || s.Wanted != nil {
		t.Errorf("without a schedule it is %+v", s)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	state := orders(t, p.client, schedule.Order{Cron: "30 2 13 * FRI", Timezone: "Europe/Paris"})
	if state.By != schedule.ByVerb || state.ByHand || len(state.Next) != 5 {
		t.Errorf("it is %+v", state)
	}
	for _, at := range state.Next {
		local := at.In(paris)
		late := local.Sub(time.Date(local.Year(), local.Month(), local.Day(), 2, 30, 0, 0, paris))
		if local.Day() != 13 && local.Weekday() != time.Friday || late < 0 || late > 10*time.Minute {
			t.Errorf("a start at %s", local)
		}
	}
	if s := orders(t, p.client, schedule.Order{Every: "1h"}); s.Spec != "every 1h, up to 10m later" || s.ByHand {
		t.Errorf("it is %+v", s)
	}
	if s := orders(t, p.client, schedule.Order{Off: true}); s.Exists || !s.Off {
		t.Errorf("ended it is %+v", s)
	}
	_, err = ledger.Remove(t.Context(), p.client.ScheduleClient(), p.store, "acme")
	closed(t, err)
	if kept, err := ledger.Read(t.Context(), p.store, "acme"); kept != nil || err != nil {
		t.Errorf("removed it is %+v, %v", kept, err)
	}
}

// TestSchedule_workersThatStartAtOnceAgree writes by many workers of two settings in one moment, on Temporal's own server.
func TestSchedule_workersThatStartAtOnceAgree(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 20, Columns: 3}, nil)
	orders(t, p.client, schedule.Order{Every: "5h"})
	on := ledger.Server{Service: p.client.WorkflowService(), Namespace: client.DefaultNamespace, Identity: "test"}
	var looks []func()
	for i := range 6 {
		served := map[string]source.Schedule{"acme": {Every: time.Duration(1+i%2) * time.Hour}}
		one := ledger.New(p.store, ledger.Kind{Queue: workflows.TaskQueue, WorkflowType: workflows.SyncSourceType}, zap.NewNop())
		looks = append(looks, func() { one.Reconcile(t.Context(), on, served) })
	}
	together := func() {
		var all errgroup.Group
		for _, look := range looks {
			all.Go(func() error { look(); return nil })
		}
		closed(t, all.Wait())
	}
	for range 4 { // the start and three minutes
		together()
	}
	first := orders(t, p.client, schedule.Order{})
	together()
	if s := orders(t, p.client, schedule.Order{}); s.ByHand || s.Spec != first.Spec || !strings.HasPrefix(s.Spec, schedule.Words(*s.Wanted)+",") {
		t.Errorf("they end with %+v after %s", s, first.Spec)
	}
}

// TestSchedule_inOneSecondWithEverythingElse has two schedules, a verb and a plain start of one source.
func TestSchedule_inOneSecondWithEverythingElse(t *testing.T) {
	t.Parallel()
	p := newPlant(t, longDescribe(), fewInFlight)
	ctx := t.Context()
	orders(t, p.client, schedule.Order{Every: "24h"})
	orders(t, p.client, schedule.Order{Pause: true}) // nothing starts at midnight
	ours := p.client.ScheduleClient().GetHandle(ctx, schedule.ID("acme"))
	theirs, err := p.client.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: "acme-nightly", Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour}}}, Paused: true,
		Action: &client.ScheduleWorkflowAction{
			ID: "acme-nightly", Workflow: workflows.SyncSourceType, TaskQueue: workflows.TaskQueue, Args: []any{workflows.Input{Source: "acme"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var all errgroup.Group
	all.Go(func() error { return ours.Trigger(ctx, client.ScheduleTriggerOptions{}) })
	all.Go(func() error { return theirs.Trigger(ctx, client.ScheduleTriggerOptions{}) })
	all.Go(func() error { _, _, err := control.Start(ctx, p.client, workflows.Input{Source: "acme"}); return err })
	plain := p.start(t, "by-hand", workflows.Input{Source: "acme"})
	closed(t, all.Wait())
	runs := []client.WorkflowRun{plain, p.scheduled(t, ours), p.scheduled(t, theirs)}
	p.quicken(t)
	syncs := map[string]bool{}
	for _, run := range append(runs, p.client.GetWorkflow(ctx, workflows.SyncID("acme"), "")) {
		var result workflows.Result
		if err := run.Get(ctx, &result); err != nil {
			t.Errorf("%s ended with %v", run.GetID(), err)
			continue
		}
		t.Logf("%s: %s", run.GetID(), result.Outcome)
		if result.Outcome != workflows.OutcomeSkipped {
			syncs[result.Sync] = true
		}
	}
	if logins := p.sim.Stats().Logins; logins != 1 || len(syncs) != 1 {
		t.Errorf("%d logins, syncs %v: more than one sync ran", logins, syncs)
	}
}

// TestSchedule_outlivesTheDatabaseOfServe throws the database away while the program is stopped.
func TestSchedule_outlivesTheDatabaseOfServe(t *testing.T) {
	t.Parallel()
	sim, dir := simulate(t, server.Options{Reports: 20, Columns: 3}), t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "    schedule: {cron: 0 2 * * *, timezone: Europe/Paris}\n")
	serve := func() *process {
		return background(t, environ, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	}
	ask := func(p *process, flags ...string) (state schedule.State) {
		t.Helper()
		ended := run(t, []string{temporalAt(p)}, program(t, starter), append([]string{"schedule", "acme", "--json"}, flags...)...)
		if err := json.Unmarshal([]byte(ended.stdout), &state); err != nil || ended.code != 0 {
			t.Fatalf("ended with %d: %v\n%s\n%s", ended.code, err, ended.stderr, p.logged(t))
		}
		return state
	}
	first := serve()
	eventually(t, withinAMinute, func() bool { return ask(first).Exists })
	if s := ask(first, "--pause", "--reason", "maintenance"); !s.Paused || s.ByHand {
		t.Errorf("paused it is %+v", s)
	}
	t.Log(run(t, []string{temporalAt(first), "TZ=America/New_York"}, program(t, starter), "schedule", "acme").stdout)
	first.terminate(t)
	databases, err := filepath.Glob(filepath.Join(dir, "*", "temporal.db*"))
	if err != nil || len(databases) == 0 {
		t.Fatalf("no database in %s: %v", dir, err)
	}
	for _, file := range databases {
		closed(t, os.Remove(file))
	}
	second := serve()
	ready := time.Now()
	var state schedule.State
	eventually(t, withinAMinute, func() bool { state = ask(second); return state.Exists })
	t.Logf("it was back %s after serve was ready", time.Since(ready).Round(time.Second))
	if !state.Paused || state.Note != "maintenance" || state.ByHand || state.Spec != "cron 0 2 * * * in Europe/Paris, up to 10m later" {
		t.Errorf("it came back as %+v", state)
	}
}
