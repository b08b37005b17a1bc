package apierror

import (
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/place"
)

// lookup says where in Setup a refusal is looked into. An empty field matches everything.
type lookup struct {
	op, code string
	text     string // in the message, in lower case
	where    string
}

// lookups are read in this order.
var lookups = []lookup{
	{OpLogin, "invalid_client_id", "", place.Keys},
	{OpLogin, "", "app must be installed into org", place.Connected},
	{"", "OAUTH_APP_BLOCKED", "", place.Blocked},
	{"", "", "app is blocked", place.Blocked},
	{OpLogin, "", "no client credentials user enabled", place.RunAs},
	{OpLogin, "", "request not supported on this domain", place.MyDomain},
	{OpLogin, "", "no valid scopes defined", place.Scopes},
	{OpLogin, "", "expired access/refresh token", place.AppUsage},
	{OpLogin, "", "audience validation failed", place.MyDomain},
	{OpLogin, "", "invalid assertion", place.Certificate},
	{OpLogin, "", "user hasn't approved this consumer", place.Permitted},
	{OpLogin, "invalid_app_access", "", place.Permitted},
	{OpLogin, "", "not admin approved to access this app", place.Permitted},
	{OpLogin, "", "inactive organization", place.Company},
	{"", "", "inactive user", place.Activity},
	{"", "", "user is inactive", place.Activity},
	{"", "", "frozen", place.Activity},
	{OpLogin, "", "ip restricted", place.LoginRanges + "; " + place.Addresses},
	{OpLogin, "", "login rate exceeded", place.Logins},
	{OpLogin, "", "maximum logins exceeded", place.RunAs},
	{OpLogin, "unsupported_grant_type", "", place.Flows + "; " + place.OrgFlows},
	{OpLogin, "", "authentication failure", place.Logins + "; " + place.OrgFlows + " > Allow OAuth Username-Password Flows"},
	{OpLogin, "invalid_client", "", place.Keys},
	{"", "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", place.User + " > Reset Password"},
	{"", "API_DISABLED_FOR_ORG", "", place.Company + " > Organization Edition"},
	{"", "API_CURRENTLY_DISABLED", "", place.Permissions + " > API Enabled"},
	{"", "", "not valid for use with the rest api", place.Scopes},
	{"", "", "not attached to agent", place.App},
	{"", "", "high assurance", place.Assurance},
	{"", "", "high-assurance", place.Assurance},
	{"", "", "step-up", place.Assurance},
	{OpReport, "", "permission to run reports", place.Permissions + " > Run Reports"},
	{"", "REQUEST_LIMIT_EXCEEDED", "", place.CallsOfADay},
}

// Where is the path in Setup under which what Salesforce refused is looked into; empty where none is.
func (e *Error) Where() string {
	message := strings.ToLower(e.Message)
	for _, p := range lookups {
		if (p.op == "" || p.op == e.Op) && (p.code == "" || strings.EqualFold(p.code, e.Code)) && strings.Contains(message, p.text) {
			return p.where
		}
	}
	switch {
	case e.Op == OpLogin && e.Class == fault.LoginRefused:
		return place.Logins
	case e.Class == fault.SessionExpired:
		return place.Sessions
	}
	return ""
}

// settings are what a refused login says is wrong, where it says that alone. The fields are those of lookup.
var settings = []lookup{
	{OpLogin, "invalid_client_id", "", "client_id"},
	{OpLogin, "invalid_client", "", "client_secret"},
	{OpLogin, "", "invalid assertion", "private_key"},
	{OpLogin, "", "audience validation failed", "audience"},
	{OpLogin, "", "request not supported on this domain", "base_url"},
}

// Setting names what of a source the org refuses, as settings name it below salesforce; empty where it may be anything, or lies in the org.
func (e *Error) Setting() string {
	message := strings.ToLower(e.Message)
	for _, p := range settings {
		if p.op == e.Op && (p.code == "" || strings.EqualFold(p.code, e.Code)) && strings.Contains(message, p.text) {
			return p.where
		}
	}
	return ""
}
