package apierror

import "longhaul/internal/fault"

// apiRules read the answers of the REST API by code and text, in this order, before statusRules do.
var apiRules = []rule{
	{
		status: statuses(401), text: texts("not valid for use with the rest api"), class: fault.SessionPolicy, whole: true,
		sentence: "the org does not let this login use the REST API: give the app the scope api, admit it under API Access Control, " +
			"and do not require high assurance sessions in the profile of the run-as user",
	},
	{
		status: statuses(401), text: texts("connected app is not attached to agent"), class: fault.SessionPolicy, whole: true,
		sentence: "the app is not attached to the agent that this login belongs to: attach it, or use an External Client App of its own",
	},
	{
		status: statuses(401), class: fault.SessionExpired, // of the one request: the next may meet a session that lasts
		sentence: "Salesforce ended the session and refused the new one too: " + EndedByOthers,
	},
	{
		status: statuses(403), text: texts("high assurance", "high-assurance", "step-up"), class: fault.SessionPolicy, whole: true,
		sentence: "the org requires a high assurance session for reports and dashboards, which a program cannot have: " +
			"exempt the run-as user in Setup under Identity Verification (session security level policies)",
	},
	{
		code: "REQUEST_LIMIT_EXCEEDED", text: texts("concurrent"), class: fault.Throttled,
		sentence: "the org has too many long requests running at once: fewer are sent for a while",
	},
	{
		code: "REQUEST_LIMIT_EXCEEDED", class: fault.QuotaExhausted, whole: true,
		sentence: "the org has used up its daily API requests: they come back continuously over 24 hours, and the sync continues then",
	},
	{
		code: "API_DISABLED_FOR_ORG", class: fault.PermissionMissing, whole: true,
		sentence: "the org's edition or the user's licence has no API: use an edition with API access, or another run-as user",
	},
	{
		code: "API_CURRENTLY_DISABLED", class: fault.PermissionMissing, whole: true,
		sentence: "the run-as user may not use the API: give it the permission \"API Enabled\" in a permission set",
	},
	{
		code: "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", class: fault.LoginRefused, whole: true,
		sentence: "the password of the run-as user has expired: set a new one, or let it never expire by the permission \"Password " +
			"Never Expires\"",
	},
	{
		code: "OAUTH_APP_BLOCKED", class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under External Client Apps > OAuth Usage, or " +
			"under Connected Apps OAuth Usage if it is a connected app",
	},
	{
		status: statuses(403), text: texts("app is blocked"), class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under External Client Apps > OAuth Usage, or " +
			"under Connected Apps OAuth Usage if it is a connected app",
	},
	{
		status: statuses(403), text: texts("frozen", "inactive user", "user is inactive"), class: fault.LoginRefused, whole: true,
		sentence: "the run-as user is inactive or frozen: an administrator has to activate or unfreeze it",
	},
	{
		code: "TXN_SECURITY_METERING_ERROR", class: fault.Transient, again: true,
		sentence: "the org's transaction security policies took too long: nothing to change if it passes; else exempt the run-as user " +
			"from them",
	},

	{
		code: "INVALID_FIELD", class: fault.PermissionMissing,
		sentence: "the run-as user cannot see {column}, which Longhaul needs: give it read access to that field",
	},
	{
		code: "INVALID_TYPE", class: fault.PermissionMissing,
		sentence: "the run-as user cannot see an object that Longhaul needs ({said}): give it read access to that object",
	},
	{
		code: "OPERATION_TOO_LARGE", class: fault.PermissionMissing,
		sentence: "Salesforce finds the query too large for this user: give the run-as user \"View All Data\"",
	},
	{
		code: "INSUFFICIENT_ACCESS", class: fault.PermissionMissing,
		sentence: "the run-as user lacks access to what was requested: give it access to the record and its object",
	},
	{
		code: "INVALID_QUERY_LOCATOR", class: fault.Transient,
		sentence: "Salesforce has dropped the cursor of a query: the query starts again",
	},
	{
		code: "QUERY_TIMEOUT", class: fault.Transient,
		sentence: "Salesforce took too long over a query: a smaller one is tried",
	},
	{
		code: "MALFORMED_QUERY", class: fault.Invalid, whole: true,
		sentence: "Salesforce does not understand a query ({said}): this is a fault of Longhaul; please report it",
	},
	{
		code: "MALFORMED_ID", class: fault.Invalid,
		sentence: "Salesforce does not take an id ({said}): this is a fault of Longhaul; please report it",
	},
	{
		code: "NUMBER_OUTSIDE_VALID_RANGE", class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a number in a query ({said}): this is a fault of Longhaul; please report it",
	},
	{
		code: "UNSUPPORTED_API_VERSION", class: fault.Invalid, whole: true,
		sentence: "the org does not offer API version {version}: set api_version to one that it offers",
	},
}

// statusRules read the answers that no text and no code explains, in this order.
var statusRules = []rule{
	{
		status: statuses(410), class: fault.Invalid, whole: true,
		sentence: "Salesforce has retired API version {version}: set api_version to a newer one",
	},
	{
		status: statuses(407), class: fault.Invalid, whole: true,
		sentence: "the proxy requires a login (407): put user and password into HTTPS_PROXY",
	},
	{
		status: statuses(414, 415, 431), class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a request as it was sent ({status}): this is a fault of Longhaul; please report it",
	},
	{
		status: statuses(405), json: true, class: fault.Invalid, whole: true, // firewalls refuse with a page of it
		sentence: "Salesforce does not take a request as it was sent ({status}): this is a fault of Longhaul; please report it",
	},
	{
		status: statuses(429), class: fault.Throttled, again: true,
		sentence: "{host} asks to send more slowly (429): fewer requests are sent for a while",
	},
	{
		status: statuses(406, 408, 425, 500, 502, 503, 504), class: fault.Transient, again: true,
		sentence: "{host} is in trouble ({status}): nothing to change here; a sync goes on by itself when that answers",
	},
	{
		status: statuses(420), class: fault.Transient, again: true,
		sentence: "Salesforce finds no org behind {host} (420): nothing to change if it passes; else check base_url, and that the org " +
			"still exists",
	},
	{
		status: statuses(404), json: true, class: fault.Invalid, whole: true,
		sentence: "{host} does not have what was requested in API version {version} (404): check base_url and api_version",
	},
	{
		status: statuses(403), json: true, class: fault.PermissionMissing, unworded: true,
		sentence: "Salesforce refuses the request ({said}): give the run-as user access to it",
	},
	{
		status: statuses(400, 501), json: true, class: fault.Invalid, whole: true,
		sentence: "Salesforce does not take a request ({said}): this is a fault of Longhaul; please report it",
	},
	{
		class: fault.Transient, again: true,
		sentence: "{stranger} arrived instead of an answer from {host} ({status}): check whether a proxy or a login portal is in between",
	},
}
