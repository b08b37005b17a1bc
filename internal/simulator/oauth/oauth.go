// Package oauth is the authorization server of the simulated org.
package oauth

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

// Server answers the OAuth resources.
type Server struct {
	Username    string
	Password    string // with the security token behind it
	Info        org.Info
	Sessions    *session.Sessions
	Faults      *faults.Set
	InstanceURL func(instance int) string
	Scopes      []string       // of the app; api when empty
	Certificate *rsa.PublicKey // of the app; nil: it has none, and takes no assertion
	Now         func() time.Time
}

// Token answers every grant.
func (s *Server) Token(c *call.Call) wire.Reply {
	if c.Request.Method != http.MethodPost {
		return refuse("invalid_request", "must use HTTP POST")
	}
	if hit := s.Faults.Meet(faults.AtLogin, "token", c); hit != nil {
		s.note(c, "", hit.Kind.Message)
		return hit.Reply()
	}
	posted, bad := form(c)
	if bad != nil {
		return *bad
	}
	grant := posted.Get("grant_type")
	switch grant {
	case "":
		return refuse("invalid_request", "missing required parameter: grant_type")
	case "client_credentials", "password", "refresh_token", jwtGrant:
	default:
		return refuse("unsupported_grant_type", "grant type not supported")
	}
	if refused := s.refuseClient(posted); refused != nil {
		s.note(c, grant, refused.Description)
		return wire.JSON(http.StatusBadRequest, refused)
	}
	switch grant {
	case "client_credentials":
		if host := strings.ToLower(c.Request.Host); strings.HasPrefix(host, "login.") || strings.HasPrefix(host, "test.") ||
			strings.Contains(host, ".lightning.force.com") {
			return refuse("invalid_grant", "request not supported on this domain")
		}
		if len(s.flowScopes()) == 0 {
			return refuse("invalid_grant", "no valid scopes defined")
		}
	case "password":
		if refused := s.refuseUser(posted); refused != nil {
			s.note(c, grant, refused.Description)
			return wire.JSON(http.StatusBadRequest, refused)
		}
	case "refresh_token":
		return refuse("invalid_grant", "expired access/refresh token")
	case jwtGrant:
		if refused := s.refuseAssertion(c, posted); refused != nil {
			s.note(c, grant, refused.Description)
			return wire.JSON(http.StatusBadRequest, refused)
		}
		return s.login(c, unsigned(posted).Issuer, grant)
	}
	return s.login(c, posted.Get("client_id"), grant)
}

// flowScopes are the scopes of a token: those that no flow without a person supports are dropped.
func (s *Server) flowScopes() []string {
	if len(s.Scopes) == 0 {
		return []string{"api"}
	}
	return slices.DeleteFunc(slices.Clone(s.Scopes), func(scope string) bool {
		return scope == "full" || scope == "refresh_token" || scope == "offline_access"
	})
}

// OpensAPI reports whether the scopes of tokens let them use the REST API.
func (s *Server) OpensAPI() bool { return slices.Contains(s.flowScopes(), "api") }

func (s *Server) refuseClient(posted url.Values) *session.Refusal {
	app, id, fixture := s.Sessions.App(), posted.Get("client_id"), ""
	if posted.Get("grant_type") == jwtGrant {
		id = unsigned(posted).Issuer
	}
	if name, ok := strings.CutPrefix(id, app.ID+"-"); ok {
		if _, known := ClientFixtures[name]; known {
			id, fixture = app.ID, name
		}
	}
	switch {
	case !wire.SameSecret(id, app.ID):
		return &session.Refusal{Code: "invalid_client_id", Description: "client identifier invalid"}
	case posted.Get("grant_type") != jwtGrant && (s.Sessions.Account().Rotated || !wire.SameSecret(posted.Get("client_secret"), app.Secret)):
		return &session.Refusal{Code: "invalid_client", Description: "invalid client credentials"}
	case fixture != "":
		refusal := ClientFixtures[fixture]
		return &refusal
	}
	return nil
}

// refuseUser expects the password with the security token behind it.
func (s *Server) refuseUser(posted url.Values) *session.Refusal {
	username, fixture := posted.Get("username"), ""
	if name, ok := strings.CutSuffix(username, "-"+s.Username); ok {
		if _, known := userFixtures[name]; known {
			username, fixture = s.Username, name
		}
	}
	if !wire.SameSecret(username, s.Username) || !wire.SameSecret(posted.Get("password"), s.Password) {
		return &session.Refusal{Code: "invalid_grant", Description: "authentication failure"}
	}
	if fixture != "" {
		refusal := userFixtures[fixture]
		return &refusal
	}
	return nil
}

func (s *Server) identity() string {
	return "https://login.salesforce.com/id/" + s.Info.OrgID + "/" + s.Info.RunAsUserID
}

func (s *Server) login(c *call.Call, clientID, grant string) wire.Reply {
	opened, refused := s.Sessions.Open(s.attempt(c, clientID, grant))
	if refused != nil {
		s.note(c, grant, refused.Description)
		return wire.JSON(http.StatusBadRequest, refused)
	}
	issued := strconv.FormatInt(opened.Issued.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(s.Sessions.App().Secret))
	mac.Write([]byte(s.identity() + issued))
	return wire.JSON(http.StatusOK, map[string]string{
		"access_token": opened.Token, "signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "scope": strings.Join(s.flowScopes(), " "),
		"instance_url": s.InstanceURL(opened.Instance), "id": s.identity(), "token_type": "Bearer", "issued_at": issued,
	})
}

// Revoke ends a session.
func (s *Server) Revoke(c *call.Call) wire.Reply {
	posted, bad := form(c)
	if bad != nil {
		return *bad
	}
	if !s.Sessions.End(posted.Get("token")) {
		return refuse("unsupported_token_type", "this token type is not supported")
	}
	return wire.Reply{Status: http.StatusOK}
}

// Introspect reports whether a token is live. The app names itself in the form or by HTTP Basic.
func (s *Server) Introspect(c *call.Call) wire.Reply {
	posted, bad := form(c)
	if bad != nil {
		return *bad
	}
	if id, secret, ok := c.Request.BasicAuth(); ok {
		posted.Set("client_id", id)
		posted.Set("client_secret", secret)
	}
	if refused := s.refuseClient(posted); refused != nil {
		return wire.JSON(http.StatusBadRequest, refused)
	}
	found, ok := s.Sessions.Find(posted.Get("token"))
	if !ok {
		return wire.JSON(http.StatusOK, map[string]any{"active": false})
	}
	return wire.JSON(http.StatusOK, map[string]any{
		"active": true, "scope": strings.Join(s.flowScopes(), " "), "client_id": found.ClientID, "username": s.Username, "sub": s.identity(),
		"token_type": "access_token", "exp": found.Expires.Unix(), "iat": found.Issued.Unix(), "nbf": found.Issued.Unix(),
	})
}

// UserInfo reports the user of the token.
func (s *Server) UserInfo(*call.Call) wire.Reply {
	info := s.Info
	return wire.JSON(http.StatusOK, map[string]any{
		"sub": s.identity(), "user_id": info.RunAsUserID, "organization_id": info.OrgID, "active": true,
		"preferred_username": s.Username, "locale": info.Locale, "user_type": "STANDARD",
	})
}
