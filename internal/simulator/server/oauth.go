package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// oauthError is a refusal of the authorization server: an object, where the REST API answers an array.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func oauthRefusal(code, description string) reply {
	return jsonReply(400, oauthError{code, description})
}

// ClientFixtures are refusals of an app by name: the client id is the good one with a dash and the name behind it, the
// secret is the good one.
var ClientFixtures = map[string]oauthError{
	"not-installed":   {"invalid_client", "app must be installed into org"},
	"blocked":         {"OAUTH_APP_BLOCKED", "this app is blocked by admin"},
	"no-run-as":       {"invalid_grant", "no client credentials user enabled"},
	"no-scopes":       {"invalid_grant", "no valid scopes defined"},
	"not-approved":    {"invalid_app_access", "user is not admin approved to access this app"},
	"inactive-run-as": {"invalid_grant", "inactive user"},
	"ip-restricted":   {"invalid_grant", "ip restricted"},
	"inactive-org":    {"invalid_grant", "inactive organization"},
	"rate-exceeded":   {"invalid_grant", "login rate exceeded"},
	"maximum-logins":  {"invalid_grant", "Maximum Logins Exceeded"},
	"unknown-error":   {"unknown_error", "retry your request"},
	"jwt-audience":    {"invalid_grant", "Audience validation failed"},
	"jwt-unapproved":  {"invalid_grant", "user hasn't approved this consumer"},
}

// UserFixtures are refusals of a user by name: the username is the good one with the name and a dash before it.
var UserFixtures = map[string]oauthError{
	"inactive":      {"invalid_grant", "inactive user"},
	"frozen":        {"invalid_grant", "user is inactive"},
	"ip-restricted": {"invalid_grant", "ip restricted"},
	"rate-exceeded": {"invalid_grant", "login rate exceeded"},
	"not-approved":  {"invalid_app_access", "user is not admin approved to access this app"},
}

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// token answers every grant.
func (s *Server) token(c *call) reply {
	if c.r.Method != "POST" {
		return oauthRefusal("invalid_request", "must use HTTP POST")
	}
	if hit := s.struck(&route{name: "token"}, c, atLogin); hit != nil {
		return hit.reply()
	}
	form, bad := c.form()
	if bad != nil {
		return *bad
	}
	switch form.Get("grant_type") {
	case "":
		return oauthRefusal("invalid_request", "missing required parameter: grant_type")
	case "client_credentials", "password", "refresh_token", jwtGrant:
	default:
		return oauthRefusal("unsupported_grant_type", "grant type not supported")
	}
	if refused := s.refuseClient(form); refused != nil {
		return jsonReply(400, refused)
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		if host := strings.ToLower(c.r.Host); strings.HasPrefix(host, "login.") || strings.HasPrefix(host, "test.") ||
			strings.Contains(host, ".lightning.force.com") {
			return oauthRefusal("invalid_grant", "request not supported on this domain")
		}
	case "password":
		if refused := s.refuseUser(form); refused != nil {
			return jsonReply(400, refused)
		}
	case "refresh_token":
		return oauthRefusal("invalid_grant", "expired access/refresh token")
	case jwtGrant:
		return oauthRefusal("invalid_grant", "invalid assertion")
	}
	return s.login(c, form.Get("client_id"))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) refuseClient(form url.Values) *oauthError {
	id, fixture := form.Get("client_id"), ""
	if name, ok := strings.CutPrefix(id, s.ready.ClientID+"-"); ok {
		if _, known := ClientFixtures[name]; known {
			id, fixture = s.ready.ClientID, name
		}
	}
	switch {
	case !same(id, s.ready.ClientID):
		return &oauthError{"invalid_client_id", "client identifier invalid"}
	case form.Get("grant_type") != jwtGrant && (s.sessions.state().rotated || !same(form.Get("client_secret"), s.ready.ClientSecret)):
		return &oauthError{"invalid_client", "invalid client credentials"}
	case fixture != "":
		refusal := ClientFixtures[fixture]
		return &refusal
	}
	return nil
}

// refuseUser wants the password with the security token behind it.
func (s *Server) refuseUser(form url.Values) *oauthError {
	username, fixture := form.Get("username"), ""
	if name, ok := strings.CutSuffix(username, "-"+s.ready.Username); ok {
		if _, known := UserFixtures[name]; known {
			username, fixture = s.ready.Username, name
		}
	}
	if !same(username, s.ready.Username) || !same(form.Get("password"), s.ready.Password+s.ready.SecurityToken) {
		return &oauthError{"invalid_grant", "authentication failure"}
	}
	if fixture != "" {
		refusal := UserFixtures[fixture]
		return &refusal
	}
	return nil
}

func (s *Server) identity() string {
	return "https://login.salesforce.com/id/" + s.info.OrgID + "/" + s.info.RunAsUserID
}

func (s *Server) login(c *call, clientID string) reply {
	opened, refused := s.sessions.open(clientID, s.faults.second(c.caller))
	if refused != nil {
		return jsonReply(400, refused)
	}
	issued := strconv.FormatInt(opened.issued.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(s.ready.ClientSecret))
	mac.Write([]byte(s.identity() + issued))
	return jsonReply(200, map[string]string{
		"access_token": opened.token, "signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "scope": "api",
		"instance_url": s.instanceURL(opened.instance), "id": s.identity(), "token_type": "Bearer", "issued_at": issued,
	})
}

// revokeToken ends a session.
func (s *Server) revokeToken(c *call) reply {
	form, bad := c.form()
	if bad != nil {
		return *bad
	}
	if !s.sessions.revoke(form.Get("token")) {
		return oauthRefusal("unsupported_token_type", "this token type is not supported")
	}
	return reply{status: 200}
}

// introspect tells whether a token lives. The app names itself in the form or by HTTP Basic.
func (s *Server) introspect(c *call) reply {
	form, bad := c.form()
	if bad != nil {
		return *bad
	}
	if id, secret, ok := c.r.BasicAuth(); ok {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	if refused := s.refuseClient(form); refused != nil {
		return jsonReply(400, refused)
	}
	found, ok := s.sessions.find(form.Get("token"))
	if !ok {
		return jsonReply(200, map[string]any{"active": false})
	}
	return jsonReply(200, map[string]any{
		"active": true, "scope": "api", "client_id": found.clientID, "username": s.ready.Username, "sub": s.identity(),
		"token_type": "access_token", "exp": found.expires.Unix(), "iat": found.issued.Unix(), "nbf": found.issued.Unix(),
	})
}

// userInfo answers who the token's user is.
func (s *Server) userInfo(*call) reply {
	info := s.info
	return jsonReply(200, map[string]any{
		"sub": s.identity(), "user_id": info.RunAsUserID, "organization_id": info.OrgID, "active": true,
		"preferred_username": s.ready.Username, "locale": info.Locale, "user_type": "STANDARD",
	})
}
