package apierror

import (
	"net/http"
	"testing"

	"longhaul/internal/fault"
)

func TestClassify_logins(t *testing.T) {
	t.Parallel()
	refused := func(says string) classed { return classed{fault.LoginRefused, true, false, says} }
	for _, row := range []struct {
		name   string
		status int
		code   string
		text   string
		want   classed
	}{
		{"an unknown consumer key", 400, "invalid_client_id", "client identifier invalid", refused("client_id")},
		{"a wrong secret", 400, "invalid_client", "invalid client credentials", refused("client_secret")},
		{"an app that is not installed", 400, "invalid_client", "app must be installed into org", refused("installed")},
		{"a blocked app", 400, "OAUTH_APP_BLOCKED", "this app is blocked by admin", refused("blocked")},
		{"a blocked app under another code", 400, "invalid_grant", "this app is blocked by admin", refused("blocked")},
		{"no Run As user", 400, "invalid_grant", "no client credentials user enabled", refused("Run As user")},
		{"a host without this flow", 400, "invalid_grant", "request not supported on this domain", refused("My Domain")},
		{"no usable scope", 400, "invalid_grant", "no valid scopes defined", refused("scope")},
		{"a wrong user or password", 400, "invalid_grant", "authentication failure", refused("security token")},
		{"a dead refresh token", 400, "invalid_grant", "expired access/refresh token", refused("authorise")},
		{"a login for another host", 400, "invalid_grant", "Audience validation failed", refused("base_url")},
		{"a user that has not approved", 400, "invalid_grant", "user hasn’t approved this consumer", refused("approved")},
		{"a user that is not admitted", 400, "invalid_app_access", "user is not admin approved to access this app", refused("admitted")},
		{"an inactive user", 400, "invalid_grant", "inactive user", refused("inactive or frozen")},
		{"an inactive user in other words", 400, "invalid_grant", "user is inactive", refused("inactive or frozen")},
		{"a forbidden network", 400, "invalid_grant", "ip restricted", refused("login IP ranges")},
		{"a locked org", 400, "invalid_grant", "inactive organization", refused("suspended")},
		{"too many logins in an hour", 400, "invalid_grant", "login rate exceeded", classed{fault.Throttled, true, false, "3,600"}},
		{"a user of the wrong kind", 400, "invalid_grant", "Maximum Logins Exceeded", refused("another Run As user")},
		{"a flow that is off", 400, "unsupported_grant_type", "grant type not supported", refused("client_credentials")},
		{"a malformed login", 400, "invalid_request", "must use HTTP POST", refused("must use HTTP POST")},
		{"a race on the server", 400, "unknown_error", "retry your request", classed{fault.Transient, false, true, "again"}},
		{"a code that is new", 400, "invalid_grant", "the moon is full", refused("the moon is full")},
		{"a refusal without a text", 400, "invalid_scope", "", refused("invalid_scope")},
	} {
		body := `{"error":"` + row.code + `","error_description":"` + row.text + `"}`
		got := Answer{Op: OpLogin, Host: "acme.my.salesforce.com", Status: row.status, Header: http.Header{}, Body: []byte(body)}.Classify()
		row.want.check(t, row.name, got)
	}
}

func TestClassify_loginsWithoutJSON(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   classed
	}{
		{"a page of the front end", 503, webPage, classed{fault.Transient, false, true, "in trouble"}},
		{"an empty gateway error", 502, "", classed{fault.Transient, false, true, "in trouble"}},
		{"no route", 420, webPage, classed{fault.Transient, false, true, "in trouble"}},
		{"too many requests", 429, "", classed{fault.Throttled, false, true, "less often"}},
		{"a host that is no Salesforce", 404, webPage, classed{fault.Transient, false, false, "My Domain"}},
		{"a gateway that knows no way", 404, `{"message":"no Route matched with those values"}`, classed{fault.Transient, false, false, "proxy"}},
		{"a portal in between", 403, webPage, classed{fault.Transient, false, true, "proxy"}},
		{"a proxy that requires a login", 407, webPage, classed{fault.Invalid, true, false, "HTTPS_PROXY"}},
	} {
		got := Answer{Op: OpLogin, Host: "acme.my.salesforce.com", Status: row.status, Header: http.Header{}, Body: []byte(row.body)}.Classify()
		row.want.check(t, row.name, got)
	}
}
