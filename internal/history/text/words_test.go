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

// TestWaits_saysHowAHeldSyncWentOn has one wait beside it. A sync that failed, or was cancelled, may have been approved before.
func TestWaits_saysHowAHeldSyncWentOn(t *testing.T) {
	t.Parallel()
	whole := 1.0
	for _, row := range []struct {
		want string
		sync answer.Sync
	}{
		{"Held for 20 s until somebody approved.", answer.Sync{Outcome: "gaps", Coverage: &whole}},
		{"Held for 20 s before it was discarded.", answer.Sync{Outcome: "discarded", Phase: "guard"}},
		{"Held for 20 s before it was cancelled.", answer.Sync{Outcome: "cancelled", Phase: "guard"}},
		{"Held for 20 s before it failed.", answer.Sync{Outcome: "failed", Phase: "guard"}},
		{"Held for 20 s before it was terminated.", answer.Sync{Outcome: "terminated", Phase: "held"}},
		{"Held for 20 s.", answer.Sync{Outcome: "running"}},
		{"Held for 20 s until somebody approved.", answer.Sync{Outcome: "cancelled", Phase: "describe"}},
		{"Held for 20 s until somebody approved.", answer.Sync{Outcome: "failed", Class: "catalog_refused", Coverage: &whole}},
	} {
		want, sync := row.want, row.sync
		for _, waits := range []map[string]float64{{"held": 20}, {"held": 20, "quota": 30}} {
			says := want
			if len(waits) > 1 {
				says = "Waited 30 s for API calls; h" + want[1:]
			}
			sync.Sync, sync.Waits = newest, waits
			if shown := printed(page().Show(answer.Show{Source: "acme", Sync: sync})); !strings.Contains(shown, "\n"+says+"\n") {
				t.Errorf("%s in phase %s is shown as %s, without %q", sync.Outcome, sync.Phase, shown, says)
			}
		}
	}
}

// TestHistory_saysWhyASyncWasCancelled below its row.
func TestHistory_saysWhyASyncWasCancelled(t *testing.T) {
	t.Parallel()
	s := answer.Sync{Sync: newest, Outcome: "cancelled", Phase: "describe", Reason: "the org is in a release freeze"}
	shown := printed(page().History(answer.History{Source: "acme", Total: 1, Syncs: []answer.Sync{s}}))
	if !strings.Contains(shown, "Cancelled because: the org is in a release freeze.") {
		t.Error(shown)
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

// TestShow_leadsToAFolderThatWhyKnows has one that has no Id, of which why knows nothing.
func TestShow_leadsToAFolderThatWhyKnows(t *testing.T) {
	t.Parallel()
	s := answer.Show{Source: "acme", Sync: syncs()[0], Record: &history.Record{GapFolders: []history.FolderGaps{
		{Gaps: 10},
	}}}
	if shown := printed(page().Show(s)); strings.Contains(shown, "Which reports these are") {
		t.Error(shown)
	}
	s.Record.GapFolders = append(s.Record.GapFolders, []history.FolderGaps{
		{Folder: "005000000000001AAA", Gaps: 9}, {Folder: "00D000000000001AAA", Gaps: 8}, {Folder: "00l000000000001AAA", Gaps: 7},
	}...)
	shown := printed(page().Show(s))
	if !strings.Contains(shown, "longhaul why acme 005000000000001AAA\n") || !strings.Contains(shown, "\nprivate folder of 005000000000001AAA ") ||
		!strings.Contains(shown, "\nPublic Reports ") {
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
	if strings.Contains(shown, "API calls of these") {
		t.Error(shown)
	}
	summed := printed(p.History(answer.History{Source: "acme", Syncs: all, Totals: answer.Totals{APICalls: 58}}))
	if !strings.Contains(summed, "API calls of these 2 syncs: at least 58.") {
		t.Error(summed)
	}
	summers := []answer.Sync{all[0], all[1], {Sync: failed, Started: at("2026-01-21 05:00"), Outcome: "failed"}}
	shown = strings.Join(strings.Fields(printed(p.History(answer.History{Source: "acme", Syncs: summers}))), " ")
	if !strings.Contains(shown, "Times are in CET or CEST, as the clock was when each began.") {
		t.Error(shown)
	}
	begun := all[0]
	begun.APICalls = 58
	if shown := printed(p.Show(answer.Show{Source: "acme", Sync: begun})); !strings.Contains(shown, "At least 58 API calls so far.") {
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
	s := answer.Sync{Sync: newest, Outcome: "failed", Class: "login_refused", System: "catalog"}
	shown := printed(page().Show(answer.Show{Source: "acme", Sync: s}))
	if !strings.Contains(shown, "A delivery was given up: the login was refused (catalog, login_refused).") {
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
