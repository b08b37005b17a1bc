package text_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/history/answer"
)

// TestWaits_haveWords names every reason for which a sync waits.
func TestWaits_haveWords(t *testing.T) {
	t.Parallel()
	for _, reason := range history.Waits {
		s := answer.Sync{Sync: newest, Outcome: "complete", Waits: map[string]float64{reason: 600}}
		if shown := printed(page().Show(answer.Show{Source: "acme", Sync: s})); !strings.Contains(shown, " 10 min ") {
			t.Errorf("nothing is said of %s:\n%s", reason, shown)
		}
	}
}

// TestDiff_leadsToWhatIsMissing and not to a report that got its columns.
func TestDiff_leadsToWhatIsMissing(t *testing.T) {
	t.Parallel()
	better := answer.StateChanged{ID: "00O000000000009AAA", Was: "denied", Now: "described"}
	d := answer.Diff{Source: "acme", From: before, To: newest, Reports: answer.ReportChanges{State: []answer.StateChanged{better}}}
	if shown := printed(page().Diff(d)); strings.Contains(shown, "missing") {
		t.Error(shown)
	}
	d.Reports.State = append(d.Reports.State, answer.StateChanged{ID: "00O000000000008AAA", Was: "described", Now: "denied"})
	if shown := printed(page().Diff(d)); !strings.HasSuffix(shown, "longhaul why acme 00O000000000008AAA\n") {
		t.Error(shown)
	}
}

// TestShow_leadsToAFolderThatWhyKnows and not to the private folder of a user, of which why knows nothing.
func TestShow_leadsToAFolderThatWhyKnows(t *testing.T) {
	t.Parallel()
	s := answer.Show{Source: "acme", Sync: syncs()[0], Record: &history.Record{GapFolders: []history.FolderGaps{
		{Folder: "005000000000001AAA", Gaps: 9}, {Folder: "00D000000000001AAA", Gaps: 8},
	}}}
	shown := printed(page().Show(s))
	if strings.Contains(shown, "About one of them") || !strings.Contains(shown, "\nprivate folder of 005000000000001AAA ") ||
		!strings.Contains(shown, "\nPublic Reports ") {
		t.Error(shown)
	}
	s.Record.GapFolders = append(s.Record.GapFolders, history.FolderGaps{Folder: "00l000000000001AAA", Gaps: 7})
	if shown := printed(page().Show(s)); !strings.Contains(shown, "longhaul why acme 00l000000000001AAA\n") {
		t.Error(shown)
	}
}

// TestHistory_ofWhatIsNotKnown has no count of API calls where none was left, and both zones of a place whose clock was changed.
func TestHistory_ofWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	all := []answer.Sync{
		{Sync: newest, Started: at("2026-11-23 05:00"), Seconds: 60, Outcome: "running"},
		{Sync: before, Started: at("2026-07-22 05:00"), Seconds: 60, Outcome: "terminated"},
	}
	p := page()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("this machine knows no zones: ", err)
	}
	p.Place = berlin
	shown := printed(p.History(answer.History{Source: "acme", Syncs: all}))
	if !strings.Contains(strings.Join(strings.Fields(shown), " "), "Times are in CET, the earliest ones in CEST.") || strings.Contains(shown, "   0\n") {
		t.Error(shown)
	}
	shown = printed(p.Show(answer.Show{Source: "acme", Sync: all[0]}))
	if strings.Contains(shown, "API call") || !strings.Contains(shown, "has run for 60 s") {
		t.Error(shown)
	}
}

// TestShow_ofADeliveryThatWasGivenUp does not say that the sync ended by it.
func TestShow_ofADeliveryThatWasGivenUp(t *testing.T) {
	t.Parallel()
	s := answer.Sync{Sync: newest, Outcome: "failed", Class: "catalog_refused", System: "catalog"}
	shown := printed(page().Show(answer.Show{Source: "acme", Sync: s}))
	if !strings.Contains(shown, "A delivery was given up, by catalog_refused of catalog.") {
		t.Error(shown)
	}
}

// TestWhy_takesSentencesOfAnyAlphabet as they begin.
func TestWhy_takesSentencesOfAnyAlphabet(t *testing.T) {
	t.Parallel()
	w := answer.Why{Source: "acme", Of: "x", Unknown: "élargir « le dossier »"}
	if shown := printed(page().Why(w)); !strings.Contains(shown, "Élargir") {
		t.Error(shown)
	}
}
