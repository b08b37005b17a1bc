package apierror

// known is an error that Salesforce is known to answer with.
type known struct {
	status int
	body   string
}

// knownErrors are the errors of the token endpoint, of the REST API and of report describes, as seeds for fuzzing.
var knownErrors = append(loginErrors(), append(restErrors(), reportErrors()...)...)

// loginErrors are objects with the names of OAuth.
func loginErrors() []known {
	texts := [][2]string{
		{"invalid_client_id", "client identifier invalid"},
		{"invalid_client", "invalid client credentials"},
		{"invalid_client", "app must be installed into org"},
		{"OAUTH_APP_BLOCKED", "this app is blocked by admin"},
		{"invalid_grant", "no client credentials user enabled"},
		{"invalid_grant", "request not supported on this domain"},
		{"invalid_grant", "no valid scopes defined"},
		{"invalid_grant", "authentication failure"},
		{"invalid_grant", "expired access/refresh token"},
		{"invalid_grant", "Audience validation failed"},
		{"invalid_grant", "user hasn't approved this consumer"},
		{"invalid_app_access", "user is not admin approved to access this app"},
		{"invalid_grant", "inactive user"},
		{"invalid_grant", "ip restricted"},
		{"invalid_grant", "inactive organization"},
		{"invalid_grant", "login rate exceeded"},
		{"invalid_grant", "Maximum Logins Exceeded"},
		{"unsupported_grant_type", "grant type not supported"},
		{"invalid_request", "must use HTTP POST"},
		{"unknown_error", "retry your request"},
	}
	all := make([]known, 0, len(texts)+1)
	for _, text := range texts {
		all = append(all, known{400, `{"error":` + quoteJSON(text[0]) + `,"error_description":` + quoteJSON(text[1]) + `}`})
	}
	return append(all, known{503, webPage})
}

// inArray makes the body of an error of the REST API.
func inArray(code, message string) string {
	return `[{"message":` + quoteJSON(message) + `,"errorCode":` + quoteJSON(code) + `}]`
}

func restErrors() []known {
	return []known{
		{400, inArray("MALFORMED_QUERY", "unexpected token: 'FORM'")},
		{400, inArray("INVALID_FIELD", "SELECT X FROM Report\n       ^\nERROR at Row:1:Column:8\nNo such column 'X' on entity 'Report'.")},
		{400, inArray("INVALID_TYPE", "sObject type 'EntityDefinition' is not supported.")},
		{400, `[{"message":"Account ID: id value of incorrect type: 001","errorCode":"MALFORMED_ID","fields":["Id"]}]`},
		{400, inArray("INVALID_QUERY_LOCATOR", "invalid query locator")},
		{400, inArray("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")},
		{400, inArray("QUERY_TIMEOUT", "Your query request was running for too long.")},
		{400, inArray("OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's")},
		{401, inArray("INVALID_SESSION_ID", "Session expired or invalid")},
		{401, inArray("INVALID_SESSION_ID", "This session is not valid for use with the REST API")},
		{401, inArray("INVALID_SESSION_ID", "Connected app is not attached to Agent")},
		{401, inArray("INVALID_JWT_FORMAT", "jwt")},
		{401, inArray("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")},
		{403, inArray("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")},
		{403, inArray("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")},
		{403, inArray("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded")},
		{403, inArray("API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")},
		{403, inArray("API_CURRENTLY_DISABLED", "API is currently disabled for this user")},
		{403, inArray("INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id")},
		{403, inArray("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The users password has expired")},
		{403, inArray("TXN_SECURITY_METERING_ERROR", "We can’t complete the action because enabled transaction security policies took too long.")},
		{404, inArray("NOT_FOUND", "The requested resource does not exist")},
		{405, inArray("METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are GET")},
		{406, ""},
		{410, inArray("GONE", "410: GONE")},
		{420, webPage},
		{429, ""},
		{500, inArray("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 1335629781-1507 (-533229289)")},
		{503, inArray("SERVER_UNAVAILABLE", "We are down for maintenance.")},
	}
}

func reportErrors() []known {
	return []known{
		{400, inArray("BAD_REQUEST", "Only a report with fewer than 100 columns can be run.")},
		{400, inArray("BAD_REQUEST", "Can’t run the report because it doesn’t have any columns selected.")},
		{403, inArray("FORBIDDEN", "The report definition is obsolete. Your administrator has disabled all reports for the custom object.")},
		{403, inArray("FORBIDDEN", "You don’t have permission to run reports. Check that you have the Run Reports user permission.")},
		{403, inArray("FORBIDDEN", "You don’t have sufficient privileges to perform this operation.")},
		{403, inArray("FORBIDDEN", "The org can accept only as many as 20 requests at a time to run reports synchronously.")},
		{403, inArray("FORBIDDEN", "You can’t run more than 500 reports synchronously every 60 minutes. Try again later.")},
		{404, inArray("NOT_FOUND", "The data you’re trying to access is unavailable.")},
		{404, inArray("NOT_FOUND", "Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe")},
		{500, inArray("SERVER_ERROR", "We ran into an error when fetching this report’s metadata. Try to re-submit your query.")},
		{501, inArray("NOT_IMPLEMENTED", "You’re requesting data for an unsupported report format.")},
		{501, inArray("NOT_IMPLEMENTED", "Historical trend data is unavailable in the report format requested.")},
	}
}
