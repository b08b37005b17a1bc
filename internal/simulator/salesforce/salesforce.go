// Package salesforce is the Salesforce server of the simulator: it checks every call in Salesforce's order, and hands it to
// the resource.
package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"longhaul/internal/simulator/analytics"
	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/churn"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/oauth"
	"longhaul/internal/simulator/rest"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/stats"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

// Settings are what the operator of the simulator chooses of the server.
type Settings struct {
	Latency              time.Duration // of every call
	StepUp               bool          // analytics demands a high-assurance session
	NoLimitInfo          bool          // no answer has the header Sforce-Limit-Info
	NoAnalyticsLimitInfo bool          // those of the Analytics API have not
}

// Parts are what the server answers from.
type Parts struct {
	Clock       clock.Clock
	Live        *churn.Live
	Permissions *tenant.Permissions
	Sessions    *session.Sessions
	Faults      *faults.Set
	Daily       *limits.Daily
	LongCalls   *limits.LongCalls
	Requests    *stats.Requests
	Describes   *stats.Describes

	OAuth     *oauth.Server
	REST      *rest.API
	Analytics *analytics.API
}

// Server answers every request to the Salesforce server.
type Server struct {
	Parts
	settings Settings
	stopping context.Context // done when the simulator closes
	handlers map[string]call.Handler
}

// New makes the server. It refuses calls from the time that stopping is done.
func New(stopping context.Context, settings Settings, parts Parts) *Server {
	s := &Server{Parts: parts, settings: settings, stopping: stopping}
	s.handlers = s.resources()
	return s
}

// Handler answers every request to an instance.
func (s *Server) Handler(instance int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, instance) }
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, instance int) {
	found, c := call.Match(r.URL.Path)
	s.begin(found, &c)
	wire.Hold(r.Context(), s.settings.Latency)
	c.Request, c.Query, c.Caller, c.Instance = r, r.URL.Query(), r.Context(), instance
	if found.Access == call.Counted {
		s.Requests.Named(c.Client())
	}
	hit := s.Faults.Meet(faults.AtEdge, found.Name, &c)
	if s.stopping.Err() != nil {
		s.end(&c)
		down := wire.Refusal(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "The simulator is going down")
		down.Write(w, r)
		return
	}
	c.Tenant = s.Live.Tenant()
	c.Request = r.WithContext(context.WithoutCancel(r.Context())) // a call counts, even when its caller has gone away
	answer, limitInfo := s.answer(found, &c, hit)
	s.Requests.Answered(found.Name, answer.Status)
	s.end(&c) // before the last byte, after which the caller may begin another call
	s.head(w.Header(), found, &answer, limitInfo)
	answer.Write(w, c.Request)
}

// begin counts a call that begins.
func (s *Server) begin(found *call.Route, c *call.Call) {
	s.Requests.Begin()
	if found.Access == call.Counted {
		var admitted bool
		c.Ticket, admitted = s.LongCalls.Begin()
		c.Crowded = !admitted
	}
}

// end counts a call that ends.
func (s *Server) end(c *call.Call) {
	s.Requests.End()
	s.LongCalls.End(c.Ticket)
}

// answer is that of a fault at the edge, or the real one with the damage that such a fault does to it. limitInfo reports
// whether the answer has the header Sforce-Limit-Info.
func (s *Server) answer(found *call.Route, c *call.Call, hit *faults.Strike) (answer wire.Reply, limitInfo bool) {
	if hit != nil && hit.Kind.Body != faults.BodyReal {
		answer = hit.Reply()
		hit.Edit(&answer)
		return answer, false
	}
	if status := tooLong(c.Request); status != 0 {
		answer = wire.Reply{Status: status}
	} else {
		answer, limitInfo = s.handle(found, c)
	}
	if hit != nil {
		answer.Damage = hit.Kind.Damage
		hit.Edit(&answer)
	}
	return answer, limitInfo
}

// head sets the headers that do not depend on the body.
func (s *Server) head(header http.Header, found *call.Route, answer *wire.Reply, limitInfo bool) {
	header.Set("Date", s.Clock.Now().Add(answer.Ahead).UTC().Format(http.TimeFormat))
	header.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if limitInfo && !s.settings.NoLimitInfo && !(found.Analytics && s.settings.NoAnalyticsLimitInfo) {
		used, _ := s.Daily.Used()
		header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", used, s.Daily.Limit()))
		if answer.Usage != "" {
			header.Set("Sforce-Limit-Info", answer.Usage)
		}
	}
	if answer.Allow != "" {
		header.Set("Allow", answer.Allow)
	}
	if answer.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(answer.RetryAfter))
	}
}

// maxAddress bounds the URI, and the URI with the headers, in bytes.
const maxAddress = 16_384

// tooLong is the status that refuses a request that is too long, 0 for others.
func tooLong(r *http.Request) int {
	size := len(r.RequestURI)
	if size > maxAddress {
		return http.StatusRequestURITooLong
	}
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + 4
		}
	}
	if size > maxAddress {
		return http.StatusRequestHeaderFieldsTooLarge
	}
	return 0
}
