package text_test

import (
	"strings"
	"testing"

	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// TestHistory_tellsWhatWasNotToBeDelivered from what could not be.
func TestHistory_tellsWhatWasNotToBeDelivered(t *testing.T) {
	t.Parallel()
	for words, deliver := range map[string]bool{"stay in the bucket, as upload was off": false, "were not delivered": true} {
		s := answer.Sync{Sync: newest, Outcome: "complete", Delivered: map[string]bool{"castor": false}, Deliver: deliver}
		shown := strings.Join(strings.Fields(printed(page().History(answer.History{Source: "acme", Syncs: []answer.Sync{s}}))), " ")
		if !strings.Contains(shown, words) || strings.Contains(shown, "The catalog has") {
			t.Errorf("deliver %v: %s", deliver, shown)
		}
	}
}

// TestShow_ofFilesThatStayInTheBucket says why they do.
func TestShow_ofFilesThatStayInTheBucket(t *testing.T) {
	t.Parallel()
	for words, baseline := range map[string]bool{"was started with upload off": false, "name no target": true} {
		r := &history.Record{
			Baseline: baseline, Exports: map[string]history.Delivery{"castor": {}},
			Files: map[string][]staging.Object{"castor": {{Key: "1-reports.json"}}},
		}
		shown := printed(page().Show(answer.Show{Source: "acme", Sync: answer.Sync{Sync: newest, Outcome: "complete"}, Record: r}))
		if !strings.Contains(strings.Join(strings.Fields(shown), " "), words) {
			t.Errorf("baseline %v: %s", baseline, shown)
		}
	}
}

// TestDiff_saysThatTheCatalogHasNotGotIt where that is so.
func TestDiff_saysThatTheCatalogHasNotGotIt(t *testing.T) {
	t.Parallel()
	c := answer.Diff{Source: "acme", From: before, To: newest, Totals: change.Counts{item.Report: {Renamed: 1}}}
	for _, undelivered := range []bool{false, true} {
		c.Undelivered = undelivered
		if shown := printed(page().Diff(c)); strings.Contains(shown, "The catalog did not get") != undelivered {
			t.Errorf("%v: %s", undelivered, shown)
		}
	}
}

// TestShow_keepsNamesOfFiles as they are at the beginning of a sentence.
func TestShow_keepsNamesOfFiles(t *testing.T) {
	t.Parallel()
	w := answer.Why{Source: "acme", Of: "x", Unknown: "visualization-6d3e/1-reports.json was refused"}
	if shown := printed(page().Why(w)); !strings.Contains(shown, "\nvisualization-6d3e/1-reports.json was refused.") {
		t.Error(shown)
	}
}
