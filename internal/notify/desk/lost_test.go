package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/notify"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// loses is a report that loses its first n columns.
func loses(report, n int) change.Change {
	c := change.Change{ID: streamtest.ReportID(report), Kind: item.Report, Name: fmt.Sprintf("Report %d", report)}
	c.Columns = map[string]change.ColumnChange{}
	for i := range n {
		c.Columns[fmt.Sprintf("C%d", i)] = change.ColumnChange{{Label: "L", Type: "string"}, nil}
	}
	return c
}

// described leaves the reports of a sync, by how many columns each has. Every third lies in somebody's private folder.
func (p *place) described(sync string, columns ...int) {
	p.t.Helper()
	var lines, account []string
	for n, count := range columns {
		infos := make([]string, count)
		for i := range infos {
			infos[i] = fmt.Sprintf(`"K%d":{"label":"L","dataType":"string"}`, i)
		}
		d := description.Description{
			ID: streamtest.ReportID(n), State: description.StateDescribed, Modified: "2026-01-01T00:00:00.000+0000", At: start, Type: "Account",
			ReportMetadata: []byte(`{"name":"x"}`), ReportExtendedMetadata: []byte(`{"detailColumnInfo":{` + strings.Join(infos, ",") + `}}`),
		}
		line, err := d.Append(nil)
		if err != nil {
			p.t.Fatal(err)
		}
		lines = append(lines, string(line))
		one := item.Item{ID: d.ID, Kind: item.Report, Name: "x", Folder: "00l000000000001AAA", State: d.State, FirstSeen: sync}
		if n%3 == 0 {
			one.Folder = "005000000000001AAA"
		}
		if line, err = one.Append(nil); err != nil {
			p.t.Fatal(err)
		}
		account = append(account, string(line))
	}
	streamtest.Write(p.t, p.Store, staging.Sync{Source: "acme", ID: sync}.Described(), lines...)
	streamtest.Write(p.t, p.Store, staging.AccountKey("acme", sync), account...)
}

func TestTell_columnsThatAreLost(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "ops"}, notify.Configured{Name: "all", Events: []notify.Event{notify.Complete}})
	first := p.record(0, nil)
	p.tell(ended(0, notify.Complete))
	lost := func(r *history.Record) {
		r.Compared, r.Changes = first, change.Counts{item.Report: {Lost: 3, LostColumns: 13}}
	}
	second := p.record(1, lost)
	p.described(second, 20, 20, 20, 20) // 80 are left
	gone := loses(9, 7)
	gone.Gone = true
	denied := loses(1, 3)
	denied.Was, denied.Now = change.Fields{change.State: "described"}, change.Fields{change.State: "denied"}
	p.logs(second, first, loses(0, 6), denied, loses(2, 4), gone)
	p.want("13 of 100", p.tell(ended(1, notify.Complete)), events{"ops": {notify.ColumnsLost}, "all": {notify.Complete}})
	message := p.got["ops"][0]
	for _, says := range []string{
		"13 columns are gone from 3 reports, 13.0% of all.", `Most are gone from "Report 2" (4), "Report 1" (3) and 1 more.`,
	} {
		if !strings.Contains(message.Text, says) {
			t.Errorf("it does not say %q: %q", says, message.Text)
		}
	}
	if main := p.got["all"][0]; !strings.Contains(main.Text, "13 columns are gone") || main.ID == message.ID {
		t.Errorf("the message of the end has the id %s and says %q", main.ID, main.Text)
	}
	if keys := streamtest.Keys(t, p.Store, staging.ToldPrefix("acme", second)); len(keys) != 2 {
		t.Errorf("the markers are %v", keys)
	}

	p.Settings.ColumnsLost = 13
	third := p.record(2, lost)
	p.logs(third, first, loses(0, 6), denied, loses(2, 4), gone)
	p.described(third, 20, 20, 20, 20)
	p.want("no more than the share", p.tell(ended(2, notify.Complete)), events{"all": {notify.Complete}})
}

func TestTell_theWeek(t *testing.T) {
	t.Parallel()
	p := open(t, notify.Configured{Name: "mail", Events: []notify.Event{notify.Digest}})
	week := notify.Fact{ID: "notify-acme-digest-2026w48", Event: notify.Digest, At: start.AddDate(0, 0, 7), Since: start.Truncate(24 * time.Hour)}
	week.Until = week.Since.AddDate(0, 0, 7)
	p.want("nothing was ever synced", p.tell(week), events{})

	before := p.record(-3, nil)
	var last string
	for n := range 5 {
		last = p.record(n, func(r *history.Record) {
			r.Audits = map[string]history.Audit{"Account": {Audited: 9, Drifted: 1}}
			r.Waits = map[string]float64{history.WaitQuota: 3600}
		})
		p.logs(last, before, change.Change{ID: streamtest.ReportID(n), Kind: item.Report, Name: "New", Added: true, Now: change.Fields{change.Name: "New"}})
		before = last
	}
	p.record(8, nil) // after the week
	end := history.End{Outcome: "failed", APICalls: 5}
	if err := p.Store.WriteJSON(t.Context(), staging.Sync{Source: "acme", ID: staging.SyncID(start.AddDate(0, 0, 5), "x")}.End(), end); err != nil {
		t.Fatal(err)
	}
	p.want("the week", p.tell(week), events{"mail": {notify.Digest}})
	text := p.got["mail"][0].Text
	for _, says := range []string{
		"From 23 Nov to 30 Nov: 5 syncs delivered, 1 failed.", "5 reports added", "Drift: 5 reports have other columns",
		"505 API calls", "5.0 h for API calls",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("it does not say %q: %q", says, text)
		}
	}
	p.want("once", p.tell(week), events{})
	if keys := streamtest.Keys(t, p.Store, staging.ToldPrefix("acme", "")); !slices.Equal(keys, []string{week.ID + ".json"}) {
		t.Errorf("the markers are %v", keys)
	}
}
