package page_test

import (
	"fmt"
	"strings"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
	"longhaul/internal/report/page"
)

// TestWrite_searchSaysWhatWasLostInThisSync of a report that has its columns, by name as long as there is room.
func TestWrite_searchSaysWhatWasLostInThisSync(t *testing.T) {
	t.Parallel()
	const many = 20_000
	d := base(record(many, 0), many)
	d.Record.Compared = lastSync
	d.Changes = func(yield func(change.Change) bool) error {
		for n := range many {
			one := change.Change{ID: id("00O", n), Kind: item.Report, Columns: map[string]change.ColumnChange{
				fmt.Sprintf("Field_%d__c", n): {{Label: "Field", Type: "string"}, nil},
			}}
			if !yield(one) {
				return nil
			}
		}
		return nil
	}
	raw := written(t, d)
	index := indexOf(t, parsed(t, raw))
	for _, says := range []string{
		"In this sync it lost 1 column: Field (Field_1__c). First seen by the sync of 22 Nov 2026 02:00 UTC.",
		"In this sync it lost 1 column. First seen by the sync of 22 Nov 2026 02:00 UTC.",
	} {
		if !strings.Contains(index, says) {
			t.Errorf("the index does not say %q", says)
		}
	}
	if strings.Contains(index, "So since") || len(raw) > page.MostBytes {
		t.Errorf("a report that lost a column is as it was, or the page has %d bytes", len(raw))
	}
}

// TestWrite_saysWhenAGapIsTriedAgain that not every sync tries.
func TestWrite_saysWhenAGapIsTriedAgain(t *testing.T) {
	t.Parallel()
	if words := content(parsed(t, written(t, refresh()))); !strings.Contains(words, "next try from 1 Dec 2026 on") {
		t.Error("the page does not say when")
	}
}

// TestWrite_searchSaysWhatIsGone without an earlier sync, of which a first one knows none; and what Salesforce lists though it is not there.
func TestWrite_searchSaysWhatIsGone(t *testing.T) {
	t.Parallel()
	d := base(record(1, 0), 0)
	d.Items = items(0,
		item.Item{ID: id("00O", 1), Kind: item.Report, State: description.StateGone, Reason: "vanished", FirstSeen: lastSync, Since: thisSync},
		item.Item{ID: id("00O", 2), Kind: item.Report, State: description.StateGone, Reason: string(description.ReasonGone), FirstSeen: thisSync, Since: thisSync},
	)
	index := indexOf(t, parsed(t, written(t, d)))
	for _, says := range []string{
		"not in: deleted, or hidden from the run-as user\n", "not in: Salesforce lists it, and answers that it is not there: deleted, or hidden from the run-as user",
		"gone since that of 23 Nov 2026 02:00 UTC.",
	} {
		if !strings.Contains(index, says) {
			t.Errorf("the index does not say %q", says)
		}
	}
	if strings.Contains(index, "earlier sync") {
		t.Error("there is no earlier sync")
	}
}

// TestWrite_listsTheDashboardsOfReportsThatAreNotThere of which the first sentence says how many there are.
func TestWrite_listsTheDashboardsOfReportsThatAreNotThere(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	const title = "Dashboards that use reports which this sync has not"
	if strings.Contains(string(written(t, d)), title) {
		t.Error("there is none")
	}
	d.Unlisted = []report.Unlisted{{Component: "Revenue <b>", Dashboard: id("01Z", 1), Name: "Board"}, {Dashboard: id("01Z", 2)}}
	tree := parsed(t, written(t, d))
	requireTables(t, tree)
	words := content(tree)
	for _, says := range []string{title, "BoardRevenue <b>", id("01Z", 2) + "without a name"} {
		if !strings.Contains(words, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(words, "There may be more.") {
		t.Error("there are no more")
	}
}
