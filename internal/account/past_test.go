package account

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
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// thing is a record of the org as a sync found it.
type thing struct {
	kind                 item.Kind
	name, folder, extra  string // extra is the format of a report, and as whom a dashboard runs
	state                description.State
	reason               description.Reason
	columns              map[string]change.Column
	described, modified  int // numbers of the syncs
	first, since, report string
	delivered            map[string]string
	vanished             bool // it stands in the account for this sync only
}

// past is a source whose syncs follow each other in one bucket, and what each found.
type past struct {
	tb     testing.TB
	store  *staging.Store
	random *rand.Rand
	syncs  []staging.Sync
	found  []map[string]thing
}

func newPast(tb testing.TB, seed uint64) *past {
	tb.Helper()
	return &past{tb: tb, store: streamtest.Open(tb, "mem://"), random: rand.New(rand.NewPCG(seed, 1))}
}

func syncNumber(n int) staging.Sync {
	at := time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(n) * 12 * time.Hour)
	return staging.Sync{Source: "acme", ID: staging.SyncID(at, "ab12cd34")}
}

var prefixes = map[item.Kind]string{item.Report: "00O", item.Folder: "00l", item.Dashboard: "01Z", item.Component: "01a", item.User: "005"}

// churn is what the next sync finds: some records come, go, come back, and change.
func (p *past) churn() map[string]thing {
	number, before := len(p.syncs), map[string]thing{}
	if number > 0 {
		before = p.found[number-1]
	}
	now := map[string]thing{}
	some := func(of ...string) string { return of[p.random.IntN(len(of))] }
	for _, kind := range slices.Sorted(maps.Keys(prefixes)) {
		prefix := prefixes[kind]
		for n := range 25 {
			key := id(prefix, n+1)
			old, known := before[key]
			known = known && !old.vanished
			if p.random.IntN(6) == 0 { // absent, or gone
				continue
			}
			if known && p.random.IntN(3) > 0 {
				now[key] = old
				continue
			}
			one := thing{kind: kind, name: some("A", `B "b"`, "", "C é <c>"), folder: id("00l", p.random.IntN(3)), extra: some("x", "y")}
			one.state = description.StateListed
			switch kind {
			case item.Dashboard:
			case item.User:
				one = thing{kind: kind, state: description.StateListed}
			case item.Component:
				one.folder, one.extra, one.report = "", "", some("null", quoted(1+p.random.IntN(25)))
			case item.Folder:
				one.folder, one.extra = some("", id("00l", 1)), ""
			case item.Report:
				p.describe(&one, number)
				if known && p.random.IntN(3) == 0 {
					one.modified = old.modified
				}
			}
			now[key] = one
		}
	}
	return now
}

func (p *past) describe(one *thing, number int) {
	one.described, one.modified = number, number
	states := []description.State{
		description.StateDescribed, description.StateDescribed, description.StateDenied, description.StateFailed,
		description.StateObsolete, description.StateGone,
	}
	one.state = states[p.random.IntN(len(states))]
	switch one.state {
	case description.StateDenied:
		one.reason = description.ReasonNoAccess
	case description.StateFailed:
		one.reason = description.ReasonThrottled
	case description.StateObsolete, description.StateGone:
		one.reason = description.Reason(one.state)
	default:
		one.columns = map[string]change.Column{}
		for _, name := range []string{"Name", "Amount", `Odd "one"`} {
			if p.random.IntN(3) > 0 {
				one.columns[name] = change.Column{Label: []string{"a", "b<"}[p.random.IntN(2)], Type: "string"}
			}
		}
	}
}

// line is a record of the inventory.
func (one *thing) line(key string) string {
	record := map[string]any{"Name": one.name, "CreatedById": id("005", 1), "LastModifiedById": id("005", 2)}
	switch one.kind {
	case item.Report:
		record["OwnerId"], record["Format"] = one.folder, one.extra
	case item.Dashboard:
		delete(record, "Name")
		record["Title"], record["FolderId"], record["RunningUserId"] = one.name, one.folder, one.extra
	case item.Folder:
		record["ParentId"] = one.folder
	case item.Component:
		record["DashboardId"], record["CustomReportId"] = id("01Z", 1), json.RawMessage(one.report)
	case item.User:
		record = map[string]any{"Email": "someone@example.com"}
	}
	raw, err := json.Marshal(record)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"attributes":{},"Id":%q,%s`, key, raw[1:])
}

func (one *thing) description(key string, number int) string {
	d := description.Description{
		ID: key, State: one.state, Reason: one.reason, Modified: fmt.Sprint(one.modified), At: describedAt(one.described),
	}
	if one.state == description.StateDescribed && one.described != number {
		d.State = description.StateReused
	}
	if one.state.HasColumns() {
		infos := map[string]map[string]any{}
		for name, c := range one.columns {
			infos[name] = map[string]any{"dataType": c.Type, "label": c.Label, "filterValues": []any{map[string]any{"label": "x"}}}
		}
		extended, err := json.Marshal(map[string]any{"detailColumnInfo": infos})
		if err != nil {
			panic(err)
		}
		d.ReportMetadata, d.ReportExtendedMetadata = []byte(`{"name":"x","reportType":{"label":"T","type":"T__c"}}`), extended
	}
	line, err := d.Append(nil)
	if err != nil {
		panic(err)
	}
	return string(line)
}

func describedAt(number int) time.Time { return time.Date(2026, 1, 1+number, 0, 0, 0, 5e6, time.UTC) }

// stage puts what a sync found into the bucket.
func (p *past) stage(sync staging.Sync, number int, found map[string]thing) {
	p.tb.Helper()
	kinds := map[item.Kind]listing.Kind{
		item.Report: listing.Reports, item.Folder: listing.Folders, item.Dashboard: listing.Dashboards, item.Component: listing.Components,
		item.User: listing.Users,
	}
	for kind, plural := range kinds {
		var lines, described []string
		for _, key := range slices.Sorted(maps.Keys(found)) {
			if one := found[key]; one.kind == kind && !one.vanished {
				lines, described = append(lines, one.line(key)), append(described, one.description(key, number))
			}
		}
		streamtest.Write(p.tb, p.store, sync.Inventory(string(plural)), lines...)
		if kind == item.Report {
			streamtest.Write(p.tb, p.store, sync.Described(), described...)
		}
	}
}

// next runs one more sync and returns its record. What it found is completed by what the account should say of it.
func (p *past) next(delivers, delivered bool) history.Record {
	p.tb.Helper()
	number, sync, found := len(p.syncs), syncNumber(len(p.syncs)), p.churn()
	p.stage(sync, number, found)
	lookUp := listing.LookUpInput{Client: nobody{}, Store: p.store, Sync: sync, OrgID: orgtest.Me.OrgID}
	if number > 0 {
		last := history.Record{Sync: p.syncs[number-1].ID, Source: "acme", Identity: orgtest.Me}
		lookUp.Last = last.LastSync()
	}
	if _, err := listing.LookUpMissing(p.tb.Context(), lookUp); err != nil {
		p.tb.Fatal(err)
	}
	if err := p.store.WriteJSON(p.tb.Context(), sync.Start(), history.Start{Deliver: delivers}); err != nil {
		p.tb.Fatal(err)
	}
	written, err := Write(p.tb.Context(), Input{Store: p.store, Sync: sync}, Manifest{Identity: orgtest.Me})
	if err != nil || len(written.Warnings) > 0 {
		p.tb.Fatal(err, written.Warnings)
	}
	p.remember(sync, found)
	record := history.Record{
		Sync: sync.ID, Source: "acme", Identity: orgtest.Me, Uploaded: delivered,
		Exports: map[string]history.Delivery{"castor": {Delivered: delivered}, "other": {}},
	}
	if err := record.Take(p.tb.Context(), p.store, sync); err != nil {
		p.tb.Fatal(err)
	}
	if err := p.store.WriteJSON(p.tb.Context(), staging.RecordKey("acme", sync.ID), record); err != nil {
		p.tb.Fatal(err)
	}
	return record
}
