package org

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
	simulated "longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

func TestCheck_anOrgThatHasEverything(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{})
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{})
	var ids []string
	for _, row := range f.rows {
		ids = append(ids, row.ID)
	}
	if diff := cmp.Diff(order, ids); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
	if calls, logins := f.params.Meter.Calls(), f.params.Meter.Logins(); calls != 11 || logins != 1 {
		t.Errorf("%d calls and %d logins", calls, logins)
	}
	for id, want := range map[string]string{
		"run_as": "use…@simu…", "run_as.licence": `licence "Salesforce", profile "Standard User"`, "run_as.permission_sets": `"Catalog reader"`,
		"visible.reports": "300 reports, all but those in other users' private folders",
		"private.reports": "left out by scope.private: false: 6 reports", "describe": "3 columns",
		"login.address": "127.0.0.1",
		"login.history": "CatalogConnector: Success", "api_calls": "of 5,000,000", "scopes": "refresh_token", "api": "59.0",
		"permission.ViewRoles": "nothing that Longhaul reads", "session.limits": "Lock sessions",
	} {
		if !strings.Contains(found[id].Found, want) {
			t.Errorf("%s: %q does not say %q", id, found[id].Found, want)
		}
	}
	for id, want := range map[string]doctor.Count{
		"visible.reports": {Count: 300, Kind: doctor.Exact}, "hidden.reports": {Kind: doctor.Exact}, "private.reports": {Count: 6, Kind: doctor.Exact},
		"visible.dashboards": {Count: 30, Kind: doctor.Exact}, "visible.users": {Count: 60, Kind: doctor.Exact},
	} {
		if got := found[id].Count; got == nil || *got != want {
			t.Errorf("the count of %s is %v, not %v", id, got, want)
		}
	}
}

// Each permission that is missing has a row of its own. What else changes is what can no longer be asked or counted.
func TestCheck_eachPermissionSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]doctor.Status{
		simulated.RunReports: {"permission.RunReports": doctor.Fail, "describe": doctor.Skipped},
		simulated.ViewPublicReports: {
			"permission.ViewPublicReports": doctor.Warn, "visible.reports": doctor.Warn, "hidden.reports": doctor.Warn, "hidden.folders": doctor.Warn,
		},
		simulated.ViewPublicDashboards: {
			"permission.ViewPublicDashboards": doctor.Warn, "visible.dashboards": doctor.Warn, "hidden.dashboards": doctor.Warn, "hidden.folders": doctor.Warn,
		},
		simulated.ManagePrivate: {"permission.ManagePvtRptsAndDashbds": doctor.Warn},
		simulated.ViewRoles:     {"permission.ViewRoles": doctor.Warn},
		simulated.ViewSetup:     {"permission.ViewSetup": doctor.Warn, "run_as.permission_sets": doctor.Skipped},
		simulated.ViewAllUsers:  {"permission.ViewAllUsers": doctor.Warn, "hidden.users": doctor.Warn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, server.Options{Revoked: []string{name}})
			found := f.check()
			requireChanged(t, found, want)
			row := found["permission."+name]
			set := `> "Catalog reader" > System > System Permissions > Edit, tick, Save`
			if name == simulated.ViewSetup { // without which no set is seen
				set = "> Permission Sets > (the set) > System > System Permissions > Edit, tick, Save; where the user has no set"
			}
			if row.Cost == "" || !strings.Contains(row.Fix, row.Title) || !strings.Contains(row.Where, set) {
				t.Errorf("%+v", row)
			}
			if row.Status == doctor.Fail && row.Class != fault.PermissionMissing {
				t.Errorf("the class is %s", row.Class)
			}
			known, _ := permission.Find(name)
			if row.Holds != (known.Decides && !known.Needed) || row.Holds != doctor.Judge("acme", f.rows).Held {
				t.Errorf("a first sync is held: %t", row.Holds)
			}
		})
	}
}

func TestCheck_withoutAPIEnabled(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Revoked: []string{simulated.APIEnabled}})
	found := f.check()
	want := skippedAll("api", "login", "scopes", "clocks")
	want["api"] = doctor.Fail
	requireChanged(t, found, want)
	if row := found["api"]; row.Class != fault.PermissionMissing || !strings.Contains(row.Where, "API Enabled") || f.params.Meter.Calls() != 1 {
		t.Errorf("%d calls, %+v", f.params.Meter.Calls(), row)
	}
}

// skippedAll is what changes where nothing but some rows could be asked.
func skippedAll(but ...string) map[string]doctor.Status {
	skipped := map[string]doctor.Status{}
	for _, id := range order {
		skipped[id] = doctor.Skipped
	}
	for _, id := range but {
		delete(skipped, id)
	}
	return skipped
}

// What a missing scope is, a missing permission is not.
func TestCheck_scopes(t *testing.T) {
	t.Parallel()
	without := skippedAll("login", "clocks")
	without["scopes"] = doctor.Fail
	for name, test := range map[string]struct {
		scopes []string
		want   map[string]doctor.Status
		says   string
	}{
		"the guide's":   {[]string{"lightning", "api", "refresh_token"}, map[string]doctor.Status{}, "does not need"},
		"one more":      {[]string{"api", "chatter_api"}, map[string]doctor.Status{"scopes": doctor.Warn}, "chatter_api"},
		"without api":   {[]string{"lightning"}, without, `not "api"`},
		"none supports": {[]string{"refresh_token"}, refusedLogin(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, server.Options{Scopes: test.scopes})
			found := f.check()
			requireChanged(t, found, test.want)
			if row := found["scopes"]; !strings.Contains(row.Found, test.says) || row.Status == doctor.Fail && row.Class != fault.SessionPolicy {
				t.Errorf("%+v", row)
			}
		})
	}
}

// refusedLogin is what changes where no login is granted.
func refusedLogin() map[string]doctor.Status {
	want := skippedAll("clocks")
	want["login"] = doctor.Fail
	return want
}

func TestCheck_excess(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{})
	for _, name := range excessNames() {
		if err := f.sim.Grant(name); err != nil {
			t.Fatal(err)
		}
		found := f.check()
		requireChanged(t, found, map[string]doctor.Status{"permission.excess": doctor.Warn})
		if row := found["permission.excess"]; strings.Count(row.Found, "(") != 1 || strings.Contains(row.Where, "(the set)") ||
			!strings.Contains(row.Fix, `profile "Standard User", permission set "Catalog reader"`) ||
			!strings.Contains(row.Where, `Profiles > "Standard User" > System`) || !strings.Contains(row.Where, `Sets > "Catalog reader" > System`) {
			t.Errorf("%s: %+v", name, row)
		}
		if err := f.sim.Revoke(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheck_privateReportsThatAreWantedAndHidden(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Revoked: []string{simulated.ManagePrivate}})
	f.params.Private = true
	requireChanged(t, f.check(), map[string]doctor.Status{"permission.ManagePvtRptsAndDashbds": doctor.Fail})
	f.params.Private, f.params.AcceptMissing = false, []string{simulated.ManagePrivate}
	if row := f.check()["permission.ManagePvtRptsAndDashbds"]; row.Status != doctor.Warn || row.Holds || !strings.Contains(row.Cost, "accept_missing allows") {
		t.Errorf("%+v", row)
	}
}

func TestCheck_passwordLogin(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{}, func(c *salesforce.Config) { c.Auth = salesforce.AuthPassword })
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"login": doctor.Warn})
	if !strings.Contains(found["login"].Found, "older connected app only") {
		t.Errorf("%+v", found["login"])
	}
	if err := f.sim.SetFaults([]server.Fault{{Name: "oauth_authentication_failure"}}); err != nil {
		t.Fatal(err)
	}
	if row := f.check()["login"]; row.Status != doctor.Fail || !strings.Contains(row.Fix, "older connected app only") {
		t.Errorf("%+v", row)
	}
}

// A host that accepts and never answers costs the time of a few questions, and every row says so.
func TestCheck_endsWhereNothingAnswers(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(over) })
	f := start(t, server.Options{}, func(c *salesforce.Config) { c.BaseURL, c.Timeout, c.Attempts = silent.URL, time.Second, 1 })
	f.params.Meter = new(salesforce.Meter)
	rows := bounds{all: 100 * time.Millisecond, call: 50 * time.Millisecond}.check(t.Context(), f.params)
	for _, row := range rows {
		switch row.ID {
		case "login":
			if row.Status != doctor.Fail || row.Class != fault.Transient || !strings.Contains(row.Found, "no answer came in time") {
				t.Errorf("%+v", row)
			}
		case "clocks":
			if row.Status != doctor.Warn {
				t.Errorf("%+v", row)
			}
		default:
			if row.Status != doctor.Skipped {
				t.Errorf("%+v", row)
			}
		}
	}
	if len(rows) != len(order) || f.params.Meter.Calls() != 0 {
		t.Errorf("%d rows, %d calls", len(rows), f.params.Meter.Calls())
	}
	if patience.all > 15*time.Second || 2*patience.call > patience.all {
		t.Errorf("the bounds are %+v", patience)
	}
}
