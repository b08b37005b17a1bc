package server

import (
	"net/http"

	"longhaul/internal/simulator/org"
)

// handle checks what every call is checked for, in Salesforce's order, and answers it.
func (s *Server) handle(found *route, c *call) (reply, bool) {
	if c.version != "" {
		if bad := checkVersion(c.version); bad != nil {
			return *bad, false
		}
	}
	if c.version == "" && found.name == "unknown" {
		return notFound, false
	}
	if found.access != open {
		if bad := s.authenticate(c); bad != nil {
			return *bad, false
		}
	}
	hit := s.struckSession(found, c)
	if hit != nil && !hit.kind.counted {
		return hit.reply(), hit.kind.told
	}
	if found.access != counted {
		return s.perform(found, c), false
	}
	if !s.rights.permitted(org.APIEnabled) {
		return refusal(403, "API_CURRENTLY_DISABLED", "API is currently disabled for this user"), false
	}
	if c.crowded {
		return tooManyLong, true
	}
	if !s.usage.take(1) {
		return dayIsSpent, true
	}
	if found.name == "describe" {
		s.describe.note(c.args[0])
	}
	if hit != nil && hit.kind.Status != 0 {
		return hit.reply(), hit.kind.told
	}
	c.bare = hit != nil && hit.kind.damage == unextended
	return s.perform(found, c), true
}

// perform runs the handler, once method and types are right.
func (s *Server) perform(found *route, c *call) reply {
	if found.name == "unknown" {
		return notFound
	}
	handler := found.get
	switch c.r.Method {
	case http.MethodGet:
	case http.MethodPost:
		handler = found.post
	default:
		handler = nil
	}
	if handler == nil {
		allowed := found.methods()
		bad := refusal(405, "METHOD_NOT_ALLOWED", "HTTP Method '"+c.r.Method+"' not allowed. Allowed are "+allowed)
		bad.allow = allowed
		return bad
	}
	if !c.acceptsJSON() {
		return reply{status: 406}
	}
	if c.r.Method == http.MethodPost && !found.form && !c.jsonBody() {
		return refusal(415, "UNSUPPORTED_MEDIA_TYPE", "The HTTP entity body type '"+c.r.Header.Get("Content-Type")+"' is not supported")
	}
	if found.analytics {
		if bad := s.refuseAnalytics(); bad != nil {
			return *bad
		}
	}
	return handler(s, c)
}

const stepUpDemand = "A high-assurance session is required to access reports and dashboards"

// refuseAnalytics are the refusals that meet the whole Analytics API.
func (s *Server) refuseAnalytics() *reply {
	switch {
	case s.options.StepUp:
		bad := refusal(403, "INSUFFICIENT_ACCESS", stepUpDemand)
		return &bad
	case !s.rights.permitted(org.RunReports):
		bad := refusal(org.NoRunReports.Status, org.NoRunReports.ErrorCode, org.NoRunReports.Message)
		return &bad
	}
	return nil
}

func (s *Server) authenticate(c *call) *reply {
	token, known := c.bearer()
	if c.r.Header.Get("Authorization") != "" && !known {
		bad := refusal(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
		return &bad
	}
	found, ok := s.sessions.find(token)
	if !ok || found.instance != c.instance {
		return &expiredSession
	}
	c.session = found
	return nil
}
