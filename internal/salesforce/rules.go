package salesforce

import (
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
)

// rule says what an answer means. The fields on the left must all match; what is left empty matches everything.
type rule struct {
	status []int
	code   string   // Salesforce's errorCode or OAuth's error, upper and lower case alike
	text   []string // any of these in the message, in lower case and with plain apostrophes
	json   bool     // only when the body is JSON

	class    fault.Class
	whole    bool
	again    bool          // another try of the same request may help
	pause    time.Duration // before the caller asks again
	sentence string        // {host}, {status}, {version}, {said} and {column} are filled in
}

// untilNextHour is a pause that ends with the hour on Salesforce's clock.
const untilNextHour time.Duration = -1

func (r rule) matches(status int, code, message string, isJSON bool) bool {
	return (len(r.status) == 0 || slices.Contains(r.status, status)) &&
		(r.code == "" || strings.EqualFold(r.code, code)) &&
		(!r.json || isJSON) &&
		(len(r.text) == 0 || slices.ContainsFunc(r.text, func(part string) bool { return strings.Contains(message, part) }))
}

// texts makes the list of a rule's texts readable in the tables.
func texts(parts ...string) []string { return parts }

func statuses(codes ...int) []int { return codes }

// loginRules read the answers of the token endpoint, in this order.
var loginRules = []rule{
	{status: statuses(429), class: fault.Throttled, again: true,
		sentence: "{host} asks to log in less often (429): nothing to change here; it is tried again"},
	{status: statuses(407), class: fault.Invalid, whole: true,
		sentence: "the proxy asks for a login (407): put user and password into HTTPS_PROXY"},
	{code: "invalid_client_id", class: fault.LoginRefused, whole: true,
		sentence: "{host} does not know the client id: check client_id (the app's consumer key) and base_url; a new app works about " +
			"ten minutes after it was made"},
	{text: texts("app must be installed into org"), class: fault.LoginRefused, whole: true,
		sentence: "the app of this client id is not installed in the org: ask an administrator to install it, or make an External " +
			"Client App in the org and use its client_id"},
	{code: "OAUTH_APP_BLOCKED", class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under Connected Apps OAuth Usage, or use another client_id"},
	{text: texts("app is blocked by admin"), class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under Connected Apps OAuth Usage, or use another client_id"},
	{text: texts("no client credentials user enabled"), class: fault.LoginRefused, whole: true,
		sentence: "the app has no user to run as: set a Run As user (by its username) in the External Client App's policies, with the " +
			"Client Credentials Flow enabled there"},
	{text: texts("request not supported on this domain"), class: fault.LoginRefused, whole: true,
		sentence: "{host} takes no login of this kind: set base_url to the org's My Domain, such as acme.my.salesforce.com"},
	{text: texts("no valid scopes defined"), class: fault.LoginRefused, whole: true,
		sentence: "the app has no scope that this login can use: add the scope \"Manage user data via APIs (api)\" to the External " +
			"Client App"},
	{text: texts("expired access/refresh token"), class: fault.LoginRefused, whole: true,
		sentence: "the login has been revoked or has expired: authorise the app again"},
	{text: texts("audience validation failed"), class: fault.LoginRefused, whole: true,
		sentence: "{host} refuses a login that was made for another host: check base_url"},
	{text: texts("user hasn't approved this consumer"), class: fault.LoginRefused, whole: true,
		sentence: "the user has not approved the app: pre-authorise the user's profile or permission set in the app's policies"},
	{code: "invalid_app_access", class: fault.LoginRefused, whole: true,
		sentence: "the user is not admitted to the app: add the user's profile or permission set in the app's policies (\"Admin " +
			"approved users are pre-authorized\")"},
	{text: texts("not admin approved to access this app"), class: fault.LoginRefused, whole: true,
		sentence: "the user is not admitted to the app: add the user's profile or permission set in the app's policies (\"Admin " +
			"approved users are pre-authorized\")"},
	{text: texts("inactive organization"), class: fault.LoginRefused, whole: true,
		sentence: "Salesforce has locked or suspended the org: ask its administrator"},
	{text: texts("inactive user", "user is inactive", "user is frozen"), class: fault.LoginRefused, whole: true,
		sentence: "the user of the login is inactive or frozen: an administrator has to activate or unfreeze it"},
	{text: texts("ip restricted"), class: fault.LoginRefused, whole: true,
		sentence: "the user or the app may not log in from this network: add this machine's public address to the login IP ranges, or " +
			"relax the IP restrictions in the app's policies"},
	{text: texts("login rate exceeded"), class: fault.Throttled, whole: true, pause: loginPause,
		sentence: "the user has logged in more than 3,600 times within an hour: Salesforce lets it in again within the hour; look for " +
			"other programs that use the same user"},
	{text: texts("maximum logins exceeded"), class: fault.LoginRefused, whole: true,
		sentence: "the user of the login is of a kind that may not log in this way: choose another Run As user"},
	{code: "unsupported_grant_type", class: fault.LoginRefused, whole: true,
		sentence: "the org does not allow this way to log in: enable it in the app and in Setup under OAuth and OpenID Connect " +
			"Settings, or use client_credentials"},
	{text: texts("authentication failure"), class: fault.LoginRefused, whole: true,
		sentence: "Salesforce refuses the user without saying why: check username, password and security token, whether the username-password flow is allowed " +
			"(Setup, OAuth and OpenID Connect Settings), and whether the user may log in from this network"},
	{code: "invalid_client", class: fault.LoginRefused, whole: true,
		sentence: "the client secret is not the one of the app: check client_secret"},
	{code: "unknown_error", class: fault.Transient, again: true,
		sentence: "Salesforce asks to try the login again: nothing to change here"},
	{code: "server_error", class: fault.Transient, again: true,
		sentence: "the login of {host} is in trouble: nothing to change here; try again later if it lasts"},
	{code: "invalid_request", class: fault.LoginRefused, whole: true,
		sentence: "{host} does not understand the login ({said}): check the auth setting and base_url"},
	{status: statuses(406, 408, 420, 425, 500, 502, 503, 504), class: fault.Transient, again: true,
		sentence: "the login of {host} is in trouble ({status}): nothing to change here; try again later if it lasts"},
	{status: statuses(404, 405, 410, 501), class: fault.Invalid, whole: true,
		sentence: "{host} has no login for programs ({status}): set base_url to the org's My Domain, such as acme.my.salesforce.com"},
	{status: statuses(400, 401, 403), json: true, class: fault.LoginRefused, whole: true,
		sentence: "Salesforce refuses the login ({said}): check client_id, client_secret and the app's policies"},
	{class: fault.Transient, again: true,
		sentence: "a web page came in place of an answer of {host} ({status}): check base_url, and whether a proxy or a login portal " +
			"stands between"},
}

// apiRules read the answers of the REST API, in this order.
var apiRules = []rule{
	{status: statuses(401), text: texts("not valid for use with the rest api"), class: fault.SessionPolicy, whole: true,
		sentence: "the org does not let this login use the REST API: give the app the scope api, admit it under API Access Control, " +
			"and do not require high assurance sessions in the profile of the run-as user"},
	{status: statuses(401), text: texts("connected app is not attached to agent"), class: fault.SessionPolicy, whole: true,
		sentence: "the app is not attached to the agent that this login belongs to: attach it, or use an External Client App of its own"},
	{status: statuses(401), class: fault.SessionExpired, whole: true,
		sentence: "Salesforce ended the session and refused the new one too: look whether another program ends the sessions of the " +
			"run-as user"},
	{status: statuses(403), text: texts("high assurance", "high-assurance", "step-up"), class: fault.SessionPolicy, whole: true,
		sentence: "the org asks for a high assurance session for reports and dashboards, which a program cannot have: " +
			"exempt the run-as user in Setup under Identity Verification (session security level policies)"},
	{code: "REQUEST_LIMIT_EXCEEDED", text: texts("concurrent"), class: fault.Throttled,
		sentence: "the org has too many long requests running at once: fewer are sent for a while"},
	{code: "REQUEST_LIMIT_EXCEEDED", class: fault.QuotaExhausted, whole: true,
		sentence: "the org has used up its daily API requests: they come back continuously over 24 hours, and the sync goes on then"},
	{code: "API_DISABLED_FOR_ORG", class: fault.PermissionMissing, whole: true,
		sentence: "the org's edition or the user's licence has no API: use an edition with API access, or another run-as user"},
	{code: "API_CURRENTLY_DISABLED", class: fault.PermissionMissing, whole: true,
		sentence: "the run-as user may not use the API: give it the permission \"API Enabled\" in a permission set"},
	{code: "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", class: fault.LoginRefused, whole: true,
		sentence: "the password of the run-as user has expired: set a new one, or let it never expire by the permission \"Password " +
			"Never Expires\""},
	{code: "OAUTH_APP_BLOCKED", class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under Connected Apps OAuth Usage"},
	{status: statuses(403), text: texts("app is blocked"), class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under Connected Apps OAuth Usage"},
	{status: statuses(403), text: texts("frozen", "inactive user", "user is inactive"), class: fault.LoginRefused, whole: true,
		sentence: "the run-as user is inactive or frozen: an administrator has to activate or unfreeze it"},
	{code: "TXN_SECURITY_METERING_ERROR", class: fault.Transient, again: true,
		sentence: "the org's transaction security policies took too long: nothing to change if it passes; else exempt the run-as user " +
			"from them"},

	{code: "INVALID_FIELD", class: fault.PermissionMissing,
		sentence: "the run-as user cannot see {column}, which Longhaul needs: give it read access to that field"},
	{code: "INVALID_TYPE", class: fault.PermissionMissing,
		sentence: "the run-as user cannot see an object that Longhaul needs ({said}): give it read access to that object"},
	{code: "OPERATION_TOO_LARGE", class: fault.PermissionMissing,
		sentence: "Salesforce finds the query too large for this user: give the run-as user \"View All Data\""},
	{code: "INSUFFICIENT_ACCESS", class: fault.PermissionMissing,
		sentence: "the run-as user lacks access to what was asked for: give it access to the record and its object"},
	{code: "INVALID_QUERY_LOCATOR", class: fault.Transient,
		sentence: "Salesforce has dropped the cursor of a query: the query is begun anew"},
	{code: "QUERY_TIMEOUT", class: fault.Transient,
		sentence: "Salesforce took too long over a query: a smaller one is tried"},
	{code: "MALFORMED_QUERY", class: fault.Invalid, whole: true,
		sentence: "Salesforce does not understand a query ({said}): this is a fault of Longhaul; please report it"},
	{code: "MALFORMED_ID", class: fault.Invalid,
		sentence: "Salesforce does not take an id ({said}): this is a fault of Longhaul; please report it"},
	{code: "NUMBER_OUTSIDE_VALID_RANGE", class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a number in a query ({said}): this is a fault of Longhaul; please report it"},
	{code: "UNSUPPORTED_API_VERSION", class: fault.Invalid, whole: true,
		sentence: "the org does not offer API version {version}: set api_version to one that it offers"},

	{status: statuses(410), class: fault.Invalid, whole: true,
		sentence: "Salesforce has retired API version {version}: set api_version to a newer one"},
	{status: statuses(407), class: fault.Invalid, whole: true,
		sentence: "the proxy asks for a login (407): put user and password into HTTPS_PROXY"},
	{status: statuses(405, 414, 415, 431), class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a request as it was sent ({status}): this is a fault of Longhaul; please report it"},
	{status: statuses(429), class: fault.Throttled, again: true,
		sentence: "{host} asks to send more slowly (429): fewer requests are sent for a while"},
	{status: statuses(406, 408, 425, 500, 502, 503, 504), class: fault.Transient, again: true,
		sentence: "{host} is in trouble ({status}): nothing to change here; try again later if it lasts"},
	{status: statuses(420), class: fault.Transient, again: true,
		sentence: "Salesforce finds no org behind {host} (420): nothing to change if it passes; else check base_url, and that the org " +
			"still exists"},
	{status: statuses(404), json: true, class: fault.Invalid, whole: true,
		sentence: "{host} does not have what was asked for in API version {version} (404): check base_url and api_version"},
	{status: statuses(403), json: true, class: fault.PermissionMissing,
		sentence: "Salesforce refuses what was asked for ({said}): give the run-as user access to it"},
	{status: statuses(400, 501), json: true, class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a request ({said}): this is a fault of Longhaul; please report it"},
	{class: fault.Transient, again: true,
		sentence: "a web page or nothing came in place of an answer of {host} ({status}): check whether a proxy or a login portal " +
			"stands between"},
}

// reportRules read the answers to the describe of one report, before apiRules do.
var reportRules = []rule{
	{status: statuses(403), text: texts("report definition is obsolete"), class: fault.Obsolete,
		sentence: "the report is obsolete: its object was disabled for reports, or its relationships have changed"},
	{status: statuses(403), text: texts("permission to run reports"), class: fault.PermissionMissing, whole: true,
		sentence: "the run-as user may not run reports, so no column can be read: give it the permission \"Run Reports\" in a " +
			"permission set"},
	{status: statuses(403), text: texts("at a time to run reports"), class: fault.Throttled,
		sentence: "the org runs too many reports at once: fewer are asked for at a time"},
	{text: texts("synchronously every 60 minutes"), class: fault.Throttled, pause: untilNextHour,
		sentence: "the org has run as many reports as it may in an hour: the sync goes on in the next one"},
	{status: statuses(403), text: texts("sufficient privileges"), class: fault.PermissionMissing,
		sentence: "the run-as user has no access to what the report is about: give it access to the report type and its objects"},
	{status: statuses(404), text: texts("use a valid url"), class: fault.Invalid, whole: true,
		sentence: "Salesforce does not know the address of a describe in API version {version}: set api_version to one that it offers"},
	{status: statuses(404), json: true, class: fault.Gone,
		sentence: "the report was deleted, or the run-as user cannot see it any more"},
	{status: statuses(410), class: fault.Invalid, whole: true,
		sentence: "Salesforce has retired API version {version}: set api_version to a newer one"},
	{code: "UNSUPPORTED_API_VERSION", class: fault.Invalid, whole: true,
		sentence: "the org does not offer API version {version}: set api_version to one that it offers"},
	{status: statuses(400, 501), json: true, class: fault.Unsupported,
		sentence: "Salesforce does not describe this report ({said})"},
	{status: statuses(500), json: true, class: fault.Poison, again: true,
		sentence: "Salesforce failed at every try to describe this report: save the report anew or delete it if that lasts"},
}
