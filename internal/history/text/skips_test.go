package text_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"longhaul/internal/document"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/text"
)

// TestSkipsAndMissedRuns_areSaid reads history and show of a sync that met other starts, after runs that were missed.
func TestSkipsAndMissedRuns_areSaid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	one := answer.Sync{
		Sync: "20261124T110000.000Z-aaaaaaaa", Started: at.Add(-time.Hour), Seconds: 7200, Outcome: "complete", Delivered: map[string]bool{},
		Skips:  []history.Skip{{By: history.Scheduled("acme"), Count: 1, First: at, Last: at}, {By: history.TriggerOther, Count: 1, First: at, Last: at}},
		Missed: &history.Missed{Count: 3, First: at.AddDate(0, 0, -12), Last: at.AddDate(0, 0, -9)},
	}
	page := text.Page{Place: time.UTC, Ask: func(answer.Query) string { return "ask" }}
	printed := func(d *document.Document) string {
		var b bytes.Buffer
		document.Terminal{Width: 80}.Print(&b, d)
		return strings.Join(strings.Fields(b.String()), " ")
	}
	says := []string{
		"2 starts were skipped while it ran: schedule longhaul-acme Tue 24 Nov 2026 12:00 UTC, a start in Temporal Tue 24 Nov 2026 12:00 UTC.",
		"Before it, 3 scheduled runs were missed between 12 Nov 2026 and 15 Nov 2026.",
	}
	since := &history.Missed{Count: 1, First: at.AddDate(0, 0, 1), Last: at.AddDate(0, 0, 1)}
	shown := printed(page.History(answer.History{Source: "acme", Syncs: []answer.Sync{one}, Total: 1, Missed: since}))
	for _, part := range append(says, "Since the newest sync: 1 scheduled run was missed on 25 Nov 2026.") {
		if !strings.Contains(shown, part) {
			t.Errorf("history lacks %q:\n%s", part, shown)
		}
	}
	shown = printed(page.Show(answer.Show{Source: "acme", Sync: one}))
	for _, part := range says {
		if !strings.Contains(shown, part) {
			t.Errorf("show lacks %q:\n%s", part, shown)
		}
	}
	shown = printed(page.History(answer.History{Source: "acme", Missed: since}))
	if !strings.Contains(shown, "1 scheduled run was missed on 25 Nov 2026.") {
		t.Errorf("a history without syncs lacks what was missed:\n%s", shown)
	}
}
