package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"

	"longhaul/internal/notify"
	"longhaul/internal/notify/mailtest"
	"longhaul/internal/simulator/server"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// askable are all events that settings may name.
func askable() (events []notify.Event) {
	for _, name := range notify.Askable() {
		events = append(events, notify.Event(name))
	}
	return events
}

// told starts an installation whose messages come to a webhook.
func told(t *testing.T, options server.Options, settings notify.Settings) *plant {
	t.Helper()
	p := &plant{dir: t.TempDir()}
	var err error
	if p.sim, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, p.sim.Close()) })
	config := p.settings(t, options)
	config.Notify = settings
	p.works = newWorks(t, temporaldev.Options{}, p.dir, config, p.logger(t))
	return p
}

// came waits for these events, each once, and gives the last of their messages.
func (h *heard) came(t *testing.T, events ...string) arrival {
	t.Helper()
	all := h.box.await(t, h.seen, events...)
	h.seen += len(all)
	return all[len(all)-1]
}

// describesTake makes each describe last as long.
func describesTake(t *testing.T, sim *server.Server, last time.Duration) {
	t.Helper()
	var list []server.Fault
	if last > 0 {
		list = []server.Fault{{Name: "stall", Route: "describe", Delay: last}}
	}
	if err := sim.SetFaults(list); err != nil {
		t.Fatal(err)
	}
}

// TestTells_eachEventOfASyncOnce causes one event after the other, at a webhook, at Slack and by mail, beside a receiver that never answers,
// one that fails and one that is away.
func TestTells_eachEventOfASyncOnce(t *testing.T) {
	t.Parallel()
	h := &heard{
		box: newLetterbox(t, nil), dead: newLetterbox(t, make(chan struct{})), mail: mailtest.Serve(t, mailKey),
		chat: hook{"T0000TELL", "B0000TELL", "eeeeeeeeeeeeeeeeeeeeeeee"},
	}
	h.plant = told(t, server.Options{Org: openOrg(240)}, notify.Settings{
		Stall: 10 * time.Second, ColumnsLost: notify.DefaultColumnsLost, Receivers: h.receivers(t),
	})
	first := h.sync(t)
	one := h.came(t, "first_sync_complete")
	if one.Sync != first.Sync || !strings.Contains(one.Text, "of 239 reports have their columns") {
		t.Errorf("got %+v", one)
	}
	h.delaysNothing(t, one.ID)
	h.fails(t)
	h.blocks(t)
	h.stalls(t)
	h.holds(t)
	h.loses(t)
	h.waits(t, first.Sync)
	h.requireTold(t)
	h.requireAlike(t)
}

// delaysNothing wants the sync to have ended, and others to have had the message of its end, while a receiver still kept that.
func (h *heard) delaysNothing(t *testing.T, message string) {
	t.Helper()
	described, err := h.client.DescribeWorkflowExecution(t.Context(), "sync-acme", "")
	if err != nil {
		t.Fatal(err)
	}
	came, ended := time.Now(), described.GetWorkflowExecutionInfo().GetCloseTime().AsTime()
	if tried := h.dead.triedUntil(t, message); !ended.Before(tried) || !came.Before(tried) {
		t.Errorf("the sync ended at %s, its message had come by %s, and the receiver that hangs was given up at %s", ended, came, tried)
	}
}

// waits tells what a sync tells that has waited for an hour, which no test does: when it does so the tests of the workflow see.
func (h *heard) waits(t *testing.T, sync string) {
	t.Helper()
	start := func(n int, fact notify.Fact) {
		fact.Source, fact.Sync, fact.At = "acme", sync, time.Now().UTC()
		fact.ID = notify.IDOf("acme", sync, fact.Event, n)
		options := client.StartWorkflowOptions{ID: fact.ID, TaskQueue: workflows.TaskQueue}
		if _, err := h.client.ExecuteWorkflow(t.Context(), options, tell.NotifySourceType, fact); err != nil {
			t.Fatal(err)
		}
	}
	start(98, notify.Fact{Event: notify.Waiting, Since: time.Now().Add(-time.Hour), Why: "the API calls of the day are spent"})
	if one := h.came(t, "waiting"); !strings.Contains(one.Text, "are spent") {
		t.Errorf("got %+v", one)
	}
	start(99, notify.Fact{Event: notify.Recovered, Closes: []notify.Event{notify.Waiting}})
	if one := h.came(t, "recovered"); !slices.Equal(one.Over, []string{"waiting"}) {
		t.Errorf("got %+v", one)
	}
}

func (h *heard) fails(t *testing.T) {
	t.Helper()
	h.sim.SetSecretRotated(true)
	if err := h.begin(t).Get(t.Context(), nil); err == nil {
		t.Fatal("it logged in by an old secret")
	}
	h.sim.SetSecretRotated(false)
	if one := h.came(t, "failed"); !strings.Contains(one.Text, "secret") {
		t.Errorf("got %+v", one)
	}
}

// blocks ends with a sync that completes, which says that the failure is over too.
func (h *heard) blocks(t *testing.T) {
	t.Helper()
	describesTake(t, h.sim, 2*time.Second)
	before := described(h.sim)
	r := h.begin(t, workflows.Input{Mode: workflows.ModeFull})
	eventually(t, longest, func() bool { return described(h.sim) > before+20 })
	h.sim.SetSecretRotated(true)
	h.came(t, "blocked")
	h.sim.SetSecretRotated(false)
	describesTake(t, h.sim, 0)
	r.signal(t, workflows.ResumeSignal)
	r.result(t)
	if diff := cmp.Diff([]string{"blocked", "failed"}, h.came(t, "complete").Over); diff != "" {
		t.Errorf("it is over otherwise (-want +got):\n%s", diff)
	}
}

// stalls has describes that last longer than nothing may move.
func (h *heard) stalls(t *testing.T) {
	t.Helper()
	describesTake(t, h.sim, time.Minute)
	r := h.begin(t, workflows.Input{Mode: workflows.ModeFull})
	h.came(t, "stalled")
	if p := r.progress(t); p.Stalled == nil {
		t.Errorf("its progress says nothing of it: %+v", p)
	}
	describesTake(t, h.sim, 0)
	r.result(t)
	eventually(t, longest, func() bool { return slices.Contains(h.box.events(h.seen), "complete") })
	all := h.box.all()[h.seen:]
	over := 0
	for _, one := range all {
		if slices.Contains(one.Over, "stalled") {
			over++
		}
	}
	if over != 1 || len(all) > 2 { // by a message of its own, or by that of the end
		t.Errorf("after the stall came %+v", all)
	}
	h.seen += len(all)
}

func (h *heard) holds(t *testing.T) {
	t.Helper()
	if err := h.sim.Revoke("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	r := h.begin(t)
	h.came(t, "held")
	r.update(t, workflows.ApproveUpdate)
	r.result(t)
	if one := h.came(t, "complete"); !slices.Contains(one.Over, "held") {
		t.Errorf("got %+v", one)
	}
}

// loses takes a column from many reports, and others from the user.
func (h *heard) loses(t *testing.T) {
	t.Helper()
	h.churn(t, server.Churn{Lose: server.Picks{Number: 60}})
	h.churn(t, server.Churn{Deny: server.Picks{Number: 3}})
	h.sync(t, workflows.Input{Mode: workflows.ModeFull})
	eventually(t, longest, func() bool { return len(h.box.all()) >= h.seen+2 })
	events := h.box.events(h.seen)
	slices.Sort(events)
	if !slices.Equal(events, []string{"columns_lost", "gaps"}) {
		t.Errorf("got %v", events)
	}
	for _, one := range h.box.all()[h.seen:] {
		if !strings.Contains(one.Text, "columns are gone from") || !strings.Contains(one.Text, "% of all") {
			t.Errorf("%s says %q", one.Event, one.Text)
		}
	}
	h.seen += len(events)
}
