package server

import (
	"slices"
	"strings"
	"testing"

	"longhaul/internal/simulator/org"
)

// TestWithoutViewPublicReports_aDashboardStillNamesItsReports: no listing and no address shows the reports of folders that are
// not shared with the run-as user, while the components that show them still name their ids.
func TestWithoutViewPublicReports_aDashboardStillNamesItsReports(t *testing.T) {
	t.Parallel()
	all := start(t, Options{Reports: 300, Columns: 1})
	some := start(t, Options{Reports: 300, Columns: 1, Revoked: []string{org.ViewPublicReports}})
	left, _ := some.ids("SELECT Id FROM Report")
	hidden, _ := all.ids("SELECT Id FROM Report")
	hidden = slices.DeleteFunc(hidden, func(id string) bool { return slices.Contains(left, id) })
	if len(hidden) < 200 || len(left) == 0 {
		t.Fatalf("%d reports are hidden, %d are not", len(hidden), len(left))
	}
	answered := 0
	for _, id := range hidden {
		path := "/services/data/v59.0/analytics/reports/" + id + "/describe"
		if all.get(path).status == 200 {
			answered++
		}
		if a := some.get(path); a.status != 404 {
			t.Fatalf("the describe of a hidden report answers %d %s", a.status, a.body)
		}
	}
	if answered < 200 {
		t.Errorf("with the permission %d describes are answered", answered)
	}
	const shown = "SELECT COUNT() FROM DashboardComponent WHERE CustomReportId != null"
	with, without := all.query(shown), some.query(shown)
	if string(with.body) != string(without.body) || strings.Contains(string(with.body), `"totalSize":0`) {
		t.Errorf("components name %s reports with the permission and %s without", with.body, without.body)
	}
	if a := some.query("SELECT Id FROM Report WHERE Id = '" + hidden[0] + "'"); strings.Contains(string(a.body), hidden[0]) {
		t.Errorf("a hidden report is found by its id: %s", a.body)
	}
}
