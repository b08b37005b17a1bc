package text_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/text"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

const (
	newest = "20261123T050000.000Z-1a2b3c4d"
	before = "20261122T050000.000Z-5e6f7a8b"
	failed = "20261121T050000.000Z-9c0d1e2f"
)

// page is of people an hour ahead of UTC.
func page() text.Page {
	return text.Page{
		Place: time.FixedZone("CET", 3600),
		Ask: func(q answer.Query) string {
			words := []string{"longhaul", q.Question, "acme"}
			for _, word := range []string{q.Sync, q.From, q.To, q.Of, q.Cursor} {
				if word != "" {
					words = append(words, word)
				}
			}
			return strings.Join(words, " ")
		},
	}
}

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", clock)
	if err != nil {
		panic(err)
	}
	return t
}

// golden compares what a terminal of 80 columns shows with a file.
func golden(t *testing.T, name string, d *document.Document) {
	t.Helper()
	shown := printed(d)
	file := filepath.Join("testdata", name+".txt")
	if os.Getenv("LONGHAUL_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(shown), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), shown); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
	for line := range strings.Lines(shown) {
		isCommand := strings.HasPrefix(line, "  longhaul ") // which is one line, to be copied
		if width := len([]rune(strings.TrimRight(line, "\n"))); width > 80 && !isCommand {
			t.Errorf("%s has a line of %d: %s", name, width, line)
		}
	}
}

func share(of float64) *float64 { return &of }

func syncs() []answer.Sync {
	return []answer.Sync{
		{
			Sync: newest, Started: at("2026-11-23 05:00"), Seconds: 244, Trigger: "schedule:nightly", Outcome: "gaps", Coverage: share(0.98229),
			Unseen: &listing.Unseen{Kind: listing.UnseenAtLeast, Count: 12}, APICalls: 1204, Compared: before,
			Changes: change.Counts{item.Report: {Added: 3, Gone: 1, Columns: 12}, item.Dashboard: {Renamed: 1}},
			Waits:   map[string]float64{"quota": 7560, "paused": 600}, Delivered: map[string]bool{"castor": true}, Deliver: true,
		},
		{
			Sync: before, Started: at("2026-11-22 05:00"), Seconds: 180_000, Trigger: "cli", Outcome: "complete", Coverage: share(1),
			APICalls: 51_204, Delivered: map[string]bool{"castor": true},
		},
		{
			Sync: failed, Started: at("2026-11-21 05:00"), Seconds: 12, Trigger: "other", Outcome: "failed", Phase: "authenticate",
			Class: "login_refused", System: "salesforce", Message: "the client secret is wrong: set SALESFORCE_CLIENT_SECRET", Delivered: map[string]bool{},
		},
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	golden(t, "history", page().History(answer.History{
		Source: "acme", Syncs: syncs(), Totals: answer.Totals{APICalls: 52_408}, Cursor: failed,
		Catalog: &answer.Catalog{Sync: newest, At: at("2026-11-23 05:04"), Seconds: 3 * 3600},
	}))
	near := syncs()[:2]
	near[1].Sync, near[1].Started = "20261123T050010.000Z-5e6f7a8b", at("2026-11-23 05:00").Add(10*time.Second)
	golden(t, "history_limited", page().History(answer.History{Source: "acme", Syncs: near, Total: 12, Totals: answer.Totals{APICalls: 52_408}, Cursor: near[1].Sync}))
	golden(t, "history_none", page().History(answer.History{Source: "acme"}))
}

func TestShow(t *testing.T) {
	t.Parallel()
	course := history.Course{
		Phases: []history.PhaseTime{
			{Phase: "authenticate", Began: at("2026-11-23 05:00"), Seconds: 2}, {Phase: "describe", Began: at("2026-11-23 05:01"), Seconds: 200},
		},
		Orders: []history.Order{
			{At: at("2026-11-23 05:02"), Name: "pause", Reason: "month end"},
			{At: at("2026-11-23 05:12"), Name: "resume"},
			{At: at("2026-11-23 05:13"), Name: "cancel"},
		},
		Warnings: []warning.Warning{warning.New(warning.RecordUnreadable, nil)},
	}
	golden(t, "show", page().Show(answer.Show{Source: "acme", Sync: syncs()[0], Record: &history.Record{
		States: map[description.State]int64{
			description.StateDescribed: 40, description.StateReused: 1900, description.StateDenied: 30, description.StateFailed: 5,
		},
		Reasons: map[string]int64{"no_access": 30, "server_error": 5},
		Kinds:   map[listing.Kind]int64{listing.Folders: 20, listing.Dashboards: 12, listing.Components: 96, listing.Users: 50, listing.Reports: 1975},
		Files: map[string][]staging.Object{"castor": {
			{Key: "1795410000-reports.json", Count: 1975, Bytes: 456_789}, {Key: "1795410000-summary.json", Count: 1, Bytes: 120},
		}},
		Exports: map[string]history.Delivery{"castor": {
			Delivered: true, To: "https://ingest.castordoc.com",
			Receipts: []history.Receipt{{Name: "1795410000-reports.json", Status: 200, At: at("2026-11-23 05:04")}},
		}},
		GapFolders: []history.FolderGaps{
			{Folder: "00D000000000001AAA", Gaps: 30, Reasons: map[string]int64{"no_access": 30}},
			{
				Folder: "00l000000000001AAA", Name: "A folder of the finance department with a name that is far too long for a column", Gaps: 20,
				Reasons: map[string]int64{"no_access": 18, "server_error": 2},
			},
			{Folder: "00l000000000002AAA", Gaps: 1, Reasons: map[string]int64{"no_access": 1}},
		},
		Course: course,
	}}))
	golden(t, "show_failed", page().Show(answer.Show{Source: "acme", Sync: syncs()[2], End: &history.End{
		Sent:    map[string]history.Sent{"castor": {Files: 7, Done: 2, To: "https://ingest.castordoc.com"}},
		Outcome: "failed", Message: "the client secret is wrong: set SALESFORCE_CLIENT_SECRET", Course: history.Course{Phases: course.Phases[:1]},
	}}))
}

func TestDiff(t *testing.T) {
	t.Parallel()
	named := func(name, id string) answer.Named {
		return answer.Named{ID: id, Name: name, Folder: "00l000000000001AAA"}
	}
	d := answer.Diff{
		Source: "acme", From: before, To: newest, Cursor: "c7",
		Totals: change.Counts{item.Report: {Added: 1, Gone: 1, Columns: 3, State: 3, Renamed: 1, Moved: 1}, item.User: {Gone: 1}},
		Names:  map[string]string{"00l000000000001AAA": "Sales"},
		Reports: answer.ReportChanges{
			RecordChanges: answer.RecordChanges{
				Added:   []answer.Named{named("New Deals", "00O000000000001AAA")},
				Gone:    []answer.Named{named("Old Deals", "00O000000000002AAA")},
				Renamed: []answer.Renamed{{ID: "00O000000000003AAA", Name: "Won", Was: "Closed", Now: "Won"}},
				Moved:   []answer.Moved{{ID: "00O000000000004AAA", Name: "Lost", Was: "00l000000000001AAA", Now: "00l000000000009AAA"}},
			},
			Columns: []answer.ColumnsChanged{
				{ID: "00O000000000005AAA", Name: "Pipeline", Gained: []string{"Amount"}, Lost: []string{"Stage", "Close Date"}},
				{ID: "00O000000000008AAA", Name: "Secret", Lost: []string{"Amount", "Stage"}},
				{ID: "00O000000000006AAA", Name: "Wide", Gained: []string{"Region"}},
				{ID: "00O000000000007AAA", Name: "Relabelled", Changed: []answer.ColumnChanged{
					{Column: "AMOUNT", Was: change.Column{Label: "Amount", Type: "currency"}, Now: change.Column{Label: "Value", Type: "double"}},
				}},
			},
			State: []answer.StateChanged{
				{ID: "00O000000000008AAA", Name: "Secret", Was: "described", Now: "denied", Reason: "no_access"},
				{ID: "00O000000000009AAA", Name: "Opened", Was: "denied", Now: "described"},
				{ID: "00O00000000000aAAA", Name: "Of a folder", Was: "described", Now: "without_columns"},
			},
		},
		Users: answer.UserChanges{Gone: []string{"005000000000001AAA"}},
	}
	golden(t, "diff", page().Diff(d))
	golden(t, "diff_none", page().Diff(answer.Diff{Source: "acme", From: before, To: newest}))
}

func printed(d *document.Document) string {
	var out strings.Builder
	document.Terminal{}.Print(&out, d)
	return out.String()
}

func TestWhy(t *testing.T) {
	t.Parallel()
	described := at("2026-11-20 05:01")
	denied := answer.Match{
		Kind: item.Report, ID: "00O000000000008AAA", Name: "Secret", Folder: "Sales", CreatedBy: "005000000000001AAA", ModifiedBy: "005000000000002AAA",
		State: "denied", Reason: "The run-as user lacks access to what this report is about", Fix: "give it access to the report type and its objects",
		Since: at("2026-11-22 05:00"), FirstSeen: at("2026-11-01 05:00"), LastSync: newest, DescribedAt: &described,
		DeliveredAt: map[string]time.Time{"castor": at("2026-11-21 05:04")}, File: map[string]string{"castor": "1795410000-reports.json"},
	}
	golden(t, "why", page().Why(answer.Why{Source: "acme", Of: "Secret", Matches: []answer.Match{denied}}))
	past := denied
	past.Away = &answer.Away{LastSync: before, Gone: at("2026-11-22 06:00"), Back: at("2026-11-22 08:00")}
	past.Reason, past.WithoutColumns = "The sync of 2026-11-22 05:00:07 UTC had it", true
	past.FormerNames = []answer.Former{{Was: "Open", Until: at("2026-11-10 05:00")}, {Was: "Old 👩\u200d💻", Until: at("2026-11-05 05:00")}}
	past.FormerFolders = []answer.Former{{Was: "Service", Until: at("2026-11-10 05:00")}}
	golden(t, "why_past", page().Why(answer.Why{Source: "acme", Of: past.ID, Matches: []answer.Match{past}}))
	other := answer.Match{Kind: item.Folder, ID: "00l000000000001AAA", Name: "Secret", State: "gone", LastSync: before}
	golden(t, "why_several", page().Why(answer.Why{Source: "acme", Of: "Secret", Matches: []answer.Match{denied, other}, More: 3}))
	golden(t, "why_unknown", page().Why(answer.Why{
		Source: "acme", Of: "00O00000000000zAAA", Calls: 1, Unknown: "It is deleted or hidden, which cannot be told apart; an administrator can check",
	}))
}
