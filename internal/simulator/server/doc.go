// Package server answers as strictly as Salesforce and the ingest endpoint of the catalog do, on loopback addresses.
//
// Tests watch and steer it by the routes below /simulator on the Salesforce server. They need no token, are not counted, and
// answer JSON; a refusal has status 400 and a sentence in the member message.
//
//	GET  /simulator/stats        what has been served: calls by route and status, logins, API calls, the quota's peaks
//	GET  /simulator/describes    {"total":120,"reports":100,"repeated":20}: describes that were begun, and of how many reports
//	GET  /simulator/clock        {"now":"2026-08-01T10:00:00Z","ahead":"0s"}
//	POST /simulator/clock        {"advance":"1h"} or {"set":"2026-08-02T10:00:00Z"}; the clock does not go back
//	GET  /simulator/faults       the faults that are set, how many requests they matched, and how many they hit
//	POST /simulator/faults       replaces them: [{"name":"api_503","rate":0.05}]; [] clears them; {"remove":["api_503"]} removes
//	                             some, and the others strike on as they were due
//	POST /simulator/usage        {"calls":500}: other users of the org make 500 API calls now
//	GET  /simulator/permissions  {"lacking":["RunReports"]}: what the run-as user may not
//	POST /simulator/permissions  {"revoke":["RunReports"],"grant":["ViewSetup"]}; names without the prefix Permissions
//	GET  /simulator/user         {"frozen":false,"secret":"restored"}
//	POST /simulator/user         {"frozen":true} ends the user's sessions, and logins answer invalid_grant; {"frozen":false} thaws it;
//	                             {"secret":"rotated"} ends the app's, and logins answer invalid_client; {"secret":"restored"}
//	GET  /simulator/app          {"blocked":false,"client_id":"3MVG9..."}: the app that the org knows
//	POST /simulator/app          {"client_secret":"..."} resets its secret, {"client_id":"...","client_secret":"..."} puts another app in its
//	                             place; sessions end, and logins with the old keys are refused. {"blocked":true} ends the app's
//	                             sessions, and logins answer OAUTH_APP_BLOCKED; {"blocked":false} unblocks it
//	POST /simulator/sessions     {"end":true} revokes every token; the next login gets a new one
//	GET  /simulator/login_hours  {"closed":false}
//	POST /simulator/login_hours  {"closed":true,"for":"8h"} ends the user's sessions, and logins answer invalid_grant in words that
//	                             are not documented until the hours begin, by the simulator's clock; {"closed":false} opens them
//	GET  /simulator/instance     {"instance_url":"http://127.0.0.1:40123","login":"http://127.0.0.1:40122"}
//	POST /simulator/instance     moves the org: sessions end, and tokens of new logins are good at the new instance_url only
//	POST /simulator/churn        {"object":"Report","create":3,"rename":["00O..."],"move":2,"delete":1,"restore":1,"hide":1,"show":1}:
//	                             what people do to reports, or to dashboards; ids, or a number of rows that are chosen. It
//	                             answers the ids. No listing returns hidden rows, but a query by Id and a describe do. What is
//	                             deleted leaves the recycle bin after 15 days. Also private, runas (dashboards), close and open
//	                             (folders, to the run-as user), gain, lose, widen, join, deny, obsolete, allow (reports), and
//	                             {"relabel":[{"type":"Opportunity","column":"FIELD_1","label":"Value"}],"drop":[{"type":...,"column":...}]}
//	                             of report types: of these and of deny, obsolete, allow, close and open no date tells
//
// Three limits refuse by themselves, by the simulator's clock: API calls of 24 hours, logins of an hour, and API calls at
// once that have lasted for 20 seconds. Moving the clock ahead makes calls that are under way that much longer.
//
// A fault has a name of faults.Names and may have
//
//	route        the only route that it strikes, as /simulator/stats names it; token is the login, upload the catalog's delivery
//	ids          the only records in the path that it strikes: ["00OHs0..."]
//	rate         0.05: every twentieth request that matches, 0.6: six of ten; evenly spread, the first among them
//	times        how often it strikes at most
//	for          "30m": how long it strikes, by the simulator's clock
//	retry_after  seconds, for the header
//	delay        "2s" of wall time before the answer; a stall takes 25 s without it
//
// A policy of sessions (session_not_for_rest, session_app_not_attached, high_assurance) strikes tokens instead of requests:
// a token that it struck is still refused when the fault is gone, and a token that it spared is accepted for as long as the
// fault is set. session_expired ends the session of the request that it strikes, unless it is for some ids.
// session_ip_locked locks sessions to the address of their login in a network of two addresses; its rate is the part of the
// connections that leave by the second one, half of them by default.
//
// Of several faults the first that is due answers, and only it counts the request. Faults at the edge (406, 410, 414,
// 420, 429, 431, 502 to 504, and the wire's) come before the session check, others after it. A refusal by fault counts
// against the quota as it would at Salesforce: refusals of the edge, of a bad session and of an exceeded limit do not.
//
// The packages beside this one each hold one part. call is a request and its route; session, tenant, churn, limits and stats
// are the state of the org; faults is the trouble; oauth, rest and analytics answer the resources; salesforce and catalog are
// the two servers; control is the routes above. The tests of all of them are here, because they send real requests.
package server
