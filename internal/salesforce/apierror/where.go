package apierror

import (
	"strings"

	"longhaul/internal/fault"
)

// Paths in Setup, in Salesforce's own labels of 2026. What is in brackets is chosen in the list that opens.
const (
	setupApp      = "Setup > External Client Apps > External Client App Manager > (the app)"
	setupScopes   = setupApp + " > Settings > OAuth Settings"
	setupPolicies = setupApp + " > Policies > OAuth Policies"
	setupUsage    = "Setup > Apps > Connected Apps > Connected Apps OAuth Usage"
	setupUser     = "Setup > Users > Users > (the user)"
	setupFlows    = "Setup > Identity > OAuth and OpenID Connect Settings"
	setupMyDomain = "Setup > Company Settings > My Domain"
	setupProfile  = "Setup > Users > Profiles > (the profile of the user)"
	setupSets     = "Setup > Users > Permission Sets"
	setupSessions = "Setup > Security > Session Settings"
	setupIdentity = "Setup > Identity > Identity Verification"
	setupCompany  = "Setup > Company Settings > Company Information"
)

// place says where in Setup a refusal is looked into. An empty field matches everything.
type place struct {
	op, code string
	text     string // in the message, in lower case
	where    string
}

// places are read in this order.
var places = []place{
	{OpLogin, "invalid_client_id", "", setupScopes + " > Consumer Key and Secret"},
	{OpLogin, "", "app must be installed into org", setupUsage},
	{"", "OAUTH_APP_BLOCKED", "", setupUsage},
	{"", "", "app is blocked", setupUsage},
	{OpLogin, "", "no client credentials user enabled", setupPolicies + " > Enable Client Credentials Flow, Run As (Username)"},
	{OpLogin, "", "request not supported on this domain", setupMyDomain + " > Current My Domain URL"},
	{OpLogin, "", "no valid scopes defined", setupScopes + " > OAuth Scopes"},
	{OpLogin, "", "expired access/refresh token", setupApp + " > OAuth Usage"},
	{OpLogin, "", "audience validation failed", setupMyDomain + " > Current My Domain URL"},
	{OpLogin, "", "user hasn't approved this consumer", setupPolicies + " > Permitted Users"},
	{OpLogin, "invalid_app_access", "", setupPolicies + " > Permitted Users"},
	{OpLogin, "", "not admin approved to access this app", setupPolicies + " > Permitted Users"},
	{OpLogin, "", "inactive organization", setupCompany},
	{"", "", "inactive user", setupUser + " > Active, Unfreeze"},
	{"", "", "user is inactive", setupUser + " > Active, Unfreeze"},
	{"", "", "frozen", setupUser + " > Active, Unfreeze"},
	{OpLogin, "", "ip restricted", setupProfile + " > Login IP Ranges; " + setupPolicies + " > IP Relaxation"},
	{OpLogin, "", "login rate exceeded", setupUser + " > Login History"},
	{OpLogin, "", "maximum logins exceeded", setupPolicies + " > Run As (Username)"},
	{OpLogin, "unsupported_grant_type", "", setupFlows + "; " + setupScopes + " > Flow Enablement"},
	{OpLogin, "", "authentication failure", setupUser + " > Login History; " + setupFlows + " > Allow OAuth Username-Password Flows"},
	{OpLogin, "invalid_client", "", setupScopes + " > Consumer Key and Secret"},
	{"", "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", setupUser + " > Reset Password"},
	{"", "API_DISABLED_FOR_ORG", "", setupCompany + " > Organization Edition"},
	{"", "API_CURRENTLY_DISABLED", "", setupSets + " > (the set) > System Permissions > API Enabled"},
	{"", "", "not valid for use with the rest api", setupScopes + " > OAuth Scopes"},
	{"", "", "not attached to agent", setupApp},
	{"", "", "high assurance", setupIdentity},
	{"", "", "high-assurance", setupIdentity},
	{"", "", "step-up", setupIdentity},
	{OpReport, "", "permission to run reports", setupSets + " > (the set) > System Permissions > Run Reports"},
	{"", "REQUEST_LIMIT_EXCEEDED", "", setupCompany + " > API Requests, Last 24 Hours"},
}

// Where is the path in Setup under which what Salesforce refused is looked into; empty where none is.
func (e *Error) Where() string {
	message := strings.ToLower(e.Message)
	for _, p := range places {
		if (p.op == "" || p.op == e.Op) && (p.code == "" || strings.EqualFold(p.code, e.Code)) && strings.Contains(message, p.text) {
			return p.where
		}
	}
	switch {
	case e.Op == OpLogin && e.Class == fault.LoginRefused:
		return setupUser + " > Login History"
	case e.Class == fault.SessionExpired:
		return setupSessions
	}
	return ""
}

// Halves cuts the sentence for people into what happened and what to change. The second half is empty where the sentence has none.
func (e *Error) Halves() (happened, change string) { return Halves(e.sentence()) }

// Halves cuts a sentence at the first colon that is in no brackets and no quotes.
func Halves(sentence string) (happened, change string) {
	depth, quoted := 0, false
	for i, c := range sentence {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ':' && depth <= 0 && !quoted && strings.HasPrefix(sentence[i:], ": "):
			return sentence[:i], sentence[i+2:]
		}
	}
	return sentence, ""
}
