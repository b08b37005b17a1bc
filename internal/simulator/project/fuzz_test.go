package project

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/simulator/project/source"
)

// FuzzReport feeds the parser any text: it refuses it with a line, or describes it in JSON with a label for each column.
func FuzzReport(f *testing.F) {
	seeds, err := filepath.Glob(filepath.FromSlash(library + "/force-app/main/default/reports/*/*.report-meta.xml"))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range seeds {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, key := range []string{"$", "*", ".", "FK_$", "a.b*c$d.e.f", "FK_NAME", "__c.__r$", "..*.$", "RowCount", "CUST_NAME"} {
		for _, kind := range []string{"CustomEntity$X__c@X__c.Y__c", "@", "$", "Opportunity"} {
			f.Add("<Report><columns><field>" + key + "</field><aggregateTypes>Sum</aggregateTypes></columns><reportType>" +
				kind + "</reportType><format>Summary</format></Report>")
		}
	}
	p, err := Load(library)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		def := &reportXML{}
		if line, err := source.Decode([]byte(text), "Report", def); err != nil {
			if line < 1 || err.Error() == "" {
				t.Fatalf("line %d: %v", line, err)
			}
			return
		}
		r := &report{id: "00O000000000001AAA", fullName: "F/R", def: def}
		d := describer{p: p, r: r, kind: p.reportType(def.ReportType)}
		extended := d.extended()
		for _, part := range []any{d.metadata(), extended, p.typeOf(d.kind)} {
			if _, err := json.Marshal(part); err != nil {
				t.Fatal(err)
			}
		}
		for _, field := range d.shown() {
			i := slices.IndexFunc(extended.Details, func(m member) bool { return m.key == columnKey(field) })
			if i < 0 {
				t.Fatalf("column %q has no info", field)
			}
			info, ok := extended.Details[i].value.(detailInfo)
			if !ok || info.DataType == "" || strings.TrimSpace(info.Label) == "" {
				t.Fatalf("column %q has label %q and type %q", field, info.Label, info.DataType)
			}
		}
	})
}
