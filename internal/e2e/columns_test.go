package e2e_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/notify"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// TestColumns_thatAreLostAreTheSameEverywhere has people take columns from reports, one by one and with the right to read what they report on,
// and compares the message, the page, the diff and the history of the sync that finds it.
func TestColumns_thatAreLostAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	h := &heard{box: newLetterbox(t, nil)}
	h.plant = told(t, server.Options{Reports: 240, Columns: 12}, notify.Settings{
		Stall: time.Hour, ColumnsLost: 100, Receivers: []notify.Configured{h.box.receiver("hook", notify.Gaps)},
	})
	first := h.sync(t)
	h.came(t, "gaps")
	h.sim.Advance(time.Hour)
	h.churn(t, server.Churn{Lose: server.Picks{Number: 2}, Gain: server.Picks{Number: 3}, Deny: server.Picks{Number: 1}})
	h.sim.Advance(time.Hour)
	second := h.sync(t, map[string]any{"mode": "full"})
	message := h.came(t, "gaps").Text

	var diff answer.Diff
	inspect(t, h.client, fmt.Sprintf(`{"source":"acme","question":"diff","from":%q,"to":%q}`, first.Sync, second.Sync), &diff)
	var past answer.History
	inspect(t, h.client, `{"source":"acme","question":"history"}`, &past)
	told := diff.Totals[item.Report]
	if told.Lost != 3 || told.LostColumns < 4 || told.Columns != 3 || told.State != 0 || past.Syncs[0].Changes[item.Report] != told {
		t.Fatalf("of 2 reports that lost one column, one that lost all and 3 that gained one, diff counts %+v, history %+v", told, past.Syncs[0].Changes)
	}
	requireListed(t, diff)
	lost := humanize.Count(told.LostColumns, "column")
	if says := fmt.Sprintf("%s are gone from 3 reports", lost); !strings.Contains(message, says) || !strings.Contains(message, "3 reports with other columns") {
		t.Errorf("the message does not say %q: %s", says, message)
	}
	took := humanize.Duration(time.Duration(second.Seconds * float64(time.Second))) // as sync says it
	if !strings.Contains(message, "It took "+took+" and ") {
		t.Errorf("the sync took %s, and the message says %s", took, message)
	}
	raw, err := h.store.Read(t.Context(), staging.PageKey("acme", second.Sync))
	if err != nil {
		t.Fatal(err)
	}
	page := html.UnescapeString(string(raw))
	clauses := text.Changed(change.Counts{item.Report: told})
	for _, says := range []string{
		"<dt>Took</dt><dd>" + took + "</dd>", "Reports that lost columns (3)", "Reports with other columns (3)",
		text.Sentence(clauses[0]), "3 lost " + lost,
	} {
		if !strings.Contains(page, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	for _, one := range diff.Reports.Columns {
		for _, name := range one.Lost {
			if !strings.Contains(page, name) {
				t.Errorf("the page does not name the lost column %s", name)
			}
		}
	}
}

// requireListed wants a diff to list as many lost columns as it counts, and one report of them with its state.
func requireListed(t *testing.T, diff answer.Diff) {
	t.Helper()
	told := diff.Totals[item.Report]
	reports, columns, state := int64(0), int64(0), 0
	for _, one := range diff.Reports.Columns {
		if len(one.Lost) > 0 {
			reports++
			columns += int64(len(one.Lost))
		}
		for _, other := range diff.Reports.State {
			if other.ID == one.ID && len(one.Lost) > 0 {
				state++
			}
		}
	}
	if reports != told.Lost || columns != told.LostColumns || state != 1 {
		t.Errorf("diff lists %d reports that lost %d columns, %d of them with their state, and counts %+v", reports, columns, state, told)
	}
}
