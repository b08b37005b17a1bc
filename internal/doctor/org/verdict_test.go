package org

import (
	"strings"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	simulated "longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

// What Salesforce refuses for a while stops no sync, so no row fails by it; it is no good answer either.
func TestCheck_refusalsThatPass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault string
		row   string // that warns
		says  string
	}{
		"no call of the day is left, whatever the header says": {"api_total_requests", "api_calls", "has used up its daily API requests"},
		"too many requests at once":                            {"api_concurrent_requests", "api", "too many long requests"},
		"too many requests":                                    {"api_429", "api", "asks to send more slowly"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: test.fault}}})
			found := f.check()
			for id, row := range found {
				if warns := row.Status == doctor.Warn; warns != (id == test.row) || row.Status == doctor.Fail {
					t.Errorf("got %+v", row)
				}
			}
			row := found[test.row]
			if waits := test.row == "api_calls"; !strings.Contains(row.Found, test.says) || row.Cost == "" || row.Fix == "" || row.Waits != waits {
				t.Errorf("got %+v", row)
			}
		})
	}
}

// A user who may describe no report reads no column: that is certain, so it is not listed as unknown.
func TestCheck_describesThatAreAllRefused(t *testing.T) {
	t.Parallel()
	for name, class := range map[string]fault.Class{"high_assurance": fault.SessionPolicy, "report_no_run_reports": fault.PermissionMissing} {
		row := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: name}}}).check()["describe"]
		if row.Status != doctor.Fail || row.Class != class || row.Cost != "no column of a report can be read" {
			t.Errorf("%s: got %+v", name, row)
		}
	}
}

// The sentence of a row says what happened, and not how Salesforce wrote it.
func TestCheck_aVersionThatIsRetired(t *testing.T) {
	t.Parallel()
	row := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "api_410"}}}).check()["api"]
	if row.Status != doctor.Fail || row.Fix != "set api_version to a newer one" {
		t.Errorf("got %+v", row)
	}
}

// No record count of the org leaves out private dashboards, however well the private reports are known.
func TestCheck_hiddenDashboardsIncludePrivateOnes(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{CountsReports: true, Revoked: []string{simulated.ViewPublicDashboards}})
	if row := f.check()["hidden.dashboards"]; row.Status != doctor.Warn || !strings.Contains(row.Found, "private folders among them") {
		t.Errorf("got %+v", row)
	}
}

// A right that nothing uses is not asked for.
func TestCheck_asksForNoRightThatNothingUses(t *testing.T) {
	t.Parallel()
	row := start(t, server.Options{Reports: 10, Revoked: []string{simulated.ViewRoles}}).check()["permission.ViewRoles"]
	if row.Status != doctor.Warn || !strings.HasPrefix(row.Fix, "nothing; ") {
		t.Errorf("got %+v", row)
	}
}

// A sync ends where it may not list a kind, whatever permissions the user has. A query that is too large to count is read in pages.
func TestCheck_aKindThatIsClosed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]doctor.Status{"api_invalid_type": doctor.Fail, "api_operation_too_large": doctor.Warn} {
		found := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: name, Route: "query"}}}).check()
		for _, kind := range seen {
			row := found["visible."+string(kind)]
			if row.Status != want || want == doctor.Fail && (row.Class != fault.PermissionMissing || row.Where == "") {
				t.Errorf("%s: got %+v", name, row)
			}
		}
		if row := found["describe"]; strings.Contains(row.Found, `""`) {
			t.Errorf("a report that nobody knows is named: %+v", row)
		}
	}
}

// A row that fails says what it costs, also one that matters to nobody by itself.
func TestCheck_aPathThatIsNotThere(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "api_not_found"}}})
	if row := f.check()["login.history"]; row.Status != doctor.Fail {
		t.Errorf("got %+v", row)
	}
}
