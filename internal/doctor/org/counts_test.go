package org

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/doctor"
	simulated "longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

// What is hidden is told as far as it can be: exactly with the right, about where the record counts list the object, else not at all.
func TestCheck_whatIsHidden(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		counts  bool
		revoked []string
		reports doctor.Count // hidden
		private doctor.Count
		says    string
	}{
		"everything is seen": {reports: doctor.Count{Kind: doctor.Exact}, private: doctor.Count{Count: 6, Kind: doctor.Exact}},
		"counted by the org": {
			counts: true, revoked: []string{simulated.ViewPublicReports},
			reports: doctor.Count{Count: -1, Kind: doctor.About}, private: doctor.Count{Count: 6, Kind: doctor.Exact}, says: "about",
		},
		"counted, with private ones": {
			counts: true, revoked: []string{simulated.ViewPublicReports, simulated.ManagePrivate},
			reports: doctor.Count{Count: -7, Kind: doctor.About}, private: doctor.Count{Kind: doctor.Unknown}, says: "private folders among them",
		},
		"not listed": {
			revoked: []string{simulated.ViewPublicReports}, reports: doctor.Count{Kind: doctor.Unknown},
			private: doctor.Count{Count: 6, Kind: doctor.Exact}, says: `cannot be counted without "View Reports in Public Folders"`,
		},
		"no right to count": {
			counts: true, revoked: []string{simulated.ViewPublicReports, simulated.ViewSetup}, reports: doctor.Count{Kind: doctor.Unknown},
			private: doctor.Count{Count: 6, Kind: doctor.Exact}, says: `"View Setup and Configuration"`,
		},
		"private ones by the org": {
			counts: true, revoked: []string{simulated.ManagePrivate}, reports: doctor.Count{Kind: doctor.Exact},
			private: doctor.Count{Count: 6, Kind: doctor.About},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, server.Options{CountsReports: test.counts, Revoked: test.revoked})
			found := f.check()
			if test.reports.Count < 0 { // all but the visible ones, and but private ones where their number is known
				test.reports.Count = 300 - test.reports.Count - 1 - found["visible.reports"].Count.Count
			}
			if got := *found["hidden.reports"].Count; got != test.reports || !strings.Contains(found["hidden.reports"].Found, test.says) {
				t.Errorf("hidden: %+v and %q, not %+v", got, found["hidden.reports"].Found, test.reports)
			}
			if got := *found["private.reports"].Count; got != test.private || found["private.reports"].Status != doctor.Pass {
				t.Errorf("private: %+v, not %+v", got, test.private)
			}
			kind := doctor.Exact
			if len(test.revoked) > 0 && test.revoked[0] == simulated.ViewPublicReports {
				kind = doctor.AtLeast
			}
			row := found["visible.reports"]
			if got := row.Count; got.Kind != kind || got.Count == 0 {
				t.Errorf("visible: %+v", got)
			}
			says := map[doctor.CountKind]string{doctor.About: "the org has about ", doctor.Unknown: "cannot be counted without"}[test.reports.Kind]
			if kind == doctor.AtLeast && (row.Status != doctor.Warn || !strings.Contains(row.Found, says)) {
				t.Errorf("visible: %+v", row)
			}
		})
	}
}

func TestCheck_anOrgWithoutReports(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Org: simulated.Generate(simulated.Spec{})})
	requireChanged(t, f.check(), map[string]doctor.Status{"visible.reports": doctor.Warn, "describe": doctor.Skipped})
}

// A set that is made for another licence gives a user nothing.
func TestCheck_aPermissionSetOfAnotherLicence(t *testing.T) {
	t.Parallel()
	made := simulated.Generate(simulated.Spec{Reports: 10})
	last := made.Count("PermissionSet") - 1
	edited, err := simulated.WithEdits(made, []simulated.Edit{{
		Object: "PermissionSet", ID: made.ID("PermissionSet", last), Fields: map[string]any{"LicenseId": made.ID("UserLicense", 1)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	found := start(t, server.Options{Org: edited}).check()
	requireChanged(t, found, map[string]doctor.Status{"run_as.permission_sets": doctor.Warn})
	if row := found["run_as.permission_sets"]; !strings.Contains(row.Found, `"Catalog reader" (licence "Salesforce Platform")`) {
		t.Errorf("%+v", row)
	}
}

// A report that nobody can describe says nothing of the others, so another one is tried.
func TestCheck_reportsThatCannotBeDescribed(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "report_obsolete", Times: 1}}})
	requireChanged(t, f.check(), map[string]doctor.Status{})
	if err := f.sim.SetFaults([]server.Fault{{Name: "report_no_privileges"}}); err != nil {
		t.Fatal(err)
	}
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"describe": doctor.Warn})
	if row := found["describe"]; !strings.Contains(row.Found, "report 00O") || !strings.Contains(row.Found, "no access") || row.Fix == "" {
		t.Errorf("%+v", row)
	}
}

func TestCheck_callsThatAreUsedUp(t *testing.T) {
	t.Parallel()
	want := skippedAll("login", "scopes", "clocks")
	want["api_calls"] = doctor.Warn
	f := start(t, server.Options{Reports: 10, DailyLimit: 1000})
	f.sim.AddUsage(1000)
	found := f.check()
	requireChanged(t, found, want)
	if row := found["api_calls"]; *row.Count != (doctor.Count{Kind: doctor.Exact}) || !strings.Contains(row.Found, "1,000 of 1,000") {
		t.Errorf("%+v", row)
	}
	f.sim.Advance(25 * time.Hour)
	if row := f.check()["api_calls"]; row.Status != doctor.Pass || row.Count.Count < 900 {
		t.Errorf("a day later %+v", row)
	}
}

func TestCheck_whereNoAnswerTellsTheUse(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, NoLimitInfo: true})
	requireChanged(t, f.check(), map[string]doctor.Status{})
	if err := f.sim.Revoke(simulated.ViewSetup); err != nil {
		t.Fatal(err)
	}
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{
		"permission.ViewSetup": doctor.Warn, "run_as.permission_sets": doctor.Skipped, "api_calls": doctor.Warn,
	})
}

func TestCheck_clocksThatDiffer(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10})
	f.sim.Advance(3 * time.Hour)
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"clocks": doctor.Warn})
	if row := found["clocks"]; !strings.Contains(row.Found, "3.0 h behind Salesforce") {
		t.Errorf("%+v", row)
	}
}

// Whatever goes wrong, a check makes no more calls than it says: the fixture counts them. Of an org whose answers all fail, and of one that
// refuses as much as it can.
func TestCheck_makesFewCalls(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]server.Options{
		"all fail":            {Faults: []server.Fault{{Name: "api_503"}}},
		"half of them fail":   {Faults: []server.Fault{{Name: "api_503", Rate: 0.5}}},
		"queries fail":        {Faults: []server.Fault{{Name: "api_503", Route: "query", Rate: 0.7}}},
		"describes fail":      {Faults: []server.Fault{{Name: "api_503", Route: "describe"}}},
		"bound to an address": {Faults: []server.Fault{{Name: "session_ip_locked"}}},
		"no describe has any": {Faults: []server.Fault{{Name: "empty_extended"}}},
		"nothing is told": {
			NoLimitInfo: true, Revoked: []string{simulated.ViewPublicReports, simulated.ViewPublicDashboards},
			Hidden: []string{
				"UserPermissionAccess.PermissionsManageRoles", "User.Username", "Profile.UserLicenseId", "User.UserType", "PermissionSet.LicenseId",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Reports = 10
			f := start(t, options)
			f.check()
			f.check()
		})
	}
}
