package project

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// npspDir finds the real project that lies beside the module, when it is there.
func npspDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.FromSlash("../../../../shared/orgs/npsp"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "reports")); err != nil {
		t.Skipf("no real project to test on: %s is not there (it is kept outside the module)", dir)
	}
	return dir
}

func loadNPSP(t *testing.T) *Project {
	t.Helper()
	p, err := Load(npspDir(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryReportFileOfARealProjectIsAReport(t *testing.T) {
	t.Parallel()
	p := loadNPSP(t)
	want := map[string]int{}
	err := filepath.WalkDir(npspDir(t), func(path string, _ fs.DirEntry, err error) error {
		for _, suffix := range []string{source.ReportSuffix, source.DashboardSuffix} {
			if strings.HasSuffix(path, suffix) {
				want[suffix]++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Count("Report"); got != want[source.ReportSuffix] || got == 0 {
		t.Errorf("%d reports, want one for each of the %d files", got, want[source.ReportSuffix])
	}
	if got := p.Count("Dashboard"); got != want[source.DashboardSuffix] {
		t.Errorf("%d dashboards, want %d", got, want[source.DashboardSuffix])
	}
}

func TestEveryRealReportDescribesItsColumns(t *testing.T) {
	t.Parallel()
	p := loadNPSP(t)
	answers := map[int]int{}
	for i := range p.Count("Report") {
		answer := p.Describe(i)
		answers[answer.Status]++
		r, _ := p.tables["Report"].rows[i].(*report)
		if (answer.Status == 501) != (len(r.def.Blocks) > 0) || answer.Status != 200 && answer.Status != 501 {
			t.Errorf("%s answers %d", r.fullName, answer.Status)
		}
		if answer.Status == 200 {
			checkDescribed(t, r, answer.ReportMetadata, answer.ReportExtendedMetadata)
		}
	}
	if answers[501] == 0 || answers[200] == 0 {
		t.Errorf("answers by status are %v, want some of 200 and of 501", answers)
	}
}

func checkDescribed(t *testing.T, r *report, metadata, extended any) {
	t.Helper()
	var meta struct{ DetailColumns, Aggregates []string }
	var ext map[string]map[string]struct{ Label, DataType string }
	recode(t, metadata, &meta)
	recode(t, extended, &ext)
	shown := map[string]bool{}
	for _, c := range r.def.Columns {
		key := strings.ReplaceAll(c.Field, "$", ".")
		shown[key] = true
		if _, ok := ext["detailColumnInfo"][key]; !ok {
			t.Errorf("%s: column %s is not in detailColumnInfo", r.fullName, key)
		}
	}
	if len(meta.DetailColumns) != len(shown) || len(ext["detailColumnInfo"]) != len(shown) {
		t.Errorf("%s: %d detail columns and %d infos for %d columns",
			r.fullName, len(meta.DetailColumns), len(ext["detailColumnInfo"]), len(shown))
	}
	for _, key := range meta.Aggregates {
		if _, ok := ext["aggregateColumnInfo"][key]; !ok {
			t.Errorf("%s: aggregate %s is not in aggregateColumnInfo", r.fullName, key)
		}
	}
	for part, infos := range ext {
		for key, info := range infos {
			if info.Label == "" || !apiTypes[info.DataType] {
				t.Errorf("%s: %s of %s has label %q and type %q", r.fullName, part, key, info.Label, info.DataType)
			}
		}
	}
}

// apiTypes are the documented values of dataType.
var apiTypes = map[string]bool{
	"string": true, "boolean": true, "combobox": true, "currency": true, "date": true, "datetime": true, "double": true,
	"email": true, "html": true, "id": true, "int": true, "multipicklist": true, "number": true, "percent": true,
	"phone": true, "picklist": true, "reference": true, "text": true, "textarea": true, "time": true, "url": true,
}

func recode(t *testing.T, from, into any) {
	t.Helper()
	raw, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

func TestNoColumnOfARealProjectIsUnknown(t *testing.T) {
	t.Parallel()
	p := loadNPSP(t)
	columns, guessed := 0, 0
	for name, fields := range p.used {
		kind := p.reportType(name)
		if kind.label == "" || strings.ContainsAny(kind.label, "_$@") {
			t.Errorf("type %s has the label %q", name, kind.label)
		}
		for _, field := range fields {
			c := p.column(kind, field)
			columns++
			switch {
			case c.known == schema.FromNothing:
				t.Errorf("%s in %s is known from nowhere (label %q)", field, name, c.label)
			case c.known == schema.FromName:
				guessed++
				t.Logf("%s in %s is guessed: %q, %s", field, name, c.label, c.dataType)
			}
			if c.label == "" || strings.Contains(c.label, "{}") || strings.Contains(c.label, "__") {
				t.Errorf("%s in %s has the label %q", field, name, c.label)
			}
		}
	}
	if columns < 100 || guessed*50 > columns {
		t.Errorf("%d of %d columns are guessed from their names, want less than 2 %%", guessed, columns)
	}
}

func TestEveryComponentOfARealDashboardLinksToItsReport(t *testing.T) {
	t.Parallel()
	p := loadNPSP(t)
	named := 0
	for _, row := range p.tables["Dashboard"].rows {
		d, _ := row.(*dashboard)
		for _, c := range d.def.components() {
			if c.reportName != "" {
				named++
			}
		}
	}
	linked := 0
	for i := range p.Count("DashboardComponent") {
		if id, ok := p.Record("DashboardComponent", i).Fields["CustomReportId"].(string); ok {
			linked++
			if _, found := p.Find("Report", id); !found {
				t.Errorf("component %s links to %s, which is no report", p.ID("DashboardComponent", i), id)
			}
		}
	}
	if linked != named || linked == 0 {
		t.Errorf("%d components link to a report, want the %d that name one", linked, named)
	}
}
