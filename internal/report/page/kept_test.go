package page_test

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
	"longhaul/internal/report/page"
)

// TestWrite_staysBelowItsBoundWithAFolderForEachReport whose names hardly compress.
func TestWrite_staysBelowItsBoundWithAFolderForEachReport(t *testing.T) {
	t.Parallel()
	d := base(record(60_000, 0), 60_000)
	d.FolderWords = func(id string) string {
		random, name := rand.New(rand.NewPCG(uint64(len(id)), seed(id))), make([]rune, 110)
		for i := range name {
			name[i] = rune(0x4e00 + random.IntN(20_000))
		}
		return string(name)
	}
	d.Items = func(yield func(item.Item) bool) error {
		for n := range 60_000 {
			if !yield(item.Item{ID: id("00O", n), Kind: item.Report, Name: "R", Folder: id("00l", n), State: description.StateDescribed}) {
				return nil
			}
		}
		return nil
	}
	if raw := written(t, d); len(raw) > page.MostBytes || len(raw) < page.MostBytes/4 {
		t.Errorf("the page has %d bytes", len(raw))
	}
}

func seed(text string) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(text))
	return sum.Sum64()
}

// TestWrite_countsCallsAsShowDoes of a sync that failed whose calls are all known, and of one that nobody waited for.
func TestWrite_countsCallsAsShowDoes(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]bool{"failed": false, "discarded": false, "cancelled": true, history.OutcomeTerminated: true} {
		d := failed()
		d.End.Outcome = outcome
		if got := strings.Contains(string(written(t, d)), "at least 812"); got != want {
			t.Errorf("%s: at least: %v", outcome, got)
		}
	}
}

// TestWrite_ofAnAccountThatIsGone counts what the record counts, names the reasons of the gaps, and says nothing of the reports described, which
// nobody knows any more.
func TestWrite_ofAnAccountThatIsGone(t *testing.T) {
	t.Parallel()
	d := base(record(3000, 140), 0)
	d.Listed, d.Folders, d.Series = false, nil, series(5, 0)
	d.Series.Counted = false
	d.Record.Reasons["of_a_later_version"] = 2
	text := content(parsed(t, written(t, d)))
	for _, says := range []string{
		"which ones these are cannot be listed", "140 denied (what each reports on is closed)", "2 of a later version", "from 23 Nov 2026 02:00 UTC to",
		"How many reports were described when is not kept.",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(text, "Reports described") || strings.Contains(text, "0 reports") {
		t.Error("the page counts reports that nobody counted")
	}
}

// TestWrite_callsWhatIsInNoFolderAsSalesforceDoes in the table of folders, as in the changes.
func TestWrite_callsWhatIsInNoFolderAsSalesforceDoes(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	d.Folders = folders(1)
	if text := content(parsed(t, written(t, d))); !strings.Contains(text, "Public Reports") || strings.Contains(text, "In no folder") {
		t.Error("the row is called otherwise")
	}
}

// TestWrite_saysWhyMoreReportsWereListedThanAreVisible beside the number that the record has.
func TestWrite_saysWhyMoreReportsWereListedThanAreVisible(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	if strings.Contains(string(written(t, d)), "of them") {
		t.Error("none is gone")
	}
	d.Record.States[description.StateGone], d.Record.States[description.StateFiltered] = 1, 2
	if !strings.Contains(string(written(t, d)), "reports, 1 of them gone, 2 of them outside of the scope<") {
		t.Error("the first sentence and the table have different numbers")
	}
}

// TestWrite_showsTheGapsOfASyncThatFailedAtItsEnd whose account is there: the list beside the page has them.
func TestWrite_showsTheGapsOfASyncThatFailedAtItsEnd(t *testing.T) {
	t.Parallel()
	d := failed()
	if strings.Contains(string(written(t, d)), "Gaps: reports") {
		t.Error("it knows of none")
	}
	d.Listed, d.Gaps = true, refresh().Gaps
	if text := content(parsed(t, written(t, d))); !strings.Contains(text, "140 reports, by reason") {
		t.Error("the gaps are not shown")
	}
}

// TestWrite_saysSinceWhenAndByWhom in its index, of what is in, what changed its state, what is gone, and what no sync saw before.
func TestWrite_saysSinceWhenAndByWhom(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 0)
	d.Items = func(yield func(item.Item) bool) error {
		for n, one := range []item.Item{
			{State: description.StateReused, FirstSeen: lastSync, Since: lastSync},
			{State: description.StateDenied, FirstSeen: lastSync, Since: thisSync},
			{State: description.StateGone, FirstSeen: lastSync, Since: thisSync},
			{State: description.StateGone, FirstSeen: thisSync, Since: thisSync},
			{State: description.StateDescribed},
		} {
			one.ID, one.Kind, one.Name, one.ModifiedBy = id("00O", n), item.Report, "R", id("005", 7)
			if !yield(one) {
				return nil
			}
		}
		return nil
	}
	parts := strings.Split(indexOf(t, parsed(t, written(t, d))), "\f")
	want := []string{
		"So since the sync of 22 Nov 2026 02:00 UTC, the first that saw it.",
		"First seen by the sync of 22 Nov 2026 02:00 UTC; as it is since that of 23 Nov 2026 02:00 UTC.",
		"First seen by the sync of 22 Nov 2026 02:00 UTC; gone since that of 23 Nov 2026 02:00 UTC.",
		"Not there since the sync of 23 Nov 2026 02:00 UTC.",
		"",
	}
	if got := strings.Split(parts[3], "\n"); !slices.Equal(got, want) || parts[4] != id("005", 7)[:15] {
		t.Errorf("got %q of %q, want %q", got, parts[4], want)
	}
}

// TestWrite_saysThatAFewCallsAreNotNone of an org that allows millions.
func TestWrite_saysThatAFewCallsAreNotNone(t *testing.T) {
	t.Parallel()
	d := base(record(10, 0), 10)
	d.Quota = report.Quota{Max: 5_000_000, Org: 50_000, Source: 457, Ceiling: 80, Share: 25}
	text := content(parsed(t, written(t, d)))
	if !strings.Contains(text, ": 457 calls, less than 0.1 % of the org's") || !strings.Contains(text, ": 50,000 calls, 1.0 % of the org's") {
		t.Errorf("the calls are said otherwise: %s", text)
	}
}
