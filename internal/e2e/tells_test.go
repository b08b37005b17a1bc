package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/notify"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
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

// heard is an installation with a webhook that gets every message, and one that never answers.
type heard struct {
	*plant
	box, dead *letterbox
	seen      int // messages that were looked at
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

// TestTells_eachEventOfASyncOnce causes one event after the other, beside a receiver that never answers.
func TestTells_eachEventOfASyncOnce(t *testing.T) {
	t.Parallel()
	h := &heard{box: newLetterbox(t, nil), dead: newLetterbox(t, make(chan struct{}))}
	h.plant = told(t, server.Options{Org: openOrg(240)}, notify.Settings{
		Stall: 10 * time.Second, ColumnsLost: notify.DefaultColumnsLost,
		Receivers: []notify.Configured{h.dead.receiver("dead", askable()...), h.box.receiver("hook", askable()...)},
	})
	began := time.Now()
	first := h.sync(t)
	t.Logf("the first sync took %s, and one receiver hangs", time.Since(began))
	if one := h.came(t, "first_sync_complete"); one.Sync != first.Sync || !strings.Contains(one.Text, "of 239 reports have their columns") {
		t.Errorf("got %+v", one)
	}
	h.fails(t)
	h.blocks(t)
	h.stalls(t)
	h.holds(t)
	h.loses(t)
	h.requireTold(t, h.box, h.dead)
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
}

// requireTold checks what holds for all messages.
func (p *plant) requireTold(t *testing.T, box, dead *letterbox) {
	t.Helper()
	ids := map[string]int{}
	for _, one := range box.all() {
		if ids[one.ID]++; ids[one.ID] > 1 {
			t.Errorf("%s came twice", one.ID)
		}
	}
	ready := p.sim.Ready()
	log, err := os.ReadFile(filepath.Join(p.dir, "worker.log"))
	if err != nil {
		t.Fatal(err)
	}
	all := string(log) + strings.Join(box.bodies, "\n")
	for _, prefix := range []string{staging.ToldSyncs("acme"), staging.StandingPrefix("acme"), staging.PagePrefix("acme")} {
		for key, err := range p.store.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			text, err := p.store.Read(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			all += string(text)
		}
	}
	for _, secret := range []string{ready.ClientSecret, ready.CatalogToken, hookKey, strings.TrimPrefix(hookKey, "whsec_"), hookPath} {
		if strings.Contains(all, secret) {
			t.Error("a secret stands in a message, the log or the bucket")
		}
	}
	if len(box.wrong)+len(dead.wrong) > 0 || len(dead.all()) == 0 {
		t.Errorf("%d messages came to the dead receiver; not verified: %v, %v", len(dead.all()), box.wrong, dead.wrong)
	}
	var marked bool
	for key, err := range p.store.List(t.Context(), staging.ToldSyncs("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.store.Read(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		marked = marked || strings.Contains(string(text), `"receiver":"dead"`) && strings.Contains(string(text), `"failure":`)
	}
	if !marked {
		t.Error("the bucket does not say that a receiver gave no answer")
	}
}
