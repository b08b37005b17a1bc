package apierror

import (
	"testing"

	"longhaul/internal/fault"
)

// unsupported is a report that Salesforce does not describe.
var unsupported = classed{fault.Unsupported, false, false, "does not describe"}

func poison(says string) classed { return classed{fault.Poison, false, false, says} }

// reportAnswers are refusals to describe a report, each with its class.
var reportAnswers = []struct {
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
}

func TestClassify_reports(t *testing.T) {
	t.Parallel()
	for _, row := range reportAnswers {
		row.want.check(t, row.name, classifyBoth(t, row.name, OpReport, row.status, row.code, row.text))
	}
}
