package apierror

import (
	"testing"

	"longhaul/internal/fault"
)

func passing(says string) classed { return classed{fault.Transient, false, true, says} }

// ours is a fault of Longhaul.
var ours = classed{fault.Invalid, true, false, "fault of Longhaul"}

// requestAnswers are refusals of the REST API, each with its class.
var requestAnswers = []struct {
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
	{"a dead cursor", 400, "INVALID_QUERY_LOCATOR", "invalid query locator", classed{fault.Transient, false, false, "starts again"}},
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
	{"slow security policies", 403, "TXN_SECURITY_METERING_ERROR", "We can’t complete the action", passing("transaction security")},
	{
		"high assurance", 403, "FORBIDDEN", "High-assurance session required",
		classed{fault.SessionPolicy, true, false, "high assurance"},
	},
	{"a blocked app", 403, "OAUTH_APP_BLOCKED", "this app is blocked by admin", classed{fault.LoginRefused, true, false, "blocked"}},
	{"a frozen user", 403, "FORBIDDEN", "User is frozen", classed{fault.LoginRefused, true, false, "frozen"}},
	{"an unknown path", 404, "NOT_FOUND", "The requested resource does not exist", classed{fault.Invalid, true, false, "api_version"}},
	{"a wrong method", 405, "METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are GET", ours},
	{"an empty 406", 406, "", "", passing("in trouble")},
	{"a retired version", 410, "GONE", "410: GONE", classed{fault.Invalid, true, false, "59.0"}},
	{"an address too long", 414, "", "", ours},
	{"headers too long", 431, "", "", ours},
	{"a wrong content type", 415, "UNSUPPORTED_MEDIA_TYPE", "json only", ours},
	{"no route", 420, "", webPage, passing("still exists")},
	{"too many requests", 429, "", "", classed{fault.Throttled, false, true, "slowly"}},
	{"an unknown exception", 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1335629781-1507 (-533229289)", passing("in trouble")},
	{"a bad gateway", 502, "", webPage, passing("in trouble")},
	{"an overload", 503, "SERVER_UNAVAILABLE", "We are down for maintenance", passing("in trouble")},
	{"an overload as a page", 503, "", webPage, passing("in trouble")},
	{"a gateway that waits no longer", 504, "", webPage, passing("in trouble")},
	{"a refusal by a code that is new", 403, "NEW_CODE", "no.", classed{fault.PermissionMissing, false, false, "(no)"}},
	{"a bad request by a code that is new", 400, "NEW_CODE", "no", ours},
	{"an empty refusal", 403, "", "", passing("proxy")},
	{"a page in place of a refusal", 404, "", webPage, passing("web page")},
	{"a page of a firewall", 405, "", webPage, passing("web page")},
	{"a status that is new", 599, "", "", passing("web page")},
}

func TestClassify_requests(t *testing.T) {
	t.Parallel()
	for _, row := range requestAnswers {
		row.want.check(t, row.name, classifyBoth(t, row.name, OpQuery, row.status, row.code, row.text))
	}
}
