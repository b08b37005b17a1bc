package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// maxAddress bounds the URI, and the URI with the headers, in bytes.
const maxAddress = 16_384

// salesforce answers every request to an instance of the Salesforce server.
func (s *Server) salesforce(instance int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.serveSalesforce(w, r, instance) }
}

func (s *Server) serveSalesforce(w http.ResponseWriter, r *http.Request, instance int) {
	if name, ok := controlPath(r.URL.Path); ok {
		s.control(w, r, name)
		return
	}
	found, c := s.match(r.URL.Path)
	s.enter(found, &c)
	hold(r.Context(), s.options.Latency)
	c.r, c.query, c.caller, c.instance = r, r.URL.Query(), r.Context(), instance
	hit := s.struck(found, &c, atEdge)
	if s.stopping.Err() != nil {
		s.leave(&c)
		refusal(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "The simulator is going down").write(w, r)
		return
	}
	c.tenant = s.tenant()
	c.r = r.WithContext(context.WithoutCancel(r.Context())) // a call counts, even when its caller has gone away
	answer, told := s.answer(found, &c, hit)
	s.stats.count(found.name, answer.status)
	s.leave(&c) // before the last byte, after which the caller may begin another call
	s.head(w.Header(), found, &answer, told)
	answer.write(w, c.r)
}

// enter takes note of a call that begins.
func (s *Server) enter(found *route, c *call) {
	s.stats.enter()
	if found.access == counted {
		s.long.begin(c)
	}
}

// leave takes note that a call ends.
func (s *Server) leave(c *call) {
	s.stats.leave()
	s.long.end(c)
}

// answer is that of a fault at the edge, or the real one with the damage that such a fault does to it.
func (s *Server) answer(found *route, c *call, hit *strike) (answer reply, told bool) {
	if hit != nil && hit.kind.Body != BodyReal {
		answer = hit.reply()
		if hit.kind.edit != nil {
			hit.kind.edit(&answer)
		}
		return answer, false
	}
	if status := tooLong(c.r); status != 0 {
		answer = reply{status: status}
	} else {
		answer, told = s.handle(found, c)
	}
	if hit != nil {
		answer.damage = hit.kind.damage
		if hit.kind.edit != nil {
			hit.kind.edit(&answer)
		}
	}
	return answer, told
}

// head sets the headers that do not depend on the body.
func (s *Server) head(header http.Header, found *route, answer *reply, told bool) {
	header.Set("Date", s.clock.Now().Add(answer.ahead).UTC().Format(http.TimeFormat))
	header.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if told && !s.options.NoLimitInfo && !(found.analytics && s.options.NoAnalyticsLimitInfo) {
		used, _ := s.usage.now()
		header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", used, s.options.DailyLimit))
		if answer.usage != "" {
			header.Set("Sforce-Limit-Info", answer.usage)
		}
	}
	if answer.allow != "" {
		header.Set("Allow", answer.allow)
	}
	if answer.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(answer.retryAfter))
	}
}

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
