package lookback

import (
	"encoding/json"
	"fmt"
	"testing"

	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

func (p *plant) engine() *answer.Engine {
	return &answer.Engine{Store: p.store, Source: acme, Now: p.sim.Now}
}

// said is what the answer of diff says from one sync to another, over all its pages, in the words of compare, and its totals.
func (p *plant) said(t *testing.T, from, to string) (lines []string, totals change.Counts) {
	t.Helper()
	q := answer.Query{Question: answer.AskDiff, From: from, To: to}
	for page := 0; ; page++ {
		d, err := p.engine().Diff(t.Context(), q)
		if err != nil {
			t.Fatalf("diff %s %s: %v", from, to, err)
		}
		if d.From != from || d.To != to {
			t.Fatalf("diff of %s and %s answers of %s and %s", from, to, d.From, d.To)
		}
		text, err := json.Marshal(d)
		if err != nil || len(text) > answer.PageBytes {
			t.Fatalf("page %d of a diff has %d bytes: %v", page, len(text), err)
		}
		if page == 0 {
			totals = d.Totals
		}
		lines = append(lines, linesOf(t, d)...)
		if d.Cursor == "" {
			return lines, totals
		}
		q.Cursor = d.Cursor
	}
}

func linesOf(t *testing.T, d *answer.Diff) (lines []string) {
	t.Helper()
	say := func(kind item.Kind, id, what string, args ...any) {
		lines = append(lines, string(kind)+" "+id+" "+fmt.Sprintf(what, args...))
	}
	changed := func(kind item.Kind, what string, all []answer.Renamed) {
		for _, one := range all {
			say(kind, one.ID, "%s %q to %q", what, one.Was, one.Now)
		}
	}
	for kind, of := range map[item.Kind]answer.RecordChanges{
		item.Report: d.Reports.RecordChanges, item.Dashboard: d.Dashboards, item.Component: d.Components, item.Folder: d.Folders,
	} {
		for _, one := range of.Added {
			say(kind, one.ID, "added %q in %s", one.Name, one.Folder)
		}
		for _, one := range of.Gone {
			say(kind, one.ID, "gone %q in %s", one.Name, one.Folder)
		}
		changed(kind, "renamed", of.Renamed)
		changed(kind, "moved", of.Moved)
		changed(kind, "runs as", of.RunningUser)
	}
	changed(item.Report, "format", d.Reports.Format)
	for _, one := range d.Reports.State {
		say(item.Report, one.ID, "state %s to %s %s", one.Was, one.Now, one.Reason)
	}
	for _, one := range d.Reports.Columns {
		for _, key := range one.Lost {
			say(item.Report, one.ID, "lost %s", key)
		}
		for _, key := range one.Gained {
			say(item.Report, one.ID, "gained %s", key)
		}
		for _, c := range one.Changed {
			say(item.Report, one.ID, "column %s %v to %v", c.Column, c.Was, c.Now)
		}
		if one.More > 0 {
			t.Errorf("diff leaves out %d columns of %s", one.More, one.ID)
		}
	}
	for _, id := range d.Users.Added {
		say(item.User, id, "added %q in %s", "", "")
	}
	for _, id := range d.Users.Gone {
		say(item.User, id, "gone %q in %s", "", "")
	}
	return lines
}
