package warning

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// example fills every hole of a row.
func example(code Code) Warning {
	w := Warning{Code: code}
	for _, hole := range holes(table[code].text) {
		name, form, _ := strings.Cut(hole, "|")
		value := map[string]string{
			"time": "1795457770", "cost": "RunReports", "label": "RunReports", "labels": "RunReports, ViewAllUsers",
			"lacking": "RunReports, ViewAllUsers", "identity": "locale",
		}[form]
		switch {
		case name == "about":
			w.About = []Warning{New(NoPublicAPI, nil), New(NoReports, nil)}
			continue
		case value == "":
			value = "some " + name
		}
		if w.Params == nil {
			w.Params = Params{}
		}
		if w.Params[name] == "" || form != "" {
			w.Params[name] = value
		}
	}
	return w
}

// holes are the holes of a text, forms included.
func holes(text string) (all []string) {
	for _, part := range strings.Split(text, "{")[1:] {
		hole, _, _ := strings.Cut(part, "}")
		all = append(all, hole)
	}
	return all
}

func TestTable_makesASentenceOfEachCode(t *testing.T) {
	t.Parallel()
	for code := range table {
		w := example(code)
		text := w.Sentence()
		if text == "" || text == w.plain() || strings.ContainsAny(text, "{}|") {
			t.Errorf("%s: %q", code, text)
		}
		for name, value := range w.Params {
			bare := w
			bare.Params = Params{}
			for other, kept := range w.Params {
				if other != name {
					bare.Params[other] = kept
				}
			}
			if less := bare.Sentence(); less != bare.plain() && less == text {
				t.Errorf("%s says the same without %s (%s): %q", code, name, value, less)
			}
		}
		var again Warning
		if err := json.Unmarshal([]byte(encoded(w)), &again); err != nil || !again.Equal(w) || again.Sentence() != text {
			t.Errorf("%s reads back as %+v, %v", code, again, err)
		}
	}
}

func TestSentence_reads(t *testing.T) {
	t.Parallel()
	fewer := New(ShrunkUsers, Params{"now": "1", "fewer": "49", "before": "50"})
	for want, w := range map[string]Warning{
		"The run-as user sees 1 user, 49 fewer than the 50 of the last sync": fewer,
		"The run-as user sees no dashboard; the last sync had 3,000": New(
			ShrunkDashboards, Params{"now": "0", "fewer": "3000", "before": "3000"}),
		"1 report has columns, 1 % of all; in the last sync 90 had, 90 %": New(CoverageFell, Params{
			"with_columns": "1", "coverage_percent": "1", "last_with_columns": "90", "last_coverage_percent": "90",
		}),
		"1 report whose date stands still could not be described again, so what is known of it is of an earlier sync; it is " +
			"tried again after 1, 2, 4, 8 and then every 16 days, unless refresh.audit is 0": New(AuditsFailed, Params{"count": "1"}),
		"Salesforce described 1 report without some of its columns, so the files lack those":     New(ColumnsMissing, Params{"count": "1"}),
		"Salesforce described 12 reports without some of their columns, so the files lack those": New(ColumnsMissing, Params{"count": "12"}),
		`no column of a report can be read: give the run-as user "Run Reports"`:                  New(GivePermission, Params{"permission": "RunReports"}),
		`it cannot be read whether the run-as user has "Run Reports", "View All Users", so whether it sees all reports and dashboards is not known`: New(
			PermissionsUnknown, Params{"permissions": List([]string{"RunReports", "ViewAllUsers"})}),
		`The run-as user lacks the permission "Run Reports", without which no column of a report can be read`: New(
			PermissionMissing, Params{"permissions": "RunReports"}),
		"the run-as user's language is another than in the last sync, so every report is described again": New(
			IdentityChanged, Params{"changed": "locale"}),
		"approved by an operator (quarter end): The run-as user sees 1 user, 49 fewer than the 50 of the last sync. This first sync found no report at all": New(
			Approved, Params{"reason": "quarter end"}, fewer, New(NoReports, nil)),
		"discarded by an operator": New(Discarded, nil),
		"the last sync's files are named with a time in the future, so this sync names its files 1795960930 (29 Nov 2026 14:02 UTC), to count as " +
			"newer: a clock was wrong once; the warning ends when that time has passed": New(FutureTimestamp, Params{"timestamp": "1795960930"}),
		`the catalog at a cannot be reached now (c), and the catalog's token could not be tried (b answers with a web page called "Sign in"): ` +
			"whether the catalog takes the extract shows at the first delivery": New(DeliveryUntried, nil,
			New(CatalogUnreachable, Params{"host": "a", "cause": "c"}), New(TokenUntried, nil, New(AnswerPage, Params{"host": "b", "title": "Sign in"}))),
		"b answers with a web page": New(AnswerPage, Params{"host": "b"}),
	} {
		if got := w.Sentence(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// What another version of the program writes is read and shown, whatever it holds.
func TestWarning_ofAnotherVersionIsShownPlainly(t *testing.T) {
	t.Parallel()
	const rich = `{"code":"of_a_later_version","params":{"kind":"reports","count":3,"more":{"a":[1]},"none":null},"severity":7}`
	for line, want := range map[string]string{
		rich:                            `of_a_later_version (count: 3; kind: reports; more: {"a":[1]}; none: null)`,
		`{"code":"of_a_later_version"}`: "of_a_later_version",
		`{"code":"of_a_later_version","params":[1,2]}`:                                "of_a_later_version (params: [1,2])",
		`{"code":"of_a_later_version","params":null,"about":[{"code":"no_reports"}]}`: "of_a_later_version (This first sync found no report at all)",
		`{"code":"field_hidden","params":{"fields":"A, B","object":"Report"}}`:        "field_hidden (fields: A, B; object: Report)",
		`{"code":"give_permission","params":{"permission":"OfALaterRelease"}}`:        "give_permission (permission: OfALaterRelease)",
		`{"code":"future_timestamp","params":{"timestamp":"soon"}}`:                   "future_timestamp (timestamp: soon)",
		`{"code":"identity_changed","params":{"changed":"time_zone"}}`:                "identity_changed (changed: time_zone)",
		`{"code":"columns_missing","params":{"count":1}}`:                             "Salesforce described 1 report without some of its columns, so the files lack those",
		`{}`: "a warning without a code",
	} {
		var w Warning
		if err := json.Unmarshal([]byte(line), &w); err != nil || w.Sentence() != want {
			t.Errorf("%s reads as %q, %v; want %q", line, w.Sentence(), err, want)
		}
		var again Warning
		if err := json.Unmarshal([]byte(encoded(w)), &again); err != nil || !again.Equal(w) {
			t.Errorf("%s reads back as %+v, %v", line, again, err)
		}
	}
}

func TestNew_isBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<\u2028é", 500)
	about := Warning{Code: NoReports, Params: Params{"long": strings.Repeat("x", 600)}}
	for name, w := range map[string]Warning{
		"one parameter":    New(ExportRefused, Params{"failure": long, "export": "castor"}),
		"many":             New(ExportRefused, Params{"a": long, "b": long, "c": long, "d": "x"}),
		"names":            New("code", Params{long: "x", "a": "b"}),
		"a code":           New(Code(long), nil),
		"what it is about": New(Approved, Params{"reason": "right"}, about, about, about),
	} {
		if w.Size() > MaxBytes || !json.Valid([]byte(encoded(w))) || w.Sentence() == "" {
			t.Errorf("%s: %d bytes, %q", name, w.Size(), w.Sentence())
		}
	}
	got := New(ExportRefused, Params{"failure": long, "export": "castor"})
	if len(got.Params["failure"]) < 200 || !strings.HasPrefix(got.Sentence(), "the export castor cannot be delivered as it is: <") {
		t.Errorf("little is left: %q", got.Sentence())
	}
	if got := New(Approved, Params{"reason": "right"}, about, about, about); len(got.About) != 1 || got.Params["reason"] != "right" {
		t.Errorf("of three it keeps %+v", got)
	}
}

func TestShow_isFlat(t *testing.T) {
	t.Parallel()
	got := encoded(Show([]Warning{New(FieldHidden, Params{"field": "Format", "object": "Report"})}))
	want := `[{"code":"field_hidden","params":{"field":"Format","object":"Report"},` +
		`"message":"the run-as user may not see the field Format of Report; it is written as null"}]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if got := encoded(Show(nil)); got != "[]" {
		t.Errorf("none is %s", got)
	}
	var shown []Shown
	if err := json.Unmarshal([]byte(want), &shown); err != nil || encoded(shown) != want {
		t.Errorf("reads back as %s, %v", encoded(shown), err)
	}
}
