package page_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/report"
)

// classed is the text of the first element of a class.
func classed(t *testing.T, d *report.Data, class string) string {
	t.Helper()
	for n := range parsed(t, written(t, d)).Descendants() {
		if attribute(n, "class") == class {
			return content(n)
		}
	}
	return ""
}

// TestLead_isTrueInEachCase reads the first sentence of pages.
func TestLead_isTrueInEachCase(t *testing.T) {
	t.Parallel()
	ptr := func(n int64) *int64 { return &n }
	states := func(described, denied, unsupported int64) map[description.State]int64 {
		return map[description.State]int64{
			description.StateDescribed: described - 1, description.StateReused: 1, description.StateDenied: denied,
			description.StateUnsupported: unsupported, description.StateGone: 4,
		}
	}
	const private = "; others' private ones are left out by setting and not counted"
	for want, r := range map[string]history.Record{
		"2,993 of 3,000 visible reports have columns; 120 private ones left out by setting; hidden ones cannot be counted.": {States: states(2993, 5, 2), LeftOut: ptr(120), Unseen: &listing.Unseen{Kind: listing.UnseenUnknown}},
		"3 of 3 visible reports have columns" + private + "; hidden ones cannot be counted.":                                {States: states(3, 0, 0)},
		"1 of 1 visible report has columns" + private + "; hidden ones cannot be counted.":                                  {States: states(1, 0, 0), Unseen: &listing.Unseen{Kind: listing.UnseenAtLeast}},
		"2 of 3 visible reports have columns" + private + "; no other one is hidden.":                                       {States: states(2, 1, 0), Unseen: &listing.Unseen{Kind: listing.UnseenExact, SeesAll: true}},
		"2 of 3 visible reports have columns; others' private ones are read too; none is hidden.":                           {States: states(2, 1, 0), Private: true, Unseen: &listing.Unseen{Kind: listing.UnseenExact}},
		"2 of 2 visible reports have columns" + private + "; at least 1,014 that dashboards use are hidden.":                {States: states(2, 0, 0), Unseen: &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1014}},
		"2 of 2 visible reports have columns" + private + "; 1 that dashboards use is deleted or in a private folder.":      {States: states(2, 0, 0), Unseen: &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 1, SeesAll: true}},
		"2 of 2 visible reports have columns; 1 private one left out by setting; hidden ones cannot be counted.":            {States: states(2, 0, 0), LeftOut: ptr(1)},
		"2 of 2 visible reports have columns; no private one of others is left out; hidden ones cannot be counted.":         {States: states(2, 0, 0), LeftOut: ptr(0)},
		"2 of 2 visible reports have columns; 3 outside of the scope" + private + "; hidden ones cannot be counted.": {
			States: map[description.State]int64{description.StateDescribed: 2, description.StateFiltered: 3},
		},
		"No report is visible to the run-as user" + private + "; hidden ones cannot be counted.": {},
	} {
		if got := classed(t, &report.Data{Source: "acme", Sync: thisSync, Record: &r}, "lead"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for want, end := range map[string]history.End{
		"This sync failed in phase describe; nothing of it was delivered, so the catalog has what an earlier sync brought.": {Outcome: "failed", Phase: "describe"},
		"This sync was cancelled; 5 of 7 files of castor had been delivered.":                                               {Outcome: "cancelled", Sent: map[string]history.Sent{"castor": {Files: 7, Done: 5}, "other": {Files: 2}}},
		"This sync ended, and nobody knows any more how; nothing of it was delivered, so the catalog has what an earlier sync brought.": {
			Outcome: history.OutcomeUnknown, Sent: map[string]history.Sent{"castor": {Files: 7}},
		},
	} {
		if got := classed(t, &report.Data{Source: "acme", Sync: thisSync, End: &end}, "lead"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	first := &report.Data{Source: "acme", Sync: thisSync, First: true, End: &history.End{Outcome: "failed"}}
	if got := classed(t, first, "lead"); got != "This sync failed; nothing of it was delivered, and nothing was before." {
		t.Error(got)
	}
}

// TestWrite_leadsToWhatTheCatalogHas where a sync delivered nothing: to the page of the one that did, if any did.
func TestWrite_leadsToWhatTheCatalogHas(t *testing.T) {
	t.Parallel()
	const before = "20261122T181610.000Z-ab12cd34"
	d := &report.Data{
		Source: "acme", Sync: thisSync, End: &history.End{Outcome: "cancelled"},
		Before: &report.Delivered{Sync: before, At: time.Date(2026, 11, 22, 18, 40, 0, 0, time.UTC)},
	}
	const says = `that of 22 Nov 2026 18:16 UTC, over 22 Nov 2026 18:40 UTC. <a href="` + before + `.html">Its page</a>`
	if page := string(written(t, d)); !strings.Contains(page, says) {
		t.Error("it does not say what the catalog has")
	}
	delivered := base(record(10, 0), 10)
	delivered.Before = d.Before
	if page := string(written(t, delivered)); strings.Contains(page, before+".html") {
		t.Error("a sync that was delivered leads to the one before it")
	}
}

// TestWrite_ofADeliveryThatWasGivenUp shows a sync that failed, though it has a record.
func TestWrite_ofADeliveryThatWasGivenUp(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	d.Record.Exports["castor"] = history.Delivery{To: "the catalog", Reason: "login_refused", System: "catalog"}
	if got := classed(t, d, "badge bad"); got != "failed" {
		t.Errorf("the outcome is shown as %q", got)
	}
	if page := string(written(t, d)); !strings.Contains(page, "not delivered to the catalog: the login was refused (catalog, login_refused).") {
		t.Error("it is not said why it was not delivered")
	}
}

// TestWrite_staysBelowItsBound has names of 10,000 characters that grow most in HTML, in all lists, and more reports than the index has room for.
func TestWrite_staysBelowItsBound(t *testing.T) {
	t.Parallel()
	d := refresh()
	wide := strings.Repeat(`"<&'`, 2500)
	for range 30 {
		d.Folders = append(d.Folders, d.Folders...)[:min(2*len(d.Folders), report.MostFolders)]
	}
	for i := range d.Folders {
		d.Folders[i].Name = wide
	}
	d.FolderWords = func(string) string { return wide }
	d.Gaps = func(yield func(report.Gap) bool) error {
		for n := range 20_000 {
			gap := report.Gap{
				ID: id("00O", n), Name: wide, Folder: wide, Words: wide, Do: "Ask.", State: description.StateDenied, Reason: "reason " + string(rune('a'+n%20)),
			}
			if !yield(gap) {
				return nil
			}
		}
		return nil
	}
	d.Items = func(yield func(item.Item) bool) error {
		for n := range 120_000 {
			called := nameOf(n) + nameOf(n+7) + nameOf(n+13)
			if !yield(item.Item{ID: id("00O", n), Kind: item.Report, Name: called, Folder: "x", State: description.StateDescribed}) {
				return nil
			}
		}
		return nil
	}
	raw := written(t, d)
	if len(raw) > 2_000_000 {
		t.Errorf("the page has %d bytes", len(raw))
	}
	text := content(parsed(t, raw))
	for _, says := range []string{
		"of 120,000 reports and dashboards can be found here. The other ", "more folders have no room here", "20,000 reports, by reason", " more are in",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("it is not said: %q", says)
		}
	}
}
