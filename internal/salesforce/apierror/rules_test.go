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
		{"a proxy that asks for a login", 407, webPage, classed{fault.Invalid, true, false, "HTTPS_PROXY"}},
	} {
		got := Answer{Op: OpLogin, Host: "acme.my.salesforce.com", Status: row.status, Header: http.Header{}, Body: []byte(row.body)}.Classify()
		row.want.check(t, row.name, got)
	}
}

func TestClassify_requests(t *testing.T) {
	t.Parallel()
	transient := func(says string) classed { return classed{fault.Transient, false, true, says} }
	ours := classed{fault.Invalid, true, false, "fault of Longhaul"}
	for _, row := range []struct {
		name   string
		status int
		code   string
		text   string
		want   classed
	}{
		{"a malformed query", 400, "MALFORMED_QUERY", "unexpected token: 'FORM'", ours},
		{
			"an unknown field", 400, "INVALID_FIELD", "SELECT X FROM Report\n       ^\nERROR at Row:1:Column:8\nNo such column 'X' on entity 'Report'. If you are",
			classed{fault.PermissionMissing, false, false, "Report.X"},
		},
		{
			"an unknown object", 400, "INVALID_TYPE", "sObject type 'EntityDefinition' is not supported.",
			classed{fault.PermissionMissing, false, false, "EntityDefinition"},
		},
		{
			"a bad id", 400, "MALFORMED_ID", "Account ID: id value of incorrect type: 001",
			classed{fault.Invalid, false, false, "fault of Longhaul"},
		},
		{"a dead cursor", 400, "INVALID_QUERY_LOCATOR", "invalid query locator", classed{fault.Transient, false, false, "anew"}},
		{"an offset too far", 400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000", ours},
		{
			"a slow query", 400, "QUERY_TIMEOUT", "Your query request was running for too long.",
			classed{fault.Transient, false, false, "too long"},
		},
		{
			"a query too large", 400, "OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's",
			classed{fault.PermissionMissing, false, false, "View All Data"},
		},
		{
			"an ended session", 401, "INVALID_SESSION_ID", "Session expired or invalid",
			classed{fault.SessionExpired, false, false, "session"},
		},
		{"an ended signed session", 401, "INVALID_JWT_FORMAT", "jwt", classed{fault.SessionExpired, false, false, "session"}},
		{"a bad header", 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", classed{fault.SessionExpired, false, false, "session"}},
		{
			"a session that may not use REST", 401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API",
			classed{fault.SessionPolicy, true, false, "scope api"},
		},
		{
			"an app without agent", 401, "INVALID_SESSION_ID", "Connected app is not attached to Agent",
			classed{fault.SessionPolicy, true, false, "agent"},
		},
		{
			"the daily quota", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.",
			classed{fault.QuotaExhausted, true, false, "24 hours"},
		},
		{
			"too many long requests", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
			classed{fault.Throttled, false, false, "fewer"},
		},
		{
			"too many long transactions", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded",
			classed{fault.Throttled, false, false, "fewer"},
		},
		{
			"an org without API", 403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.",
			classed{fault.PermissionMissing, true, false, "edition"},
		},
		{
			"a user without API", 403, "API_CURRENTLY_DISABLED", "API is currently disabled for this user",
			classed{fault.PermissionMissing, true, false, "API Enabled"},
		},
		{
			"missing access", 403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id",
			classed{fault.PermissionMissing, false, false, "access"},
		},
		{
			"an expired password", 403, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The users password has expired",
			classed{fault.LoginRefused, true, false, "password"},
		},
		{"slow security policies", 403, "TXN_SECURITY_METERING_ERROR", "We can’t complete the action", transient("transaction security")},
		{
			"high assurance", 403, "FORBIDDEN", "High-assurance session required",
			classed{fault.SessionPolicy, true, false, "high assurance"},
		},
		{"a blocked app", 403, "OAUTH_APP_BLOCKED", "this app is blocked by admin", classed{fault.LoginRefused, true, false, "blocked"}},
		{"a frozen user", 403, "FORBIDDEN", "User is frozen", classed{fault.LoginRefused, true, false, "frozen"}},
		{"an unknown path", 404, "NOT_FOUND", "The requested resource does not exist", classed{fault.Invalid, true, false, "api_version"}},
		{"a wrong method", 405, "METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are GET", ours},
		{"an empty 406", 406, "", "", transient("in trouble")},
		{"a retired version", 410, "GONE", "410: GONE", classed{fault.Invalid, true, false, "59.0"}},
		{"an address too long", 414, "", "", ours},
		{"headers too long", 431, "", "", ours},
		{"a wrong content type", 415, "UNSUPPORTED_MEDIA_TYPE", "json only", ours},
		{"no route", 420, "", webPage, transient("still exists")},
		{"too many requests", 429, "", "", classed{fault.Throttled, false, true, "slowly"}},
		{"an unknown exception", 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1335629781-1507 (-533229289)", transient("in trouble")},
		{"a bad gateway", 502, "", webPage, transient("in trouble")},
		{"an overload", 503, "SERVER_UNAVAILABLE", "We are down for maintenance", transient("in trouble")},
		{"an overload as a page", 503, "", webPage, transient("in trouble")},
		{"a gateway that waits no longer", 504, "", webPage, transient("in trouble")},
		{"a refusal by a code that is new", 403, "NEW_CODE", "no.", classed{fault.PermissionMissing, false, false, "(no)"}},
		{"a bad request by a code that is new", 400, "NEW_CODE", "no", ours},
		{"an empty refusal", 403, "", "", transient("proxy")},
		{"a page in place of a refusal", 404, "", webPage, transient("web page")},
		{"a page of a firewall", 405, "", webPage, transient("web page")},
		{"a status that is new", 599, "", "", transient("web page")},
	} {
		row.want.check(t, row.name, classifyBoth(t, row.name, OpQuery, row.status, row.code, row.text))
	}
}

func TestClassify_reports(t *testing.T) {
	t.Parallel()
	unsupported := classed{fault.Unsupported, false, false, "does not describe"}
	poison := func(says string) classed { return classed{fault.Poison, false, false, says} }
	for _, row := range []struct {
		name   string
		status int
		code   string
		text   string
		want   classed
	}{
		{
			"too many columns", 400, "BAD_REQUEST", "Only a report with fewer than 100 columns can be run.",
			classed{fault.Unsupported, false, false, "fewer than 100"},
		},
		{
			"no columns", 400, "BAD_REQUEST", "Can’t run the report because it doesn’t have any columns selected.",
			classed{fault.Unsupported, false, false, "select some"},
		},
		{"a bad request in unknown words", 400, "BAD_REQUEST", "Nur ein Bericht mit weniger Spalten.", poison("Nur ein Bericht")},
		{"a bad request by a code that is new", 400, "NEW_CODE", "no", poison("(no)")},
		{"an id that is not taken", 400, "MALFORMED_ID", "bad id", poison("(bad id)")},
		{"a query of Salesforce's own", 400, "MALFORMED_QUERY", "unexpected token", poison("unexpected token")},
		{"a number of Salesforce's own", 400, "NUMBER_OUTSIDE_VALID_RANGE", "2000", poison("(2000)")},
		{"a slow query", 400, "QUERY_TIMEOUT", "Too long.", classed{fault.Transient, false, false, "too long"}},
		{
			"an org without API, as a bad request", 400, "API_DISABLED_FOR_ORG", "The REST API is not enabled.",
			classed{fault.PermissionMissing, true, false, "edition"},
		},
		{
			"an object that is not visible", 400, "INVALID_TYPE", "sObject type 'Secret__c' is not supported.",
			classed{fault.PermissionMissing, false, false, "Secret__c"},
		},
		{
			"a version never served", 400, "UNSUPPORTED_API_VERSION", "no",
			classed{fault.Invalid, true, false, "api_version"},
		},
		{
			"an obsolete report", 403, "FORBIDDEN", "The report definition is obsolete. Your administrator has disabled all reports for the custom object, or its relationships have changed.",
			classed{fault.Obsolete, false, false, "obsolete"},
		},
		{
			"no permission to run reports", 403, "FORBIDDEN", "You don’t have permission to run reports. Check that you have the Run Reports user permission.",
			classed{fault.PermissionMissing, true, false, "Run Reports"},
		},
		{
			"no access to the object", 403, "FORBIDDEN", "You don’t have sufficient privileges to perform this operation.",
			classed{fault.PermissionMissing, false, false, "report type"},
		},
		{
			"too many reports at a time", 403, "FORBIDDEN", "The org can accept only as many as 20 requests at a time to run reports synchronously.",
			classed{fault.Throttled, false, false, "at a time"},
		},
		{
			"too many reports in an hour", 403, "FORBIDDEN", "You can’t run more than 500 reports synchronously every 60 minutes. Try again later.",
			classed{fault.Throttled, true, false, "hour"},
		},
		{
			"a deleted report", 404, "NOT_FOUND", "The data you’re trying to access is unavailable.",
			classed{fault.Gone, false, false, "deleted"},
		},
		{
			"a wrong address", 404, "NOT_FOUND", "Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe",
			classed{fault.Invalid, true, false, "api_version"},
		},
		{
			"a retired version", 410, "GONE", "The requested resource has been retired or removed.",
			classed{fault.Invalid, true, false, "api_version"},
		},
		{"a wrong content type", 415, "", "JSON only", classed{fault.Invalid, true, false, "fault of Longhaul"}},
		{
			"a report that makes trouble", 500, "SERVER_ERROR", "We ran into an error when fetching this report’s metadata. Try to re-submit your query.",
			classed{fault.Poison, false, true, "every try"},
		},
		{
			"an unknown exception", 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.",
			classed{fault.Poison, false, true, "every try"},
		},
		{"a joined report", 501, "NOT_IMPLEMENTED", "You’re requesting data for an unsupported report format.", unsupported},
		{"historical trends", 501, "NOT_IMPLEMENTED", "Historical trend data is unavailable in the report format requested.", unsupported},

		{
			"the daily quota", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.",
			classed{fault.QuotaExhausted, true, false, "24 hours"},
		},
		{
			"too many long requests", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
			classed{fault.Throttled, false, false, "fewer"},
		},
		{
			"high assurance", 403, "FORBIDDEN", "This operation needs a high assurance session.",
			classed{fault.SessionPolicy, true, false, "high assurance"},
		},
		{"any other refusal", 403, "FORBIDDEN", "No.", classed{fault.PermissionMissing, false, false, "access"}},
		{"a page of the front end", 500, "", webPage, classed{fault.Transient, false, true, "in trouble"}},
		{"an empty 404 is no news of the report", 404, "", "", classed{fault.Transient, false, true, "nothing"}},
	} {
		row.want.check(t, row.name, classifyBoth(t, row.name, OpReport, row.status, row.code, row.text))
	}
}
