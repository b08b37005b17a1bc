package apierror

import "longhaul/internal/fault"

// loginRules read the answers of the token endpoint, in this order.
var loginRules = []rule{
	{
		status: statuses(429), class: fault.Throttled, again: true,
		sentence: "{host} asks to log in less often (429): nothing to change here; it is tried again",
	},
	{
		status: statuses(407), class: fault.Invalid, whole: true,
		sentence: "the proxy requires a login (407): put user and password into HTTPS_PROXY",
	},
	{
		code: "invalid_client_id", class: fault.LoginRefused, whole: true,
		sentence: "{host} does not know the client id: check client_id (the app's consumer key) and base_url; a new app works about " +
			"ten minutes after it was made",
	},
	{
		text: texts("app must be installed into org"), class: fault.LoginRefused, whole: true,
		sentence: "the app of this client id is not installed in the org: ask an administrator to install it, or make an External " +
			"Client App in the org and use its client_id",
	},
	{
		code: "OAUTH_APP_BLOCKED", class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under External Client Apps > OAuth Usage (under " +
			"Connected Apps OAuth Usage if it is a connected app), or use another client_id",
	},
	{
		text: texts("app is blocked by admin"), class: fault.LoginRefused, whole: true,
		sentence: "an administrator has blocked the app: unblock it in Setup under External Client Apps > OAuth Usage (under " +
			"Connected Apps OAuth Usage if it is a connected app), or use another client_id",
	},
	{
		text: texts("no client credentials user enabled"), class: fault.LoginRefused, whole: true,
		sentence: "the app has no user to run as: set a Run As user (by its username) in the External Client App's policies, with the " +
			"Client Credentials Flow enabled there",
	},
	{
		text: texts("request not supported on this domain"), class: fault.LoginRefused, whole: true,
		sentence: "{host} takes no login of this kind: set base_url to the org's My Domain, such as acme.my.salesforce.com",
	},
	{
		text: texts("no valid scopes defined"), class: fault.LoginRefused, whole: true,
		sentence: "the app has no scope that this login can use: add the scope \"Manage user data via APIs (api)\" to the External " +
			"Client App",
	},
	{
		text: texts("expired access/refresh token"), class: fault.LoginRefused, whole: true,
		sentence: "the login has been revoked or has expired: authorise the app again",
	},
	{
		text: texts("audience validation failed"), class: fault.LoginRefused, whole: true,
		sentence: "{host} refuses a login that was made for another audience: set salesforce.audience to https://test.salesforce.com for a sandbox, " +
			"to https://login.salesforce.com for any other org, and check base_url",
	},
	{
		text: texts("user hasn't approved this consumer"), class: fault.LoginRefused, whole: true,
		sentence: "the user has not approved the app: pre-authorise the user's profile or permission set in the app's policies",
	},
	{
		text: texts("invalid assertion"), class: fault.LoginRefused, whole: true,
		sentence: "the org does not take the signature of the login: check that private_key belongs to the certificate of the app with this " +
			"client_id, that the certificate has not expired, and that the clock of this machine is right",
	},
	{
		code: "invalid_app_access", class: fault.LoginRefused, whole: true,
		sentence: "the user is not admitted to the app: add the user's profile or permission set in the app's policies (\"Admin " +
			"approved users are pre-authorized\")",
	},
	{
		text: texts("not admin approved to access this app"), class: fault.LoginRefused, whole: true,
		sentence: "the user is not admitted to the app: add the user's profile or permission set in the app's policies (\"Admin " +
			"approved users are pre-authorized\")",
	},
	{
		text: texts("inactive organization"), class: fault.LoginRefused, whole: true,
		sentence: "Salesforce has locked or suspended the org: ask its administrator",
	},
	{
		text: texts("inactive user", "user is inactive", "user is frozen"), class: fault.LoginRefused, whole: true,
		sentence: "the user of the login is inactive or frozen: an administrator has to activate or unfreeze it",
	},
	{
		text: texts("ip restricted"), class: fault.LoginRefused, whole: true,
		sentence: "the user or the app may not log in from this network: add this machine's public address to the login IP ranges, or " +
			"relax the IP restrictions in the app's policies",
	},
	{
		text: texts("login rate exceeded"), class: fault.Throttled, whole: true, pause: loginPause,
		sentence: "the user has logged in more than 3,600 times within an hour: Salesforce lets it in again within the hour; look for " +
			"other programs that use the same user",
	},
	{
		text: texts("maximum logins exceeded"), class: fault.LoginRefused, whole: true,
		sentence: "the user of the login is of a kind that may not log in this way: choose another Run As user, or, where the settings have a username, " +
			"another username",
	},
	{
		code: "unsupported_grant_type", class: fault.LoginRefused, whole: true,
		sentence: "the org does not allow this way to log in: enable it in the app and in Setup under OAuth and OpenID Connect " +
			"Settings, or use client_credentials",
	},
	{
		text: texts("authentication failure"), class: fault.LoginRefused, whole: true,
		sentence: "Salesforce refuses the user without saying why: check username, password and security token, whether the username-password flow is allowed " +
			"(Setup, OAuth and OpenID Connect Settings), and whether the user may log in from this network",
	},
	{
		code: "invalid_client", class: fault.LoginRefused, whole: true,
		sentence: "the client secret is not the one of the app: copy it again, and check client_secret",
	},
	{
		code: "unknown_error", class: fault.Transient, again: true,
		sentence: "Salesforce asks to try the login again: nothing to change here",
	},
	{
		code: "server_error", class: fault.Transient, again: true,
		sentence: "the login of {host} is in trouble: nothing to change here; a sync goes on by itself when that answers",
	},
	{
		code: "invalid_request", class: fault.LoginRefused, whole: true,
		sentence: "{host} does not understand the login ({said}): check the auth setting and base_url",
	},
	{
		status: statuses(406, 408, 420, 425, 500, 502, 503, 504), class: fault.Transient, again: true,
		sentence: "the login of {host} is in trouble ({status}): nothing to change here; a sync goes on by itself when that answers",
	},
	{
		status: statuses(404, 405, 410, 501), class: fault.Transient, astray: true,
		sentence: "{host} has no login for programs ({status}): set base_url to the org's My Domain, such as acme.my.salesforce.com, " +
			"or, where it had one before, check whether a proxy or a login portal is in between",
	},
	{
		status: statuses(400, 401, 403), json: true, class: fault.LoginRefused, whole: true, unworded: true,
		sentence: "Salesforce refuses the login in words that are not known ({said}): login hours of the profile or the org may end it; " +
			"else check client_id, client_secret and the app's policies",
	},
	{
		class: fault.Transient, again: true,
		sentence: "a web page{page} arrived instead of an answer from {host} ({status}): check base_url, and whether a proxy or a login portal " +
			"stands between",
	},
}
