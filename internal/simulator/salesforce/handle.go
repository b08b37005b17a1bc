package salesforce

import (
	"net/http"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// handle checks every call in Salesforce's order, and answers it. It reports whether the answer has the header
// Sforce-Limit-Info.
func (s *Server) handle(found *call.Route, c *call.Call) (answer wire.Reply, limitInfo bool) {
	if c.Version != "" {
		if bad := call.CheckVersion(c.Version); bad != nil {
			return *bad, false
		}
	}
	if c.Version == "" && found.Name == call.Unknown {
		return call.NotFound, false
	}
	if found.Access != call.Open {
		if bad := s.authenticate(c); bad != nil {
			return *bad, false
		}
	}
	if found.Access == call.Counted && !s.OAuth.OpensAPI() {
		return call.WithoutScope, false
	}
	hit := s.Faults.MeetInSession(s.Sessions, found.Name, c)
	if hit != nil && !hit.Kind.Counted {
		return hit.Reply(), hit.Kind.LimitInfo
	}
	if found.Access != call.Counted {
		return s.perform(found, c), false
	}
	return s.count(found, c, hit)
}

// count admits a call that counts against the limits, and answers it.
func (s *Server) count(found *call.Route, c *call.Call, hit *faults.Strike) (answer wire.Reply, limitInfo bool) {
	if !s.Permissions.Has(org.APIEnabled) {
		return wire.Refusal(http.StatusForbidden, "API_CURRENTLY_DISABLED", "API is currently disabled for this user"), false
	}
	if c.Crowded {
		return call.Crowded, true
	}
	if !s.Daily.Allow() {
		return call.QuotaExhausted, true
	}
	if found.Name == "describe" {
		s.Describes.Add(c.Args[0])
	}
	if hit != nil && hit.Kind.Status != 0 {
		return hit.Reply(), hit.Kind.LimitInfo
	}
	c.NoExtended = hit != nil && hit.Kind.Damage == wire.NoExtended
	return s.perform(found, c), true
}

// perform runs the handler, once the method and the media types are right.
func (s *Server) perform(found *call.Route, c *call.Call) wire.Reply {
	if found.Name == call.Unknown {
		return call.NotFound
	}
	if method := c.Request.Method; !found.Allows(method) {
		bad := wire.Refusal(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED",
			"HTTP Method '"+method+"' not allowed. Allowed are "+found.Methods)
		bad.Allow = found.Methods
		return bad
	}
	if !c.AcceptsJSON() {
		return wire.Reply{Status: http.StatusNotAcceptable}
	}
	if c.Request.Method == http.MethodPost && !found.Form && !c.HasJSON() {
		return wire.Refusal(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",
			"The HTTP entity body type '"+c.Request.Header.Get("Content-Type")+"' is not supported")
	}
	if found.Analytics {
		if bad := s.refuseAnalytics(); bad != nil {
			return *bad
		}
	}
	return s.handlers[found.Path](c)
}

// refuseAnalytics are the refusals of the whole Analytics API.
func (s *Server) refuseAnalytics() *wire.Reply {
	switch {
	case s.settings.StepUp:
		bad := wire.Refusal(http.StatusForbidden, "INSUFFICIENT_ACCESS", call.HighAssurance)
		return &bad
	case !s.Permissions.Has(org.RunReports):
		bad := wire.Refusal(org.NoRunReports.Status, org.NoRunReports.ErrorCode, org.NoRunReports.Message)
		return &bad
	}
	return nil
}

func (s *Server) authenticate(c *call.Call) *wire.Reply {
	token, known := c.Bearer()
	if c.Request.Header.Get("Authorization") != "" && !known {
		bad := wire.Refusal(http.StatusUnauthorized, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
		return &bad
	}
	found, ok := s.Sessions.Find(token)
	if !ok || found.Instance != c.Instance {
		return &call.SessionExpired
	}
	c.Session = found
	return nil
}
