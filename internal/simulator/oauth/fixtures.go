package oauth

import "longhaul/internal/simulator/session"

// ClientFixtures are refusals of an app by name: the client id is the good one with a dash and the name behind it, the
// secret is the good one.
var ClientFixtures = map[string]session.Refusal{
	"not-installed":   refused("invalid_client", "app must be installed into org"),
	"blocked":         refused("OAUTH_APP_BLOCKED", "this app is blocked by admin"),
	"no-run-as":       refused("invalid_grant", "no client credentials user enabled"),
	"no-scopes":       refused("invalid_grant", "no valid scopes defined"),
	"not-approved":    refused("invalid_app_access", "user is not admin approved to access this app"),
	"inactive-run-as": refused("invalid_grant", "inactive user"),
	"ip-restricted":   refused("invalid_grant", "ip restricted"),
	"inactive-org":    refused("invalid_grant", "inactive organization"),
	"rate-exceeded":   refused("invalid_grant", "login rate exceeded"),
	"maximum-logins":  refused("invalid_grant", "Maximum Logins Exceeded"),
	"unknown-error":   refused("unknown_error", "retry your request"),
	"jwt-audience":    refused("invalid_grant", "Audience validation failed"),
	"jwt-unapproved":  refused("invalid_grant", "user hasn't approved this consumer"),
}

// userFixtures are refusals of a user by name: the username is the good one with the name and a dash before it.
var userFixtures = map[string]session.Refusal{
	"inactive":      refused("invalid_grant", "inactive user"),
	"frozen":        refused("invalid_grant", "user is inactive"),
	"ip-restricted": refused("invalid_grant", "ip restricted"),
	"rate-exceeded": refused("invalid_grant", "login rate exceeded"),
	"not-approved":  refused("invalid_app_access", "user is not admin approved to access this app"),
}

func refused(code, description string) session.Refusal {
	return session.Refusal{Code: code, Description: description}
}
