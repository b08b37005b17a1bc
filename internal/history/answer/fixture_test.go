package answer

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

const source = "acme"

// idOf is the Id of the n-th record of an object.
func idOf(prefix string, n int) string {
	id, err := salesforce.ID18(fmt.Sprintf("%s5g%010d", prefix, n))
	if err != nil {
		panic(err)
	}
	return id
}

// thing is a record at one moment.
type thing struct {
	kind    item.Kind
	fields  change.Fields
	columns map[string]change.Column
}

func (t *thing) clone() *thing {
	return &thing{kind: t.kind, fields: maps.Clone(t.fields), columns: maps.Clone(t.columns)}
}

// moment is an org at one sync.
type moment map[string]*thing

// compare is the plain comparison of two moments.
func compare(was, now moment) map[string]change.Change {
	all := map[string]change.Change{}
	ids := map[string]bool{}
	for id := range was {
		ids[id] = true
	}
	for id := range now {
		ids[id] = true
	}
	for id := range ids {
		a, b := was[id], now[id]
		c := change.Change{ID: id, Was: change.Fields{}, Now: change.Fields{}, Columns: map[string]change.ColumnChange{}}
		switch {
		case a == nil:
			c.Kind, c.Added, c.Now, c.Name = b.kind, true, b.fields, b.fields[change.Name]
		case b == nil:
			c.Kind, c.Gone, c.Was, c.Name = a.kind, true, a.fields, a.fields[change.Name]
		default:
			c.Kind, c.Name = b.kind, b.fields[change.Name]
			for _, field := range []string{change.Name, change.Folder, change.Format, change.RunningUser, change.State, change.Reason} {
				if a.fields[field] != b.fields[field] {
					c.Was[field], c.Now[field] = a.fields[field], b.fields[field]
				}
			}
		}
		for side, t := range []*thing{a, b} {
			if t == nil {
				continue
			}
			for name, column := range t.columns {
				both := c.Columns[name]
				both[side] = &column
				c.Columns[name] = both
			}
		}
		for name, both := range c.Columns {
			if both[0] != nil && both[1] != nil && *both[0] == *both[1] {
				delete(c.Columns, name)
			}
		}
		if !c.None() {
			all[id] = c
		}
	}
	return all
}

// world is a source with the syncs that the test gives it.
type world struct {
	t       testing.TB
	store   *staging.Store
	start   time.Time
	syncs   []string
	moments []moment
	since   map[string]*[2]string // first seen and since, by Id
	engine  *Engine
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, store: streamtest.Open(t, "mem://"), start: time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC), since: map[string]*[2]string{}}
	w.engine = &Engine{Store: w.store, Source: source, Now: func() time.Time { return w.start.Add(time.Duration(len(w.syncs)) * 12 * time.Hour) }}
	return w
}

// id is the id of the sync that comes next.
func (w *world) id() string {
	n := len(w.syncs)
	return staging.SyncID(w.start.Add(time.Duration(n)*12*time.Hour), fmt.Sprintf("%08x", n))
}

// sync keeps a moment as a sync does: its record, its account, and what changed since the last sync.
func (w *world) sync(now moment, edit ...func(*history.Record)) string {
	w.t.Helper()
	id := w.id()
	w.account(id, now)
	previous := ""
	if n := len(w.syncs); n > 0 {
		previous = w.syncs[n-1]
		w.log(id, previous, compare(w.moments[n-1], now))
	}
	record := history.Record{
		Source: source, Started: began(id), Finished: began(id).Add(time.Hour), Outcome: "complete", Coverage: 1, Compared: previous,
		Identity: description.Identity{OrgID: idOf("00D", 1), UserID: idOf("005", 1)},
		Files: map[string][]staging.Object{"castor": {
			{Key: "1-reports_metadata.json"},
			{Key: "1-reports.json"},
			{Key: "1-dashboard_components.json"},
			{Key: "1-dashboards.json"},
			{Key: "1-folders.json"},
		}},
	}
	for _, one := range edit {
		one(&record)
	}
	w.json(staging.RecordKey(source, id), &record)
	w.syncs, w.moments = append(w.syncs, id), append(w.moments, now)
	return id
}

func (w *world) json(key string, v any) {
	w.t.Helper()
	if err := w.store.WriteJSON(w.t.Context(), key, v); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) log(to, from string, changes map[string]change.Change) {
	w.t.Helper()
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		c := changes[id]
		raw, err := c.Append(nil)
		if err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, string(raw))
	}
	streamtest.Write(w.t, w.store, staging.ChangesKey(source, to, from), lines...)
}

func (w *world) account(id string, now moment) {
	w.t.Helper()
	var lines []string
	var before, earlier moment
	if n := len(w.moments); n > 0 {
		before, earlier = w.moments[n-1], w.moments[max(n-2, 0)]
	}
	for _, one := range slices.Sorted(maps.Keys(now)) {
		t := now[one]
		if t.kind == item.User {
			continue
		}
		if w.since[one] == nil || before[one] == nil && earlier[one] == nil { // what two syncs in a row did not have begins anew
			w.since[one] = &[2]string{id, id}
		}
		if was := before[one]; was == nil || was.fields[change.State] != t.fields[change.State] {
			w.since[one][1] = id
		}
		state := description.State(t.fields[change.State])
		if state == "" {
			state = description.StateListed
		}
		raw, err := json.Marshal(item.Item{
			ID: one, Kind: t.kind, Name: t.fields[change.Name], Folder: t.fields[change.Folder], State: state, Reason: t.fields[change.Reason],
			CreatedBy: idOf("005", 7), FirstSeen: w.since[one][0], Since: w.since[one][1], Dashboard: t.fields["dashboard"],
		})
		if err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, string(raw))
	}
	streamtest.Write(w.t, w.store, staging.AccountKey(source, id), lines...)
}

// churn makes a random org and changes some of it at random for each further moment.
type churn struct{ *rand.Rand }

func (r churn) thing(kind item.Kind) *thing {
	t := &thing{kind: kind, fields: change.Fields{}, columns: map[string]change.Column{}}
	if kind == item.User {
		return t
	}
	t.fields[change.Name] = fmt.Sprintf("%s %d", kind, r.IntN(1000))
	if kind == item.Report || kind == item.Dashboard {
		t.fields[change.Folder] = idOf("00l", r.IntN(5))
	}
	if kind == item.Dashboard {
		t.fields[change.RunningUser] = idOf("005", r.IntN(3))
	}
	if kind == item.Report {
		t.fields[change.Format] = "Tabular"
		t.fields[change.State] = string(description.StateDescribed)
		for range 1 + r.IntN(4) {
			t.columns[fmt.Sprintf("C%d", r.IntN(6))] = r.column()
		}
	}
	return t
}

func (r churn) column() change.Column {
	return change.Column{Label: fmt.Sprintf("Label %d", r.IntN(3)), Type: []string{"string", "double"}[r.IntN(2)]}
}

// next is the org at the next sync: up to some of its records are others.
func (r churn) next(now moment, changes int) moment {
	next := maps.Clone(now)
	for range changes {
		kind := []item.Kind{item.Report, item.Report, item.Report, item.Dashboard, item.Component, item.Folder, item.User}[r.IntN(7)]
		prefix := map[item.Kind]string{item.Report: "00O", item.Dashboard: "01Z", item.Component: "01a", item.Folder: "00l", item.User: "005"}[kind]
		id := idOf(prefix, r.IntN(30))
		t := next[id]
		switch {
		case t == nil:
			next[id] = r.thing(kind)
			continue
		case r.IntN(4) == 0:
			delete(next, id)
			continue
		}
		t = t.clone()
		next[id] = t
		switch fresh := r.thing(kind); r.IntN(4) {
		case 0:
			maps.Copy(t.fields, fresh.fields)
		case 1:
			t.columns = fresh.columns
		case 2:
			t.fields[change.Format] = []string{"Tabular", "Summary"}[r.IntN(2)]
		case 3:
			if kind == item.Report {
				reason := []description.Reason{description.ReasonNoAccess, description.ReasonServerError, description.ReasonThrottled}[r.IntN(3)]
				t.fields[change.State], t.fields[change.Reason], t.columns = string(stateOf(reason)), string(reason), nil
			}
		}
		if t.fields[change.State] == string(description.StateDescribed) {
			delete(t.fields, change.Reason)
		} else {
			t.columns = nil
		}
		if kind != item.Report {
			delete(t.fields, change.Format)
		}
	}
	return next
}

// grown is a world with some syncs of a random org.
func grown(t testing.TB, seed uint64, syncs, changes int) *world {
	t.Helper()
	w, r := newWorld(t), churn{rand.New(rand.NewPCG(seed, 1))}
	now := r.next(moment{}, 60)
	for range syncs {
		w.sync(now)
		now = r.next(now, changes)
	}
	return w
}
