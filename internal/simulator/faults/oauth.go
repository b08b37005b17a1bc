package faults

import (
	"net/http"

	"longhaul/internal/simulator/session"
)

// oauthKinds are the refusals of a login.
func oauthKinds() []Kind {
	refused := func(name, code, description string) Kind {
		return Kind{
			Name: name, Group: GroupOAuth, Status: http.StatusBadRequest, Code: code, Message: description, Body: BodyObject,
			Routes: []string{"token"}, place: AtLogin,
		}
	}
	return []Kind{
		refused("oauth_invalid_client_id", "invalid_client_id", "client identifier invalid"),
		refused("oauth_invalid_client", "invalid_client", "invalid client credentials"),
		refused("oauth_not_installed", "invalid_client", "app must be installed into org"),
		refused("oauth_app_blocked", session.AppBlocked.Code, session.AppBlocked.Description),
		refused("oauth_no_run_as", "invalid_grant", "no client credentials user enabled"),
		refused("oauth_wrong_domain", "invalid_grant", "request not supported on this domain"),
		refused("oauth_no_scopes", "invalid_grant", "no valid scopes defined"),
		refused("oauth_authentication_failure", "invalid_grant", "authentication failure"),
		refused("oauth_expired_token", "invalid_grant", "expired access/refresh token"),
		refused("oauth_jwt_audience", "invalid_grant", "Audience validation failed"),
		refused("oauth_jwt_unapproved", "invalid_grant", "user hasn't approved this consumer"),
		refused("oauth_not_approved", "invalid_app_access", "user is not admin approved to access this app"),
		refused("oauth_inactive_user", "invalid_grant", "inactive user"),
		refused("oauth_user_is_inactive", "invalid_grant", "user is inactive"),
		refused("oauth_ip_restricted", "invalid_grant", "ip restricted"),
		refused("oauth_inactive_org", "invalid_grant", "inactive organization"),
		refused("oauth_login_rate_exceeded", "invalid_grant", "login rate exceeded"),
		refused("oauth_maximum_logins", "invalid_grant", "Maximum Logins Exceeded"),
		refused("oauth_unsupported_grant_type", "unsupported_grant_type", "grant type not supported"),
		refused("oauth_invalid_request", "invalid_request", "must use HTTP POST"),
		refused("oauth_unknown_error", "unknown_error", "retry your request"),
		refused("oauth_login_hours", session.OutOfHours.Code, session.OutOfHours.Description),
		{
			Name: "oauth_503_html", Group: GroupOAuth, Status: http.StatusServiceUnavailable, Body: BodyHTML,
			title: "Down for Maintenance", Routes: []string{"token"}, place: AtEdge,
		},
	}
}
