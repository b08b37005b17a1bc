package faults

import (
	"net/http"

	"longhaul/internal/simulator/call"
)

// array is a refusal of the REST API after the session check. The call counts.
func array(name string, status int, code, message string, routes []string) Kind {
	return Kind{
		Name: name, Group: GroupAPI, Status: status, Code: code, Message: message, Body: BodyArray, Routes: routes,
		place: AtSession, Counted: true, LimitInfo: true,
	}
}

// uncounted makes a refusal one of a call that does not count: its session is not good, or it may not use the API.
func uncounted(kind Kind) Kind {
	kind.Counted, kind.LimitInfo = false, false
	return kind
}

// overLimit makes a refusal one for a limit: the call does not count, and the answer has the header Sforce-Limit-Info.
func overLimit(kind Kind) Kind {
	kind.Counted = false
	return kind
}

// queryKinds are the refusals of a query.
func queryKinds() []Kind {
	query := []string{"query"}
	return []Kind{
		array("api_malformed_query", http.StatusBadRequest, "MALFORMED_QUERY", "unexpected token: 'FORM'", query),
		array("api_invalid_field", http.StatusBadRequest, "INVALID_FIELD", "\nSELECT Id, Missing__c FROM Report\n           ^\n"+
			"ERROR at Row:1:Column:12\nNo such column 'Missing__c' on entity 'Report'. If you are attempting to use a custom field, be "+
			"sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "+
			"appropriate names.", query),
		array("api_invalid_type", http.StatusBadRequest, "INVALID_TYPE", "sObject type 'EntityDefinition' is not supported.", query),
		array("api_malformed_id", http.StatusBadRequest, "MALFORMED_ID", "Account ID: id value of incorrect type: 001xx0000003DGbAAM",
			[]string{"query", "sobject"}),
		array("api_invalid_query_locator", http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator", []string{"query_more"}),
		array("api_number_outside_valid_range", http.StatusBadRequest, "NUMBER_OUTSIDE_VALID_RANGE",
			"Maximum SOQL offset allowed is 2000", query),
		array("api_query_timeout", http.StatusBadRequest, "QUERY_TIMEOUT", "Your query request was running for too long.",
			[]string{"query", "query_more"}),
		array("api_operation_too_large", http.StatusBadRequest, "OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's", query),
	}
}

// apiKinds are the refusals that any call may get.
func apiKinds() []Kind {
	all := countedRoutes()
	return []Kind{
		overLimit(array("api_total_requests", http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", call.TooManyToday, all)),
		overLimit(array("api_concurrent_requests", http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", call.TooManyLongCalls, all)),
		overLimit(array("api_concurrent_long_txn", http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED",
			"ConcurrentPerOrgLongTxn Limit exceeded", all)),
		uncounted(array("api_disabled_for_org", http.StatusForbidden, "API_DISABLED_FOR_ORG",
			"The REST API is not enabled for this Organization.", all)),
		uncounted(array("api_currently_disabled", http.StatusForbidden, "API_CURRENTLY_DISABLED",
			"API is currently disabled for this user", all)),
		array("api_insufficient_access", http.StatusForbidden, "INSUFFICIENT_ACCESS", "insufficient access rights on object id", all),
		array("api_expired_password", http.StatusForbidden, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
			"The users password has expired, you must call SetPassword before attempting any other API operations", all),
		array("api_txn_security_metering", http.StatusForbidden, "TXN_SECURITY_METERING_ERROR",
			"We can't complete the action because enabled transaction security policies took too long to complete.", all),
		array("api_not_found", http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist", all),
		array("api_method_not_allowed", http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED",
			"HTTP Method 'PUT' not allowed. Allowed are GET", all),
		array("api_415", http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",
			"The HTTP entity body type 'text/plain' is not supported", all),
		array("api_unknown_exception", http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please "+
			"include this ErrorId if you contact support: 1335629781-1507 (-533229289)", all),
	}
}

// noRoute is the message of an API gateway that knows no way to Salesforce.
const noRoute = "no Route matched with those values"

// edgeKinds are the answers of gateways before the API: they do not depend on the session, and no call counts.
func edgeKinds() []Kind {
	all := countedRoutes()
	edge := func(name string, status int, body, title string) Kind {
		return Kind{Name: name, Group: GroupAPI, Status: status, Body: body, title: title, Routes: all, place: AtEdge, anyRoute: true}
	}
	retired := edge("api_410", http.StatusGone, BodyArray, "")
	retired.Code, retired.Message = "GONE", call.RetiredResource
	unavailable := edge("api_503", http.StatusServiceUnavailable, BodyArray, "")
	unavailable.Code, unavailable.Message = "SERVER_UNAVAILABLE", "The server is too busy to answer; send the request again later"
	patient := edge("api_429_retry_after", http.StatusTooManyRequests, BodyEmpty, "")
	patient.RetryAfter = 2
	unrouted := edge("api_404_gateway", http.StatusNotFound, BodyObject, "")
	unrouted.Message, unrouted.Routes = noRoute, []string{"query", "query_more", "describe"}
	return []Kind{
		unrouted,
		edge("api_406", http.StatusNotAcceptable, BodyEmpty, ""),
		retired,
		edge("api_414", http.StatusRequestURITooLong, BodyEmpty, ""),
		edge("api_431", http.StatusRequestHeaderFieldsTooLarge, BodyEmpty, ""),
		edge("api_420", 420, BodyHTML, "We Are Setting Things Up"),
		edge("api_429", http.StatusTooManyRequests, BodyEmpty, ""),
		patient,
		edge("api_502", http.StatusBadGateway, BodyHTML, "Error Page"),
		unavailable,
		edge("api_503_html", http.StatusServiceUnavailable, BodyHTML, "Down for Maintenance"),
		edge("api_504", http.StatusGatewayTimeout, BodyHTML, "Gateway Timeout"),
	}
}
