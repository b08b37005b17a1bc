package soql_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/soql"
)

func TestRendering(t *testing.T) {
	t.Parallel()
	report := `{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/` + reportIDs[0] + `"}`
	for query, want := range map[string]string{
		"SELECT id, NAME, Owner.Name, Format, Owner.Type, CreatedBy.Name FROM report WHERE Name='alpha'": report +
			`,"Id":"` + reportIDs[0] + `","Name":"alpha","Owner":{"attributes":{"type":"Name","url":"/services/data/v59.0/sobjects/Name/` +
			folderID + `"},"Name":"Public","Type":"Folder"},"Format":"Tabular","CreatedBy":null}`,
		"SELECT Title, TextColor, (SELECT CustomReportId, CustomReport.Name FROM DashboardComponents " +
			"WHERE CustomReportId != null) FROM Dashboard": `{"attributes":{` +
			`"type":"Dashboard","url":"/services/data/v59.0/sobjects/Dashboard/` + id("01Z", "000000001") + `"},"Title":"D","TextColor":3,` +
			`"DashboardComponents":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"DashboardComponent","url":` +
			`"/services/data/v59.0/sobjects/DashboardComponent/` + id("01a", "000000001") + `"},"CustomReportId":"` + reportIDs[0] +
			`","CustomReport":{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/` + reportIDs[0] + `"},"Name":"alpha"}}]}}`,
	} {
		rows, err := ask(newTable(soql.Binary), query, false)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if diff := cmp.Diff([]string{want}, rows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	rows, err := ask(newTable(soql.Binary), "SELECT FIELDS(ALL) FROM Report LIMIT 200", false)
	if err != nil || len(rows) != 3 || !strings.Contains(rows[0], `"SystemModstamp":null`) {
		t.Errorf("FIELDS(ALL) gives %v, %v", rows, err)
	}
	if rows, err := ask(newTable(soql.Binary), "SELECT Id FROM Report", true); err != nil || len(rows) != 4 {
		t.Errorf("with deleted rows there are %d, %v, want 4", len(rows), err)
	}
}

// refusals are the codes by which queries are refused.
var refusals = map[string]string{
	"":                                         soql.MalformedQuery,
	"SELECT Id FORM Report":                    soql.MalformedQuery,
	"SELECT FROM Report":                       soql.MalformedQuery,
	"SELECT Id, FROM Report":                   soql.MalformedQuery,
	"SELECT Id Name FROM Report":               soql.MalformedQuery,
	"SELECT Id FROM Report WHERE":              soql.MalformedQuery,
	"SELECT Id FROM Report LIMIT x":            soql.MalformedQuery,
	"SELECT Id FROM Report;":                   soql.MalformedQuery,
	"SELECT * FROM Report":                     soql.MalformedQuery,
	"SELECT Id, Id FROM Report":                soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Name = 'open": soql.MalformedQuery,
	`SELECT Id FROM Report WHERE Name = 'a\q'`: soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Name = \"a\"": soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Name = 'a' AND Name = 'b' OR Name = 'c'":                             soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Id IN ()":                                                            soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Id IN (SELECT CustomReportId FROM Dashboard)":                        soql.MalformedQuery,
	"SELECT Id FROM Report ORDER Id":                                                                  soql.MalformedQuery,
	"SELECT Id FROM Report GROUP BY Id":                                                               soql.MalformedQuery,
	"SELECT FIELDS(ALL) FROM Report":                                                                  soql.MalformedQuery,
	"SELECT FIELDS(ALL) FROM Report LIMIT 201":                                                        soql.MalformedQuery,
	"SELECT Id FROM Report LIMIT 10 OFFSET 2001":                                                      soql.OutsideRange,
	"SELECT Id FROM Raport":                                                                           soql.InvalidType,
	"SELECT Id FROM ReportType":                                                                       soql.InvalidType,
	"SELECT Id FROM Name":                                                                             soql.InvalidType,
	"SELECT Id, (SELECT Id FROM Components) FROM Dashboard":                                           soql.InvalidType,
	"SELECT Columns FROM Report":                                                                      soql.InvalidField,
	"SELECT ReportType FROM Report":                                                                   soql.InvalidField,
	"SELECT Folder.Name FROM Report":                                                                  soql.InvalidField,
	"SELECT NamespacePrefix FROM Report":                                                              soql.InvalidField,
	"SELECT Owner.FolderName FROM Report":                                                             soql.InvalidField,
	"SELECT Id FROM Dashboard WHERE DashboardResultRefreshedDate != null":                             soql.InvalidField,
	"SELECT Id FROM Dashboard ORDER BY DashboardResultRunningUser":                                    soql.InvalidField,
	"SELECT Id FROM Report WHERE LastRunDate > '2026-01-01T00:00:00Z'":                                soql.InvalidField,
	"SELECT Id FROM Report WHERE LastRunDate > 2026-01-01":                                            soql.InvalidField,
	"SELECT Id FROM Report WHERE IsDeleted = 'false'":                                                 soql.InvalidField,
	"SELECT Id FROM Report WHERE Name = 5":                                                            soql.InvalidField,
	"SELECT Id FROM Report WHERE Id = 5":                                                              soql.InvalidField,
	"SELECT Id FROM Report WHERE Id = 'not an id'":                                                    soql.InvalidFilter,
	"SELECT Id FROM Report WHERE Id > ''":                                                             soql.InvalidFilter,
	"SELECT Id FROM Report WHERE Id > '" + reportIDs[0][:17] + "x'":                                   soql.InvalidFilter,
	"SELECT Id FROM Report WHERE Id LIKE '00O%'":                                                      soql.InvalidFilter,
	"SELECT Id FROM Report WHERE Name > null":                                                         soql.InvalidFilter,
	"SELECT Id FROM Report USING SCOPE team":                                                          soql.InvalidScope,
	"SELECT Id FROM Folder USING SCOPE allPrivate":                                                    soql.InvalidScope,
	"SELECT Id FROM Report WHERE " + strings.Repeat("(", 99) + "Name = 'a'" + strings.Repeat(")", 99): soql.MalformedQuery,
	"SELECT Id FROM Report WHERE " + strings.Repeat("NOT ", 99) + "Name = 'a'":                        soql.MalformedQuery,
	"SELECT Id FROM Report WHERE Name = '" + strings.Repeat("a", 4001) + "'":                          soql.MalformedQuery,
	"SELECT Id FROM Report" + strings.Repeat(" ", 100_000):                                            soql.MalformedQuery,
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for query, want := range refusals {
		view := newTable(soql.Binary)
		view.lacks = "Report.NamespacePrefix"
		_, err := ask(view, query, false)
		var refused *soql.Error
		if !errors.As(err, &refused) || refused.Code != want {
			t.Errorf("%.80s: got %v, want %s", query, err, want)
		}
	}
}
