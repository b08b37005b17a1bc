package desk_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/notify/words"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

var start = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// syncOf is the id of the sync that began n days after the first.
func syncOf(n int) string { return staging.SyncID(start.AddDate(0, 0, n), "ab12cd34") }

// place is a desk over a bucket in memory, whose receivers keep what they get.
type place struct {
	*desk.Desk
	t *testing.T

	fails map[string]bool // receivers that take nothing

	mu  sync.Mutex
	got map[string][]notify.Message // by receiver
}

func open(t *testing.T, receivers ...notify.Configured) *place {
	t.Helper()
	p := &place{t: t, fails: map[string]bool{}, got: map[string][]notify.Message{}}
	p.Desk = &desk.Desk{
		Store: streamtest.Open(t, "mem://"), Settings: notify.Settings{ColumnsLost: notify.DefaultColumnsLost, Receivers: receivers},
		Own: func(string) source.Notify { return nil }, Send: p.send, Logger: zap.NewNop(),
		Links: func(context.Context) words.Links { return words.Links{} },
	}
	return p
}

func (p *place) send(_ context.Context, message notify.Message, asking []notify.Asking) []notify.Told {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := []notify.Told{}
	for _, a := range asking {
		if !a.Asks(message) {
			continue
		}
		one := notify.Told{ID: message.ID, Event: message.Event, Receiver: a.Name, At: message.At}
		if p.fails[a.Name] {
			one.Failure = "it is away"
		} else {
			p.got[a.Name] = append(p.got[a.Name], message)
		}
		told = append(told, one)
	}
	return told
}

// tell tells a fact, and gives the events of the messages that each receiver got since the last call.
func (p *place) tell(fact notify.Fact) map[string][]notify.Event {
	p.t.Helper()
	p.got = map[string][]notify.Message{}
	fact.Source = "acme"
	if fact.ID == "" {
		fact.ID = "notify-acme-" + fact.Sync + "-" + string(fact.Event)
	}
	if _, err := p.Tell(p.t.Context(), fact); err != nil {
		p.t.Fatal(err)
	}
	events := map[string][]notify.Event{}
	for name, all := range p.got {
		for _, message := range all {
			events[name] = append(events[name], message.Event)
		}
		slices.Sort(events[name])
	}
	return events
}

func (p *place) want(what string, got, want map[string][]notify.Event) {
	p.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// record leaves the record of the n-th sync.
func (p *place) record(n int, change func(*history.Record)) string {
	p.t.Helper()
	r := history.Record{Source: "acme", Outcome: "complete", Uploaded: true, Coverage: 1, APICalls: 100, Started: start.AddDate(0, 0, n)}
	r.Finished = r.Started.Add(time.Hour)
	if change != nil {
		change(&r)
	}
	if err := p.Store.WriteJSON(p.t.Context(), staging.RecordKey("acme", syncOf(n)), r); err != nil {
		p.t.Fatal(err)
	}
	return syncOf(n)
}

// ended is the end of the n-th sync.
func ended(n int, event notify.Event) notify.Fact {
	outcome := string(event)
	if event == notify.Recovered {
		outcome = "cancelled"
	}
	return notify.Fact{Event: event, Sync: syncOf(n), Outcome: outcome, At: start.AddDate(0, 0, n).Add(time.Hour)}
}

// logs leaves a change log.
func (p *place) logs(to, from string, changes ...change.Change) {
	p.t.Helper()
	var lines []string
	for _, one := range changes {
		line, err := one.Append(nil)
		if err != nil {
			p.t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	streamtest.Write(p.t, p.Store, staging.ChangesKey("acme", to, from), lines...)
}

func (p *place) standing(event notify.Event) desk.Standing {
	p.t.Helper()
	all, err := desk.ReadStanding(p.t.Context(), p.Store, "acme")
	if err != nil {
		p.t.Fatal(err)
	}
	return all[event]
}
