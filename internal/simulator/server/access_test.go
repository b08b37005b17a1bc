package server

import (
	"strings"
	"testing"

	"longhaul/internal/simulator/org"
)

const ownLogins = "SELECT UserId, LoginTime, LoginSubType, SourceIp, Application, Status FROM LoginHistory ORDER BY LoginTime DESC LIMIT 10"

func TestLoginHistory_hasTheUsersOwnLoginsAndRefusals(t *testing.T) {
	t.Parallel()
	moved := newClock()
	c := start(t, Options{Clock: moved})
	moved.add(60e9)
	if err := c.s.SetFaults([]Fault{{Name: "oauth_ip_restricted", Times: 1}}); err != nil {
		t.Fatal(err)
	}
	if a := c.grant(); a.status != 400 {
		t.Fatalf("a login from elsewhere answers %d", a.status)
	}
	if a := c.grant("client_secret", "wrong"); a.status != 400 {
		t.Fatalf("a wrong secret answers %d", a.status)
	}
	var rows struct {
		Records []struct{ UserID, LoginTime, LoginSubType, SourceIP, Application, Status string }
	}
	a := c.query(ownLogins)
	a.decode(t, &rows)
	if len(rows.Records) != 2 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	newest, oldest := rows.Records[0], rows.Records[1]
	if newest.Status != "Restricted IP" || newest.LoginTime != "2026-08-01T10:01:00.000+0000" || newest.SourceIP != "127.0.0.1" {
		t.Errorf("the refused login is %+v", newest)
	}
	if oldest.Status != "Success" || oldest.Application != "CatalogConnector" || oldest.LoginSubType != "OauthClientCredentials" ||
		oldest.UserID != c.s.live.Tenant().Org().Info().RunAsUserID {
		t.Errorf("the login is %+v", oldest)
	}
	for _, field := range []string{"Status", "Application", "SourceIp"} {
		if a := c.query("SELECT Id FROM LoginHistory WHERE " + field + " = 'Success'"); a.status != 400 || a.code() != "INVALID_FIELD" {
			t.Errorf("a filter by %s answers %d %s", field, a.status, a.body)
		}
	}
	if ids, _ := c.ids("SELECT Id FROM LoginHistory WHERE UserId = '" + newest.UserID + "' ORDER BY Id"); len(ids) != 2 {
		t.Errorf("the ids are %v", ids)
	} else if a := c.query("SELECT Status FROM LoginHistory WHERE Id = '" + ids[0] + "'"); !strings.Contains(string(a.body), "Success") {
		t.Errorf("the first login is %s", a.body)
	}
}

func TestPermissionSets_areSeenWithViewSetupAlone(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	user := c.s.live.Tenant().Org().Info().RunAsUserID
	const sets = "SELECT PermissionSet.Label, PermissionSet.IsOwnedByProfile, PermissionSet.LicenseId, PermissionSet.License.Name " +
		"FROM PermissionSetAssignment ORDER BY Id"
	if a := c.query(sets); strings.Count(string(a.body), `"Name":"Salesforce"`) != 2 || !strings.Contains(string(a.body), `"Catalog reader"`) ||
		!strings.Contains(string(a.body), `"type":"UserLicense"`) && !strings.Contains(string(a.body), `"type":"Name"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	licence := "SELECT Profile.Name, Profile.UserLicense.Name FROM User WHERE Id = '" + user + "'"
	profiles := len(strings.Split(string(c.query("SELECT Name FROM Profile").body), `"Name"`)) - 1
	if err := c.s.Revoke(org.ViewSetup); err != nil {
		t.Fatal(err)
	}
	if a := c.query(sets); a.status != 400 || a.code() != "INVALID_TYPE" {
		t.Errorf("without the permission: %d %s", a.status, a.body)
	}
	if a := c.query(licence); !strings.Contains(string(a.body), `"Name":"Standard User"`) || !strings.Contains(string(a.body), `"Name":"Salesforce"`) {
		t.Errorf("the own profile is %d %s", a.status, a.body)
	}
	if a := c.query("SELECT Name FROM Profile"); profiles != 5 || strings.Count(string(a.body), `"Name"`) != 1 {
		t.Errorf("%d profiles are seen with the permission; without it %s", profiles, a.body)
	}
}

func TestRecordCount_listsWhatThereIs(t *testing.T) {
	t.Parallel()
	const path = "/services/data/v59.0/limits/recordCount"
	c := start(t, Options{Reports: 200, Columns: 1})
	if a := c.get(path + "?sObjects=User,Report,Nothing"); a.status != 200 || string(a.body) != `{"sObjects":[{"count":42,"name":"User"}]}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	counting := start(t, Options{Reports: 200, Columns: 1, CountsReports: true, Revoked: []string{org.ViewPublicReports}})
	if a := counting.get(path + "?sObjects=Report"); string(a.body) != `{"sObjects":[{"count":204,"name":"Report"}]}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := counting.get(path); !strings.Contains(string(a.body), `"Folder"`) || strings.Contains(string(a.body), "LoginHistory") {
		t.Errorf("all objects: %d %s", a.status, a.body)
	}
	if err := c.s.Revoke(org.ViewSetup); err != nil {
		t.Fatal(err)
	}
	if a := c.get(path); a.status != 403 || a.code() != "INSUFFICIENT_ACCESS" {
		t.Errorf("without the permission: %d %s", a.status, a.body)
	}
}

func TestScopes_areThoseOfTheToken(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Scopes: []string{"lightning", "api", "refresh_token"}})
	if a := c.grant(); !strings.Contains(string(a.body), `"scope":"lightning api"`) {
		t.Errorf("the token has %s", a.body)
	}
	without := start(t, Options{Scopes: []string{"lightning"}})
	if a := without.send("limits"); a.status != 401 || !strings.Contains(string(a.body), "not valid for use with the REST API") {
		t.Errorf("without api: %d %s", a.status, a.body)
	}
	if used := without.s.Stats().APICalls; used != 0 {
		t.Errorf("%d refused calls count", used)
	}
}

func TestElevatedPermissions_areGrantedOnly(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	const query = "SELECT PermissionsModifyAllData, PermissionsRunReports FROM UserPermissionAccess"
	if a := c.query(query); !strings.Contains(string(a.body), `"PermissionsModifyAllData":false,"PermissionsRunReports":true`) {
		t.Errorf("at first: %s", a.body)
	}
	if err := c.s.Grant("ModifyAllData"); err != nil {
		t.Fatal(err)
	}
	if a := c.query(query); !strings.Contains(string(a.body), `"PermissionsModifyAllData":true`) {
		t.Errorf("granted: %s", a.body)
	}
	if err := c.s.Revoke("ModifyAllData"); err != nil {
		t.Fatal(err)
	}
	if a := c.query(query); !strings.Contains(string(a.body), `"PermissionsModifyAllData":false`) {
		t.Errorf("revoked again: %s", a.body)
	}
	c = start(t, Options{Granted: []string{"ModifyAllData"}})
	if a := c.query(query); !strings.Contains(string(a.body), `"PermissionsModifyAllData":true`) {
		t.Errorf("granted from the start: %s", a.body)
	}
}

func TestStats_countTheClientsThatNameThemselves(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.query("SELECT Id FROM Organization", "Sforce-Call-Options", "client=Some/1, defaultNamespace=battle")
	c.query("SELECT Id FROM Organization", "Sforce-Call-Options", "defaultNamespace=battle; client=Some/1")
	c.query("SELECT Id FROM Organization")
	c.get("/services/data")
	if got := c.s.Stats().Clients; got["Some/1"] != 2 || got[""] != 1 || len(got) != 2 {
		t.Errorf("the clients are %v", got)
	}
}
