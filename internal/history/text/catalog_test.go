package text_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
)

// said is what is shown of an answer, on one line.
func said(w answer.Why) string { return strings.Join(strings.Fields(printed(page().Why(w))), " ") }

func TestWhy_saysWhatTheCatalogHasOtherwise(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		state    string
		has      answer.InCatalog
		title    string
		says     []string
		saysNone []string
	}{
		{
			"reused", answer.InCatalog{Sync: before, Has: true}, ": reused ", nil, []string{"catalog"},
		},
		{
			"reused",
			answer.InCatalog{Sync: before, Has: true, Name: "Old", Folder: "Sales", Columns: answer.ColumnsOthers},
			": reused, but the catalog has an older version ",
			[]string{
				"The catalog still has it as it was in the sync of Sun 22 Nov 2026 06:00 CET, the last one that reached it, ",
				`called "Old", in folder Sales, with other columns. The next sync`,
			},
			nil,
		},
		{
			"denied",
			answer.InCatalog{Sync: before, Has: true, Columns: answer.ColumnsThere},
			": denied, but the catalog has an older version ",
			[]string{"reached it, with columns."},
			nil,
		},
		{
			"described",
			answer.InCatalog{Sync: before, Has: true, Columns: answer.ColumnsNone},
			": described, but the catalog has an older version ",
			[]string{"reached it, without columns."},
			nil,
		},
		{
			"described",
			answer.InCatalog{Sync: before},
			": described, but not in the catalog ",
			[]string{"It is not in the catalog: the sync of Sun 22 Nov 2026 06:00 CET, the last one that reached it, did not have it."},
			nil,
		},
		{"described", answer.InCatalog{}, ": described ", []string{"It is not in the catalog: no sync that is known has reached it."}, nil},
		{"filtered", answer.InCatalog{Sync: before}, ": filtered ", nil, []string{"catalog"}},
		{
			"gone",
			answer.InCatalog{Sync: before, Has: true, Name: "Old"},
			": gone, but still in the catalog ",
			[]string{`The catalog still has it, called "Old": the sync of`, "had it."},
			nil,
		},
		{"gone", answer.InCatalog{Sync: before}, ": gone ", []string{"It is not in the catalog: the sync of"}, nil},
		{
			"described",
			answer.InCatalog{Sync: before, Unknown: true},
			": described ",
			[]string{"What the catalog has of it is not known"},
			[]string{"not in the catalog"},
		},
	} {
		m := answer.Match{Kind: item.Report, ID: "00O000000000008AAA", Name: "New", State: row.state, InCatalog: map[string]*answer.InCatalog{"castor": &row.has}}
		shown := said(answer.Why{Source: "acme", Of: m.ID, Matches: []answer.Match{m}})
		for _, words := range append(row.says, row.title) {
			if !strings.Contains(shown+" ", words) {
				t.Errorf("%s, %+v: without %q:\n%s", row.state, row.has, words, shown)
			}
		}
		for _, words := range row.saysNone {
			if strings.Contains(shown, words) {
				t.Errorf("%s, %+v: with %q:\n%s", row.state, row.has, words, shown)
			}
		}
	}
}

// TestWhy_hasSecondsWhereTwoMomentsShareAMinute: the delivery and the beginning of the sync after it.
func TestWhy_hasSecondsWhereTwoMomentsShareAMinute(t *testing.T) {
	t.Parallel()
	m := answer.Match{
		Kind: item.Report, ID: "00O000000000008AAA", State: "reused", LastSync: newest,
		DeliveredAt: map[string]time.Time{"castor": at("2026-11-23 05:00").Add(31 * time.Second)},
	}
	shown := said(answer.Why{Source: "acme", Of: m.ID, Matches: []answer.Match{m}})
	if !strings.Contains(shown, "06:00:31 CET") || !strings.Contains(shown, "06:00:00 CET") {
		t.Error(shown)
	}
}

func TestWhy_listsTheGapsOfAFolder(t *testing.T) {
	t.Parallel()
	folder := answer.Match{Kind: item.Folder, ID: "00l000000000001AAA", Name: "Sales", State: "listed", Contents: &answer.Contents{
		Reports: 12, Dashboards: 1, Gaps: map[string]int64{"no_access": 2, "server_error": 1},
		Listed: []answer.Gap{{ID: "00O000000000008AAA", Name: "Secret", State: "denied", Code: "no_access", Since: at("2026-11-22 05:00")}},
	}}
	w := answer.Why{Source: "acme", Of: "Sales", Matches: []answer.Match{folder}, Cursor: "00O000000000008AAA"}
	golden(t, "why_folder", page().Why(w))
	w.Matches = append(w.Matches, folder)
	if shown := said(w); strings.Contains(shown, "Secret") || !strings.Contains(shown, "Which reports these are: longhaul why acme 00l000000000001AAA") {
		t.Error(shown)
	}
	folder.Contents = &answer.Contents{Reports: 1}
	if shown := said(answer.Why{Source: "acme", Of: "Sales", Matches: []answer.Match{folder}}); !strings.Contains(shown, "(00l000000000001AAA): 1 report, no gap") {
		t.Error(shown)
	}
}

func TestWhy_saysWhichSyncsLeftNoRecord(t *testing.T) {
	t.Parallel()
	w := answer.Why{Source: "acme", Of: "x", Unknown: "Nothing is known.", Unrecorded: []answer.Unrecorded{
		{Sync: newest, Outcome: "running"},
		{Sync: before, Outcome: "cancelled", Listed: answer.ListedYes, Name: "New"},
		{Sync: failed, Outcome: "failed", Account: true},
	}}
	shown := said(w)
	for _, words := range []string{
		"The sync of Mon 23 Nov 2026 06:00 CET, which still runs, has left no account of what it read: what it found is not told here.",
		`which was cancelled, left no account of what it read, but has listed it: "New".`,
		"which failed, left no record: what it read is known all the same, and told here.",
		"How that sync ended: longhaul show acme 20261122T050000",
	} {
		if !strings.Contains(shown, words) {
			t.Errorf("without %q:\n%s", words, shown)
		}
	}
}
