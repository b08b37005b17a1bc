package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
)

// many is one Temporal with one worker for many sources.
type many struct {
	works
	starter string // path of the program
}

func newMany(t *testing.T, sources []source.Source) *many {
	t.Helper()
	dir := t.TempDir()
	registry, err := source.NewRegistry(sources...)
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{DataDir: dir, Sources: registry}
	return &many{newWorks(t, temporaldev.Options{}, dir, settings, zap.NewNop()), program(t, starter)}
}

// lane is a simulated org, the faults that syncs of it meet one after the other, and what an undisturbed sync brings.
type lane struct {
	*many
	sim     *server.Server
	name    string
	reports int
	faults  []string // by name, or everyFault
	brief   bool     // its tokens last for a moment

	undisturbed extracted
	accounted   account
}

// everyFault stands for all faults at once.
const everyFault = "all together"

// atListing ends the name of the sync that meets a fault as it lists the reports; a source's name has at most 40 letters.
const atListing = " listed"

// manyLogins are the faults that end more sessions than a source may open in an hour.
var manyLogins = map[string]bool{"session_expired": true, everyFault: true}

// source is the source of a lane that meets a fault: each has its own, so that nothing is reused.
func (l *lane) source(name string) source.Source {
	ready := l.sim.Ready()
	inFlight := 0 // the usual
	if strings.HasSuffix(name, atListing) {
		inFlight = 1 // so that the kinds are listed one after the other
	}
	return source.Source{
		MaxInFlight: inFlight, UnboundedLogins: l.brief || manyLogins[name],
		Name: l.sourceName(name),
		Salesforce: source.Salesforce{
			BaseURL: ready.Salesforce, ClientID: ready.ClientID, ClientSecret: source.Held(ready.ClientSecret),
		},
		Exports: castor.Catalog{
			URL: ready.Catalog, SourceID: ready.SourceID, Token: source.Held(ready.CatalogToken), PublicAPI: ready.Catalog + server.PublicPath,
		}.Exports(),
		Quota: source.Quota{Ceiling: 100, Share: 100, Probe: time.Second},
	}
}

func (l *lane) sourceName(name string) string {
	return l.name + "-" + strings.NewReplacer("_", "-", " ", "-").Replace(name)
}

// sources are those of all that the lane runs.
func (l *lane) sources() []source.Source {
	all := []source.Source{l.source("undisturbed")}
	for _, name := range l.faults {
		all = append(all, l.source(name), l.source(name+atListing))
	}
	return all
}

// meeting is one sync that met faults, and how it ended.
type meeting struct {
	result  workflows.Result
	exit    int
	class   fault.Class // of a failure
	message string
	blocked []activities.Failure // for what, each time
	waited  bool                 // for longer than an operator had patience
	begun   int                  // describes
}

// sync runs a source with `sync --json`, and does meanwhile what an operator would.
func (l *lane) sync(t *testing.T, o *fixer) (m meeting) {
	t.Helper()
	name := o.sync
	type end struct {
		ended
		err error
	}
	over := make(chan end, 1)
	before := described(l.sim)
	ctx, cancel := context.WithTimeout(t.Context(), 5*longest) // that meets everything
	defer cancel()
	if !o.armed && o.due(nil, 0) {
		o.arm(t) // the first thing that a sync asks may be what a fault strikes
	}
	go func() {
		got, err := started(ctx, []string{"TEMPORAL_ADDRESS=" + l.address}, l.starter, "sync", l.sourceName(name), "--json")
		over <- end{got, err}
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case last := <-over:
			if last.err != nil {
				t.Fatal(last.err)
			}
			m.begun = described(l.sim) - before
			m.read(t, last.ended)
			return m
		case <-tick.C:
		}
		o.look(t, &m, l.progress(ctx, name), described(l.sim)-before)
	}
}

// progress is how far the sync is; nil while there is none to ask.
func (l *lane) progress(ctx context.Context, name string) *workflows.Progress {
	answer, err := l.client.QueryWorkflow(ctx, workflows.SyncID(l.sourceName(name)), "", workflows.ProgressQuery)
	var p workflows.Progress
	if err != nil || answer.Get(&p) != nil {
		return nil
	}
	return &p
}

// read takes what the program printed.
func (m *meeting) read(t *testing.T, got ended) {
	t.Helper()
	m.exit = got.code
	if got.code == 0 {
		if err := json.Unmarshal([]byte(got.stdout), &m.result); err != nil {
			t.Fatalf("%q: %v", got.stdout, err)
		}
		return
	}
	var shown struct {
		Error struct {
			Class   fault.Class
			Message string
			Exit    int `json:"exit_code"`
		}
	}
	if err := json.Unmarshal([]byte(lastLine(got.stderr)), &shown); err != nil || shown.Error.Exit != got.code {
		t.Errorf("the program ended with %d and said %q: %v", got.code, lastLine(got.stderr), err)
	}
	m.class, m.message = shown.Error.Class, shown.Error.Message
}

// fixer is an operator: it makes trouble at the right time, and fixes it when a sync stands still for it.
type fixer struct {
	sim    *server.Server
	sync   string           // the name of what it stands by
	signal func(*testing.T) // resume

	list    []server.Fault
	late    int  // describes after which the faults begin; from the start when zero
	listing bool // they begin when the folders are listed, and the reports are next
	armed   bool
	hits    int
	until   time.Time                    // of the block that it has fixed
	fixed   func(server.FaultState) bool // whether a fault that was met is one that an operator fixes; nil: all are
	waiting time.Time
}

// patienceOf is for how long an operator lets a sync wait before it looks why.
const patienceOf = 3 * time.Second

func (o *fixer) look(t *testing.T, m *meeting, p *workflows.Progress, described int) {
	t.Helper()
	if !o.armed && o.due(p, described) {
		o.arm(t)
	}
	switch {
	case p == nil || p.Waiting == "":
		o.waiting = time.Time{}
	case p.Phase == workflows.PhaseBlocked:
		o.unblock(t, m, p)
	case p.Phase == workflows.PhaseHeld || p.Phase == workflows.PhasePaused:
		t.Errorf("the sync is %s: %s", p.Phase, p.Waiting)
	case o.waiting.IsZero():
		o.waiting = time.Now()
	case time.Since(o.waiting) > patienceOf:
		m.waited, o.waiting = true, time.Time{}
		o.fix(t)
		o.signal(t)
	}
}

// due says whether it is time for the faults to begin.
func (o *fixer) due(p *workflows.Progress, described int) bool {
	if o.listing {
		return p != nil && p.Phase == workflows.PhaseEnumerate && p.Kinds.Folders > 0
	}
	return described >= o.late
}

// unblock fixes a block and resumes the sync, which shows it for a moment longer.
func (o *fixer) unblock(t *testing.T, m *meeting, p *workflows.Progress) {
	t.Helper()
	switch {
	case p.Until == nil || p.Blocked == nil:
		t.Errorf("the sync is blocked, and does not say until when and for what: %+v", p)
	case !p.Until.Equal(o.until):
		o.until = *p.Until
		m.blocked = append(m.blocked, *p.Blocked)
		o.fix(t)
		o.signal(t)
	}
}

// arm begins the trouble.
func (o *fixer) arm(t *testing.T) {
	t.Helper()
	o.armed = true
	if err := o.sim.SetFaults(o.list); err != nil {
		t.Fatal(err)
	}
}

// rest ends the trouble without fixing anything: it begins again in the next sync.
func (o *fixer) rest(t *testing.T) {
	t.Helper()
	for _, state := range o.sim.Faults() {
		if o.armed {
			o.hits += state.Hits
		}
	}
	o.armed = false
	if err := o.sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
}

// fix ends the trouble that was met, and counts it.
func (o *fixer) fix(t *testing.T) {
	t.Helper()
	var left []server.Fault
	var over []string
	for _, state := range o.sim.Faults() {
		if o.fixed != nil && (state.Hits == 0 || !o.fixed(state)) {
			left = append(left, state.Fault)
			continue
		}
		o.hits += state.Hits
		over = append(over, state.Fault.Name)
	}
	o.list = left
	if err := o.sim.RemoveFaults(over...); err != nil {
		t.Fatal(err)
	}
}

// resume lets a sync of the lane go on.
func (l *lane) resume(name string) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		err := l.client.SignalWorkflow(t.Context(), workflows.SyncID(l.sourceName(name)), "", workflows.ResumeSignal, nil)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Log(fmt.Errorf("resume: %w", err)) // it ended meanwhile
		}
	}
}
