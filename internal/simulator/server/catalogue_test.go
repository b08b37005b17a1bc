package server

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
)

// documented is what each fault that puts its own answer in the place of the real one is documented to answer: the
// status and, where the body has one, the code with the beginning of the message.
var documented = map[string]struct {
	status int
	text   string
}{
	"oauth_invalid_client_id":        {400, "invalid_client_id: client identifier invalid"},
	"oauth_invalid_client":           {400, "invalid_client: invalid client credentials"},
	"oauth_not_installed":            {400, "invalid_client: app must be installed into org"},
	"oauth_app_blocked":              {400, "OAUTH_APP_BLOCKED: this app is blocked by admin"},
	"oauth_no_run_as":                {400, "invalid_grant: no client credentials user enabled"},
	"oauth_wrong_domain":             {400, "invalid_grant: request not supported on this domain"},
	"oauth_no_scopes":                {400, "invalid_grant: no valid scopes defined"},
	"oauth_authentication_failure":   {400, "invalid_grant: authentication failure"},
	"oauth_expired_token":            {400, "invalid_grant: expired access/refresh token"},
	"oauth_jwt_audience":             {400, "invalid_grant: Audience validation failed"},
	"oauth_jwt_unapproved":           {400, "invalid_grant: user hasn't approved this consumer"},
	"oauth_not_approved":             {400, "invalid_app_access: user is not admin approved to access this app"},
	"oauth_inactive_user":            {400, "invalid_grant: inactive user"},
	"oauth_user_is_inactive":         {400, "invalid_grant: user is inactive"},
	"oauth_ip_restricted":            {400, "invalid_grant: ip restricted"},
	"oauth_inactive_org":             {400, "invalid_grant: inactive organization"},
	"oauth_login_rate_exceeded":      {400, "invalid_grant: login rate exceeded"},
	"oauth_maximum_logins":           {400, "invalid_grant: Maximum Logins Exceeded"},
	"oauth_unsupported_grant_type":   {400, "unsupported_grant_type: grant type not supported"},
	"oauth_invalid_request":          {400, "invalid_request: must use HTTP POST"},
	"oauth_unknown_error":            {400, "unknown_error: retry your request"},
	"oauth_login_hours":              {400, "invalid_grant: user may not log in at this time"},
	"oauth_503_html":                 {503, ""},
	"api_malformed_query":            {400, "MALFORMED_QUERY: unexpected token: 'FORM'"},
	"api_invalid_field":              {400, "INVALID_FIELD: \nSELECT Id, Missing__c FROM Report\n           ^\nERROR at Row:1:Column:12"},
	"api_invalid_type":               {400, "INVALID_TYPE: sObject type 'EntityDefinition' is not supported."},
	"api_malformed_id":               {400, "MALFORMED_ID: Account ID: id value of incorrect type: 001"},
	"api_invalid_query_locator":      {400, "INVALID_QUERY_LOCATOR: invalid query locator"},
	"api_number_outside_valid_range": {400, "NUMBER_OUTSIDE_VALID_RANGE: Maximum SOQL offset allowed is 2000"},
	"api_query_timeout":              {400, "QUERY_TIMEOUT: Your query request was running for too long."},
	"api_operation_too_large":        {400, "OPERATION_TOO_LARGE: exceeded 100000 distinct who/what's"},
	"session_expired":                {401, "INVALID_SESSION_ID: Session expired or invalid"},
	"session_not_for_rest":           {401, "INVALID_SESSION_ID: This session is not valid for use with the REST API"},
	"session_app_not_attached":       {401, "INVALID_SESSION_ID: Connected app is not attached to Agent"},
	"high_assurance":                 {403, "INSUFFICIENT_ACCESS: A high-assurance session is required"},
	"api_total_requests":             {403, "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."},
	"api_concurrent_requests":        {403, "REQUEST_LIMIT_EXCEEDED: ConcurrentRequests (Concurrent API Requests) Limit exceeded."},
	"api_concurrent_long_txn":        {403, "REQUEST_LIMIT_EXCEEDED: ConcurrentPerOrgLongTxn Limit exceeded"},
	"api_disabled_for_org":           {403, "API_DISABLED_FOR_ORG: The REST API is not enabled for this Organization."},
	"api_currently_disabled":         {403, "API_CURRENTLY_DISABLED: API is currently disabled for this user"},
	"api_insufficient_access":        {403, "INSUFFICIENT_ACCESS: insufficient access rights on"},
	"api_expired_password":           {403, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD: The users password has expired"},
	"api_txn_security_metering":      {403, "TXN_SECURITY_METERING_ERROR: We can't complete the action"},
	"api_not_found":                  {404, "NOT_FOUND: The requested resource does not exist"},
	"api_method_not_allowed":         {405, "METHOD_NOT_ALLOWED: HTTP Method 'PUT' not allowed. Allowed are GET"},
	"api_415":                        {415, "UNSUPPORTED_MEDIA_TYPE: "},
	"api_unknown_exception":          {500, "UNKNOWN_EXCEPTION: An unexpected error occurred. Please include this ErrorId"},
	"api_404_gateway":                {404, ": no Route matched with those values"},
	"api_406":                        {406, ""},
	"api_410":                        {410, "GONE: The requested resource has been retired or removed."},
	"api_414":                        {414, ""},
	"api_431":                        {431, ""},
	"api_420":                        {420, ""},
	"api_429":                        {429, ""},
	"api_429_retry_after":            {429, ""},
	"api_502":                        {502, ""},
	"api_503":                        {503, "SERVER_UNAVAILABLE: "},
	"api_503_html":                   {503, ""},
	"api_504":                        {504, ""},
	"report_too_many_columns":        {400, "BAD_REQUEST: Only a report with fewer than 100 columns can be run."},
	"report_no_columns":              {400, "BAD_REQUEST: Can’t run the report because it doesn’t have any columns selected."},
	"report_obsolete":                {403, "FORBIDDEN: The report definition is obsolete."},
	"report_no_run_reports":          {403, "FORBIDDEN: You don’t have permission to run reports."},
	"report_no_privileges":           {403, "FORBIDDEN: You don’t have sufficient privileges to perform this operation."},
	"report_too_many_at_once":        {403, "FORBIDDEN: Reports and Dashboards REST API can’t process the request because it can accept only as many as 20 "},
	"report_too_many_an_hour":        {403, "FORBIDDEN: You can’t run more than 500 reports synchronously every 60 minutes. Try again later."},
	"report_gone":                    {404, "NOT_FOUND: The data you’re trying to access is unavailable."},
	"report_invalid_url":             {404, "NOT_FOUND: Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe,"},
	"report_retired":                 {410, "GONE: The requested resource has been retired or removed."},
	"report_only_json":               {415, "UNSUPPORTED_MEDIA_TYPE: The Reports and Dashboards REST API only supports JSON"},
	"report_metadata_error":          {500, "UNKNOWN_EXCEPTION: We ran into an error when fetching this report’s metadata."},
	"report_unsupported_format":      {501, "NOT_IMPLEMENTED: You’re requesting data for an unsupported report format."},
	"report_no_historical_trend":     {501, "NOT_IMPLEMENTED: Historical trend data is unavailable in the report format requested."},
	"html_200":                       {200, ""},
	"api_503_date":                   {503, ""},
	"oauth_html_200":                 {200, ""},
	"upload_401":                     {401, ": the request carries no token"},
	"upload_403":                     {403, ": the token is not valid"},
	"upload_409":                     {409, ": the file was delivered before"},
	"upload_413":                     {413, ": the file is too large"},
	"upload_429":                     {429, ": too many requests"},
	"upload_207":                     {207, ": some of it was taken"},
	"upload_errors_200":              {200, "BLOCKED: the file was not taken"},
	"upload_500":                     {500, ": the file cannot be kept"},
	"upload_502":                     {502, ""},
	"upload_503":                     {503, ""},
	"upload_page_200":                {200, ""},
	"upload_page_201_json":           {201, ""},
	"upload_page_409":                {409, ""},
	"upload_page_511":                {511, ""},
	"catalog_api_unauthenticated":    {200, "UNAUTHENTICATED: The token is missing, invalid, expired or revoked"},
	"catalog_api_401":                {401, "Unauthorized: The token is not valid"},
	"catalog_api_500":                {500, "INTERNAL_SERVER_ERROR: The request context cannot be built"},
	"catalog_api_404":                {404, ""},
	"catalog_api_503":                {503, ""},
	"catalog_api_portal":             {200, ""},
}

// damaging are the faults that leave the real answer, or none, and the one that needs two connections; they have tests of their own.
var damaging = append([]string{
	"session_ip_locked", "truncated_gzip", "reset", "stall", "empty_extended", "upload_stall", "upload_reset_after_body", "upload_reset", "upload_302",
	"upload_203",
	"html_200_json", "json_null", "json_array", "empty_200", "date_ahead", "usage_of_another", "describe_of_another",
	"describe_no_columns", "describe_some_columns",
}, queryLieNames()...)

// send makes a good request on a route.
func (c *client) send(route string) answer {
	c.t.Helper()
	const data = "/services/data/v59.0"
	switch route {
	case "token":
		return c.grant()
	case uploadRoute:
		return c.deliver("1-reports.json", "[]")
	case publicRoute:
		return c.askPublic(`{"query":"{__typename}"}`)
	case "query":
		return c.query("SELECT Id FROM Report LIMIT 1")
	case "query_more":
		return c.get(data + "/query/01gHs0000000000AAA-200")
	case "describe", "reports":
		return c.get(data + "/analytics/reports/" + c.reportThatAnswers(org.Describe{Status: 200}) + "/describe")
	}
	return c.get(data + "/limits")
}

// deliver sends a file to the catalog.
func (c *client) deliver(name, content string) answer {
	c.t.Helper()
	ready := c.s.Ready()
	body, contentType := form(c.t, "file", name, content)
	return c.do("POST", ready.Catalog+"/visualization-"+ready.SourceID+"/"+name, body,
		"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
}

func (c *client) set(list ...Fault) {
	c.t.Helper()
	if err := c.s.SetFaults(list); err != nil {
		c.t.Fatal(err)
	}
}

// said is the code and the message of a refusal of any shape, and that shape.
func said(t *testing.T, a answer) (text, shape string) {
	t.Helper()
	var list []apiError
	var object struct {
		Error       string
		Description string `json:"error_description"`
		Message     string
		Errors      []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	isJSON := a.header.Get("Content-Type") == jsonType
	switch {
	case len(a.body) == 0:
		return "", BodyEmpty
	case isJSON && json.Unmarshal(a.body, &list) == nil && len(list) == 1:
		return list[0].ErrorCode + ": " + list[0].Message, BodyArray
	case isJSON && json.Unmarshal(a.body, &object) == nil && len(object.Errors) == 1:
		return object.Errors[0].Extensions.Code + ": " + object.Errors[0].Message, BodyGraphQL
	case isJSON && json.Unmarshal(a.body, &object) == nil:
		return object.Error + ": " + object.Description + object.Message, BodyObject
	case strings.Contains(string(a.body), "<title>"): // whatever it says its type is
		return "", BodyHTML
	}
	t.Errorf("a body of no known shape: %s %.200s", a.header.Get("Content-Type"), a.body)
	return "", ""
}

func TestCatalogue_everyEntryAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2, TypeMetadata: 1000})
	var names []string
	for _, kind := range Catalogue() {
		names = append(names, kind.Name)
		if slices.Contains(damaging, kind.Name) {
			continue
		}
		want := documented[kind.Name]
		c.set()
		c.token = c.login() // a fault of sessions leaves none that is good
		before := c.s.Stats()
		c.set(Fault{Name: kind.Name})
		a := c.send(kind.Routes[0])
		text, shape := said(t, a)
		if a.status != want.status || kind.Status != want.status || shape != kind.Body || !strings.HasPrefix(text, want.text) ||
			want.text == "" && text != "" {
			t.Errorf("%s answers %d, %s, %q; want %d, %s, %q", kind.Name, a.status, shape, text, want.status, kind.Body, want.text)
		}
		if hasHeader := a.header.Get("Retry-After") != ""; hasHeader != (kind.RetryAfter > 0) {
			t.Errorf("%s: Retry-After is %q", kind.Name, a.header.Get("Retry-After"))
		}
		after := c.s.Stats()
		route := c.routeOf(kind.Routes[0])
		if status := strconv.Itoa(want.status); after.Routes[route][status] != before.Routes[route][status]+1 {
			t.Errorf("%s: the statistics of %s do not hold one more of %s", kind.Name, route, status)
		}
		if counts := after.APICalls > before.APICalls; counts != countsAtSalesforce(kind) {
			t.Errorf("%s counts against the quota: %v", kind.Name, counts)
		}
		if state := c.s.Faults(); len(state) != 1 || state[0].Hits != 1 || state[0].Matched != 1 {
			t.Errorf("%s: the state is %+v", kind.Name, state)
		}
	}
	c.set()
	c.token = c.login()
	if a := c.send("query"); a.status != 200 {
		t.Errorf("without faults a query answers %d", a.status)
	}
	var known []string
	for name := range documented {
		known = append(known, name)
	}
	known = append(known, damaging...)
	slices.Sort(known)
	slices.Sort(names)
	if diff := cmp.Diff(known, names); diff != "" {
		t.Errorf("the names (-want +got):\n%s", diff)
	}
}

// routeOf is the route that send uses for another.
func (c *client) routeOf(route string) string {
	switch route {
	case "token", uploadRoute, publicRoute, "query", "query_more", "describe":
		return route
	case "reports":
		return "describe"
	}
	return "limits"
}

// countsAtSalesforce: a refusal counts once the API has taken the call, unless it is for a limit.
func countsAtSalesforce(kind FaultKind) bool {
	switch kind.Group {
	case GroupOAuth, GroupWire, GroupUpload, GroupPublic:
		return false
	}
	switch kind.Name {
	case "api_disabled_for_org", "api_currently_disabled", "api_410", "api_503":
		return false
	}
	return kind.Body == BodyArray && kind.Code != "REQUEST_LIMIT_EXCEEDED" && kind.Code != "INVALID_SESSION_ID"
}

func TestCatalogue_everyRouteIsOne(t *testing.T) {
	t.Parallel()
	routes := append(routeNames(func(*route) bool { return true }), uploadRoute, publicRoute)
	for _, kind := range Catalogue() {
		if len(kind.Routes) == 0 {
			t.Errorf("%s strikes nowhere", kind.Name)
		}
		for _, name := range kind.Routes {
			if !slices.Contains(routes, name) {
				t.Errorf("%s strikes at %s, which is no route", kind.Name, name)
			}
		}
	}
}

func TestFaults_theEdgeComesBeforeTheSession(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	for name, want := range map[string]int{"api_503": 503, "html_200": 200, "api_410": 410, "api_not_found": 401, "api_total_requests": 401} {
		c.set(Fault{Name: name})
		if a := c.get("/services/data/v59.0/limits", "Authorization", "Bearer nothing"); a.status != want {
			t.Errorf("%s without a session: %d, want %d", name, a.status, want)
		}
	}
	c.set(Fault{Name: "api_502", Route: "token"}, Fault{Name: "oauth_inactive_user"})
	if a := c.grant(); a.status != 502 {
		t.Errorf("a login through a broken gateway answers %d", a.status)
	}
	if a := c.do("GET", "/services/oauth2/token?"+url.Values{"grant_type": {"password"}}.Encode(), ""); a.status != 502 {
		t.Errorf("a GET through it answers %d", a.status)
	}
}
