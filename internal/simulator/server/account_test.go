package server

import (
	"strings"
	"testing"

	"longhaul/internal/simulator/org"
)

func TestUser_losesItsSessionsAndLogins(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ lose, restore, refusal, state string }{
		"a frozen user": {
			`{"frozen":true}`, `{"frozen":false}`, `{"error":"invalid_grant","error_description":"user is inactive"}`,
			`{"frozen":true,"secret":"restored"}`,
		},
		"a rotated secret": {
			`{"secret":"rotated"}`, `{"secret":"restored"}`, `{"error":"invalid_client","error_description":"invalid client credentials"}`,
			`{"frozen":false,"secret":"rotated"}`,
		},
	} {
		c := start(t, Options{})
		if a := c.do("POST", "/simulator/user", test.lose); a.status != 200 || string(a.body) != test.state {
			t.Errorf("%s: %d %s, want %s", name, a.status, a.body, test.state)
		}
		if a := c.send("limits"); a.status != 401 || a.code() != "INVALID_SESSION_ID" {
			t.Errorf("%s: its session answers %d %s", name, a.status, a.body)
		}
		ready := c.s.Ready()
		password := []string{"grant_type", "password", "username", ready.Username, "password", ready.Password + ready.SecurityToken}
		for _, a := range []answer{c.grant(), c.grant(password...)} {
			if a.status != 400 || string(a.body) != test.refusal {
				t.Errorf("%s: a login answers %d %s, want %s", name, a.status, a.body, test.refusal)
			}
		}
		if a := c.do("POST", "/simulator/user", test.restore); a.status != 200 || c.get("/simulator/user").status != 200 {
			t.Errorf("%s: restoring answers %d %s", name, a.status, a.body)
		}
		if a := c.send("limits"); a.status != 401 {
			t.Errorf("%s: a session that ended lives again: %d", name, a.status)
		}
		c.token = c.login()
		if a := c.send("limits"); a.status != 200 {
			t.Errorf("%s: after a new login %d %s", name, a.status, a.body)
		}
	}
}

func TestUser_wrongSecretsStayWrong(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.s.SetUserFrozen(true)
	if a := c.grant("client_secret", "wrong"); !strings.Contains(string(a.body), "invalid_client") {
		t.Errorf("a wrong secret of a frozen user's app answers %s", a.body)
	}
	for body, want := range map[string]string{
		`{"secret":"lost"}`: "may be rotated or restored", `{"frozen":"yes"}`: "of the form", `{"active":false}`: "of the form",
	} {
		if a := c.do("POST", "/simulator/user", body); a.status != 400 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
}

func TestPermissions_changeAtRunTime(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Revoked: []string{org.ViewSetup}})
	a := c.do("POST", "/simulator/permissions", `{"revoke":["RunReports","ViewRoles","RunReports"],"grant":["ViewSetup"]}`)
	if a.status != 200 || string(a.body) != `{"lacking":["RunReports","ViewRoles"]}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	lacking := c.query("SELECT PermissionsRunReports, PermissionsViewSetup FROM UserPermissionAccess")
	if !strings.Contains(string(lacking.body), `"PermissionsRunReports":false,"PermissionsViewSetup":true`) {
		t.Errorf("the user's permissions are %s", lacking.body)
	}
	if describe, limits, roles := c.send("describe"), c.send("limits"), c.query("SELECT Id FROM UserRole"); describe.status != 403 ||
		limits.status != 200 || roles.status != 400 {
		t.Errorf("without running reports and viewing roles: describe %d, limits %d, roles %d", describe.status, limits.status, roles.status)
	}
	if err := c.s.Grant(org.RunReports); err != nil || c.send("describe").status != 200 {
		t.Errorf("a granted permission is not there: %v", err)
	}
	for body, want := range map[string]string{
		`{"revoke":["Fly"]}`:                             `no user permission is called \"Fly\"; there are ApiEnabled`,
		`{"grant":["ViewSetup"],"revoke":["ViewSetup"]}`: "at once",
		`["RunReports"]`:                                 "of the form",
	} {
		if a := c.do("POST", "/simulator/permissions", body); a.status != 400 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	if err := c.s.Revoke("PermissionsRunReports"); err == nil {
		t.Error("a name with the prefix is accepted")
	}
}
