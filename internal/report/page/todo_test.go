package page_test

import (
	"strings"
	"testing"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/text"
	"longhaul/internal/listing"
)

// TestDo_asksForNoPermissionThatShowsNothing of a user that sees all but private folders: what dashboards use besides is deleted or private.
func TestDo_asksForNoPermissionThatShowsNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		unseen *listing.Unseen
		asks   bool
	}{
		{&listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1, SeesAll: true}, false},
		{&listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1}, true},
		{&listing.Unseen{Kind: listing.UnseenUnknown}, true},
		{&listing.Unseen{Kind: listing.UnseenExact, Count: 3}, false},
		{nil, true},
	} {
		d := base(record(10, 0), 10)
		d.Record.Unseen = row.unseen
		if got := strings.Contains(string(written(t, d)), "longhaul check acme"); got != row.asks {
			t.Errorf("%+v: check is advised: %v", row.unseen, got)
		}
	}
}

// TestWrite_inTheFolderOfAnExtract names no command that asks a worker: none serves the source of an extract.
func TestWrite_inTheFolderOfAnExtract(t *testing.T) {
	t.Parallel()
	d := refresh()
	d.Placed, d.GapsName, d.Record.Baseline = true, "gaps.csv", false
	d.Record.Exports = map[string]history.Delivery{"castor": {}}
	text := content(parsed(t, written(t, d)))
	for _, command := range []string{"why", "show", "diff", "sync", "check acme"} {
		if strings.Contains(text, "longhaul "+command) {
			t.Errorf("the page advises longhaul %s", command)
		}
	}
	for _, says := range []string{"in the folder of the extract; nothing was sent to a catalog.", "with the flags of the extract: longhaul check"} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(text, "none of its exports was delivered") {
		t.Error("an extract is delivered to its folder")
	}
}

// TestWrite_saysWhatInMeans where the catalog got nothing of what the search box calls in.
func TestWrite_saysWhatInMeans(t *testing.T) {
	t.Parallel()
	const words = "none of its exports was delivered whole"
	d := base(record(10, 0), 10)
	if strings.Contains(string(written(t, d)), words) {
		t.Error("it was delivered")
	}
	d.Record.Exports["castor"] = history.Delivery{To: "the catalog", Reason: "login_refused", System: "catalog"}
	if !strings.Contains(string(written(t, d)), words) {
		t.Error("nothing says that the catalog has none of it")
	}
}

// TestWrite_saysThatColumnsWereLost at the top, with the advice of the message, though every report has columns.
func TestWrite_saysThatColumnsWereLost(t *testing.T) {
	t.Parallel()
	d := base(record(79, 0), 79)
	if classed(t, d, "badge good") != "complete" {
		t.Error("a sync in which nothing was lost is not good")
	}
	d.Record.Compared, d.Record.Changes = lastSync, change.Counts{item.Report: {Lost: 59, LostColumns: 60}}
	words := content(parsed(t, written(t, d)))
	for _, says := range []string{"Since the sync of 22 Nov 2026 02:00 UTC, 59 reports lost 60 columns.", text.Sentence(change.WhereColumnsAre)} {
		if !strings.Contains(words, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(words, "Nothing. Every visible report") || classed(t, d, "badge notable") != "complete" {
		t.Error("the page says that nothing is to be done")
	}
}

// TestWrite_saysWhatIsNotFound may be: gone earlier, called otherwise, hidden or left out; and which command knows it.
func TestWrite_saysWhatIsNotFound(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	const private = "lies in somebody's private folder, which the settings leave out, "
	raw := string(written(t, d))
	for _, says := range []string{"What is not found went before this sync, has another name now, ", private, `data-why="longhaul why acme"`} {
		if !strings.Contains(strings.ReplaceAll(raw, "&#39;", "'"), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	d.Record.Private, d.Placed = true, true
	if raw = string(written(t, d)); strings.Contains(raw, "private folder, which") || strings.Contains(raw, "data-why=") {
		t.Error("private ones are read, and an extract has no such command")
	}
}

// TestWrite_saysWhatIsKeptFromEarlierSyncs so that the sum and the chart can be compared.
func TestWrite_saysWhatIsKeptFromEarlierSyncs(t *testing.T) {
	t.Parallel()
	d := failed()
	d.End.Reports, d.End.Described, d.End.Reused = 748, 48, 651
	const says = "699 of 748 reports are described and kept for the next one; 651 of them are known from earlier syncs."
	if words := content(parsed(t, written(t, d))); !strings.Contains(words, says) {
		t.Error("the page does not say what was known")
	}
}
