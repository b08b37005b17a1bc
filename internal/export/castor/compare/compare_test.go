package compare

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/internal/export/castor"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/salesforce"
)

func id(prefix string, n int) string {
	id, err := salesforce.ID18(fmt.Sprintf("%s5g%010d", prefix, n))
	if err != nil {
		panic(err)
	}
	return id
}

// ours and theirs are the two ways in which records are written.
type style struct {
	colon, comma, version, runtime string
	escape                         bool
	turned                         bool // the records lie in the other order
}

var (
	ours   = style{colon: ":", comma: ",", version: "1.2.3", runtime: "longhaul go1.26"}
	theirs = style{colon: ": ", comma: ", ", version: "0.26.11", runtime: "3.11.7 (main)", escape: true, turned: true}
)

// line is a record as a list of a name and a raw value.
type line [][2]string

func (s style) write(t *testing.T, dir string, timestamp int64, files map[string][]line) {
	t.Helper()
	for _, name := range castor.Names {
		var texts []string
		for _, record := range files[name] {
			var members []string
			for _, m := range record {
				value := m[1]
				if s.escape {
					value = strings.ReplaceAll(strings.ReplaceAll(value, "ü", `\u00fc`), `":`, `": `)
				}
				members = append(members, `"`+m[0]+`"`+s.colon+value)
			}
			texts = append(texts, "{"+strings.Join(members, s.comma)+"}")
		}
		if s.turned {
			slices.Reverse(texts)
		}
		content := "[" + strings.Join(texts, s.comma) + "]"
		if name == castor.Summary {
			content = fmt.Sprintf(`{"python_version":%q,"version":%q,"executed_at":"2026-11-23T16:33:37"}`, s.runtime, s.version)
		}
		if err := os.WriteFile(filepath.Join(dir, castor.FileName(timestamp, name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func reportLine(n int, name, folder string, more ...[2]string) line {
	return append(line{
		{"attributes", `{"type":"Report","url":"/services/data/v59.0/sobjects/Report/` + id("00O", n) + `"}`},
		{"Id", `"` + id("00O", n) + `"`},
		{"Name", `"` + name + `"`},
		{"OwnerId", `"` + folder + `"`},
		{"Format", `"Tabular"`},
		{"LastRunDate", "null"},
		{"Description", "null"},
	}, more...)
}

func metadataLine(n int, columns string) line {
	return line{{"reportId", `"` + id("00O", n) + `"`}, {"detailColumnInfo", columns}}
}

// org are the files of a small org.
func org() map[string][]line {
	sales := id("00l", 1)
	return map[string][]line{
		castor.Folders: {{
			{"Id", `"` + sales + `"`},
			{"Name", `"Vertrieb für alle"`},
			{"ParentId", "null"},
			{"Url", `"https://x/services/data/v59.0/sobjects/Folder/` + sales + `"`},
		}},
		castor.Reports: {reportLine(1, "Übersicht für alle", sales), reportLine(2, "b", sales), reportLine(3, "c", sales), reportLine(4, "d", sales)},
		castor.ReportsMetadata: {
			metadataLine(1, `{"A":{"label":"A","dataType":"string","filterable":true,"n":1.0},"B":{"label":"B","dataType":"int"}}`),
			metadataLine(2, `{"A":{"label":"A","dataType":"string"}}`), metadataLine(3, `{}`),
		},
		castor.Dashboards: {{
			{"Id", `"` + id("01Z", 1) + `"`}, {"Title", `"Board"`}, {"FolderId", `"` + sales + `"`}, {"RunningUserId", `"` + id("005", 1) + `"`},
		}},
		castor.DashboardComponents: {
			{{"attributes", `{"url":"/services/data/v59.0/sobjects/DashboardComponent/` + id("01a", 1) + `"}`}, {"Name", `"Chart"`}},
			{{"attributes", `{"url":"/services/data/v59.0/sobjects/DashboardComponent/` + id("01a", 2) + `"}`}, {"Name", "null"}},
		},
		castor.Users: {{{"Id", `"` + id("005", 1) + `"`}, {"Email", `"a@example.invalid"`}}, {{"Id", `"` + id("005", 2) + `"`}, {"Email", "null"}}},
	}
}

func folders(t *testing.T, from, to string) *Result {
	t.Helper()
	got, err := Folders(t.Context(), from, to, "")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func counts(r *Result) map[string]File {
	all := map[string]File{}
	for _, f := range r.Files {
		all[f.Name] = *f
	}
	return all
}

func TestFolders_thatAreEqualButForTime(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	theirs.write(t, a, 1795451617, org())
	later := org()
	for i := range later[castor.Reports] {
		later[castor.Reports][i][5] = [2]string{"LastRunDate", `"2026-11-24T00:00:00.000+0000"`}
		later[castor.Reports][i][0][1] = strings.Replace(later[castor.Reports][i][0][1], "v59.0", "v62.0", 1)
	}
	ours.write(t, b, 1795460000, later)
	ours.write(t, b, 1795450000, map[string][]line{}) // an older set
	got := folders(t, a, b)
	if !got.Equal || len(got.Diff.Totals) > 0 || got.Diff.Cursor != "" {
		t.Errorf("not equal: %+v", got.Diff)
	}
	if f := counts(got)[castor.Reports]; f.Same != 4 || f.Differ != 0 || f.Time["LastRunDate"] != 4 || f.API != 4 || len(f.Fields) > 0 {
		t.Errorf("reports: %+v", f)
	}
	if got.From.Program != "castor-extractor 0.26.11" || got.To.Program != "longhaul 1.2.3" || got.To.Timestamp != 1795460000 || got.To.Others != 1 {
		t.Errorf("sets: %+v, %+v", got.From, got.To)
	}
	for _, text := range []string{"LastRunDate", "version of the API", "holds another set; the newest whole one is compared"} {
		if !strings.Contains(strings.Join(got.Notes, "\n"), text) {
			t.Errorf("the notes lack %q: %q", text, got.Notes)
		}
	}
}

func TestFolders_sayWhatDiffers(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	was, now := org(), org()
	now[castor.Reports] = []line{
		reportLine(1, "Übersicht für alle", id("00l", 1)), reportLine(2, "b2", id("00l", 2)),
		reportLine(3, "c", id("00l", 1), [2]string{"NamespacePrefix", `"x"`}), reportLine(5, "e", id("00l", 1)), reportLine(5, "e", id("00l", 1)),
	}
	now[castor.ReportsMetadata] = []line{
		metadataLine(1, `{"A":{"label":"A","dataType":"double","filterable":false,"n":1},"C":{"label":"C","dataType":"int"}}`),
		metadataLine(3, `null`), metadataLine(5, `{"A":{"label":"A","dataType":"string"}}`),
	}
	now[castor.Users] = now[castor.Users][1:]
	theirs.write(t, a, 100, was)
	ours.write(t, b, 200, now)
	got := folders(t, a, b)
	sales := id("00l", 1)
	column := func(typ string) change.Column { return change.Column{Label: "A", Type: typ} }
	want := answer.Diff{
		From: a, To: b, Names: map[string]string{sales: "Vertrieb für alle"},
		Totals: change.Counts{item.Report: {Added: 1, Gone: 1, Renamed: 1, Moved: 1, Lost: 1, LostColumns: 1, State: 1}, item.User: {Gone: 1}},
		Reports: answer.ReportChanges{
			RecordChanges: answer.RecordChanges{
				Added: []answer.Named{{ID: id("00O", 5), Name: "e", Folder: sales}}, Gone: []answer.Named{{ID: id("00O", 4), Name: "d", Folder: sales}},
				Renamed: []answer.Renamed{{ID: id("00O", 2), Was: "b", Now: "b2"}},
				Moved:   []answer.Moved{{ID: id("00O", 2), Name: "b2", Was: sales, Now: id("00l", 2)}},
			},
			Columns: []answer.ColumnsChanged{{
				ID: id("00O", 1), Name: "Übersicht für alle", Gained: []string{"C"}, Lost: []string{"B"},
				Changed: []answer.ColumnChanged{{Column: "A", Was: column("string"), Now: column("double")}},
			}},
			State: []answer.StateChanged{{ID: id("00O", 2), Name: "b2", Was: "described", Now: "without_columns"}},
		},
		Users: answer.UserChanges{Gone: []string{id("005", 1)}},
	}
	if diff := cmp.Diff(want, got.Diff, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	all := counts(got)
	wantReports := File{
		Name: "reports", From: 4, To: 5, Same: 1, Differ: 2, OnlyFrom: 1, OnlyTo: 1, Repeated: 1,
		Fields: map[string]int64{"Name": 1, "OwnerId": 1, "NamespacePrefix": 1},
	}
	if diff := cmp.Diff(wantReports, all[castor.Reports], cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	wantColumns := File{
		Name: "reports_metadata", From: 3, To: 3, Same: 1, Differ: 1, OnlyFrom: 1, OnlyTo: 1,
		Fields: map[string]int64{"detailColumnInfo": 1, "detailColumnInfo.dataType": 1, "detailColumnInfo.filterable": 1},
	}
	if diff := cmp.Diff(wantColumns, all[castor.ReportsMetadata], cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	for _, text := range []string{"description fails once", "fewer than 2,000", "version 60.0", "has twice"} {
		if !strings.Contains(strings.Join(got.Notes, "\n"), text) {
			t.Errorf("the notes lack %q: %q", text, got.Notes)
		}
	}
	if got.Equal || !all[castor.Dashboards].equal() {
		t.Errorf("equal %v, dashboards %+v", got.Equal, all[castor.Dashboards])
	}
}

func TestFolders_pagesOfManyChanges(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	was, now := org(), org()
	was[castor.Reports], now[castor.Reports] = nil, nil
	for i := range 1500 {
		was[castor.Reports] = append(was[castor.Reports], reportLine(i, fmt.Sprintf("report %d", i), id("00l", 1)))
		now[castor.Reports] = append(now[castor.Reports], reportLine(i, fmt.Sprintf("Report %d", i), id("00l", 1)))
	}
	ours.write(t, a, 1, was)
	theirs.write(t, b, 2, now)
	seen, cursor := map[string]bool{}, ""
	for page := 0; page == 0 || cursor != ""; page++ {
		got, err := Folders(t.Context(), a, b, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if (got.Diff.Totals[item.Report].Renamed == 1500) != (page == 0) {
			t.Errorf("page %d: totals %+v", page, got.Diff.Totals)
		}
		for _, one := range got.Diff.Reports.Renamed {
			if seen[one.ID] {
				t.Errorf("%s comes twice", one.ID)
			}
			seen[one.ID] = true
		}
		cursor = got.Diff.Cursor
	}
	if len(seen) != 1500 {
		t.Errorf("%d of 1500", len(seen))
	}
}
