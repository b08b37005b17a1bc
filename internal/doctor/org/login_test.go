package org

import (
	"maps"
	"strings"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/simulator/server"
)

// Every way in which a login is refused has its own words, says what to change and where, and nothing else is asked of Salesforce.
func TestCheck_eachRefusedLogin(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, test := range []struct {
		fault, found, where string
		class               fault.Class
	}{
		{"oauth_invalid_client_id", "does not know the client id", "Consumer Key", fault.LoginRefused},
		{"oauth_invalid_client", "client secret is not the one", "App Manager > (the app) > View > API (Enable OAuth Settings) > Manage Consumer Details", fault.LoginRefused},
		{"oauth_not_installed", "not installed in the org", "Connected Apps OAuth Usage", fault.LoginRefused},
		{"oauth_app_blocked", "has blocked the app", "Setup > External Client Apps > OAuth Usage; of a connected app Setup > Apps > Connected Apps", fault.LoginRefused},
		{"oauth_no_run_as", "no user to run as", "Run As (Username)", fault.LoginRefused},
		{"oauth_wrong_domain", "takes no login of this kind", "My Domain", fault.LoginRefused},
		{"oauth_no_scopes", "no scope that this login can use", "OAuth Scopes", fault.LoginRefused},
		{"oauth_authentication_failure", "without saying why", "Login History", fault.LoginRefused},
		{"oauth_expired_token", "revoked or has expired", "OAuth Usage", fault.LoginRefused},
		{"oauth_jwt_audience", "made for another audience", "My Domain", fault.LoginRefused},
		{"oauth_jwt_unapproved", "has not approved the app", "Permitted Users", fault.LoginRefused},
		{"oauth_not_approved", "not admitted to the app", "Permitted Users", fault.LoginRefused},
		{"oauth_inactive_user", "inactive or frozen", "Users", fault.LoginRefused},
		{"oauth_user_is_inactive", "inactive or frozen", "Users", fault.LoginRefused},
		{"oauth_ip_restricted", "may not log in from this network", "Login IP Ranges", fault.LoginRefused},
		{"oauth_inactive_org", "locked or suspended the org", "Company Information", fault.LoginRefused},
		{"oauth_login_rate_exceeded", "more than 3,600 times", "Login History", fault.Throttled},
		{"oauth_maximum_logins", "of a kind that may not log in", "Run As (Username)", fault.LoginRefused},
		{"oauth_unsupported_grant_type", "does not allow this way to log in", "OAuth and OpenID Connect Settings", fault.LoginRefused},
		{"oauth_invalid_request", "does not understand the login", "Login History", fault.LoginRefused},
		{"oauth_unknown_error", "try the login again", "", fault.Transient},
		{"oauth_login_hours", "words that are not known", "Login History", fault.LoginRefused},
		{"oauth_503_html", "in trouble", "", fault.Transient},
	} {
		t.Run(test.fault, func(t *testing.T) {
			f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: test.fault}}})
			found := f.check()
			requireChanged(t, found, refusedLogin())
			row := found["login"]
			if !strings.Contains(row.Found, test.found) || !strings.Contains(row.Where, test.where) || row.Class != test.class || row.Fix == "" {
				t.Errorf("%+v", row)
			}
			if f.params.Meter.Calls() != 0 {
				t.Errorf("%d calls were made", f.params.Meter.Calls())
			}
			same := test.fault == "oauth_user_is_inactive" // in other words than inactive_user, and the same
			if other, taken := said[row.Found]; taken && !same {
				t.Errorf("%s and %s are told apart by nothing: %q", test.fault, other, row.Found)
			}
			said[row.Found] = test.fault
			if row := found["login.history"]; !strings.Contains(row.Where, "Login History") || !strings.Contains(row.Found, "Source IP") {
				t.Errorf("%+v", row)
			}
			if row := found["login.address"]; row.Status != doctor.Skipped || row.Where != "" || row.Found != "not asked: the login failed" {
				t.Errorf("it says again what the row of the history says: %+v", row)
			}
		})
	}
}

// What the login history says of refusals before shows once a login is granted.
func TestCheck_aRefusedLoginBeforeThisOne(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "oauth_ip_restricted", Times: 1}}})
	requireChanged(t, f.check(), refusedLogin())
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"login.history": doctor.Warn})
	if row := found["login.history"]; !strings.Contains(row.Found, "Restricted IP") || !strings.Contains(row.Found, "Success") {
		t.Errorf("%+v", row)
	}
}

// A check says what is so now: it does not stand on a session from before.
func TestCheck_looksAtTheCredentialsAnew(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10})
	requireChanged(t, f.check(), map[string]doctor.Status{})
	f.sim.SetSecretRotated(true)
	requireChanged(t, f.check(), refusedLogin())
	f.sim.SetSecretRotated(false)
	f.sim.SetUserFrozen(true)
	if row := f.check()["login"]; row.Status != doctor.Fail || !strings.Contains(row.Where, "Unfreeze") {
		t.Errorf("%+v", row)
	}
	f.sim.SetUserFrozen(false)
	requireChanged(t, f.check(), map[string]doctor.Status{"login.history": doctor.Warn})
}

// Sessions that end at once show that the org binds them to an address, or that somebody ends them.
func TestCheck_sessionsThatEnd(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "session_expired", Times: 1, Route: "query"}}})
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"session.limits": doctor.Warn})
	if row := found["session.limits"]; !strings.Contains(row.Found, "once") || !strings.Contains(row.Where, "Session Settings") {
		t.Errorf("%+v", row)
	}
}

func TestCheck_policiesOfTheOrg(t *testing.T) {
	t.Parallel()
	api := skippedAll("login", "scopes", "clocks")
	api["api"] = doctor.Fail
	told := maps.Clone(api) // the refusal itself tells the use of the org
	delete(told, "api_calls")
	for name, test := range map[string]struct {
		options server.Options
		want    map[string]doctor.Status
		where   string
	}{
		"high assurance for reports": {server.Options{StepUp: true}, map[string]doctor.Status{"describe": doctor.Fail}, "Identity Verification"},
		"no REST":                    {server.Options{Faults: []server.Fault{{Name: "session_not_for_rest"}}}, api, "OAuth Scopes"},
		"no API in the edition":      {server.Options{Faults: []server.Fault{{Name: "api_disabled_for_org"}}}, api, "Company Information"},
		"an expired password":        {server.Options{Faults: []server.Fault{{Name: "api_expired_password"}}}, told, "Reset Password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Reports = 10
			found := start(t, test.options).check()
			requireChanged(t, found, test.want)
			for id, status := range test.want {
				if row := found[id]; status == doctor.Fail && (!strings.Contains(row.Where, test.where) || row.Class == "") {
					t.Errorf("%+v", row)
				}
			}
		})
	}
}

// A page in place of each answer is no refusal, and no setting of the user changes it.
func TestCheck_aMaintenancePageIsNoMissingPermission(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "html_200"}}})
	row := f.check()["api"]
	if row.Status != doctor.Fail || row.Class != fault.Transient || !strings.HasPrefix(row.Title, "Answer of the host") ||
		!strings.Contains(row.Found, "Down for Maintenance") || !strings.Contains(row.Fix, "status.salesforce.com") {
		t.Errorf("%+v", row)
	}
}

// TestCheck_ofAConnectedSourceNamesTheCommand that gives it another secret.
func TestCheck_ofAConnectedSourceNamesTheCommand(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, Faults: []server.Fault{{Name: "oauth_invalid_client"}}})
	f.params.Connect = func(setting string) string { return "`longhaul connect acme` with another " + setting }
	if row := f.check()["login"]; row.Fix != "copy it again, and check client_secret: `longhaul connect acme` with another client_secret" {
		t.Errorf("to mend it: %q", row.Fix)
	}
}
