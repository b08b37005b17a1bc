package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxAddress bounds the URI, and the URI with the headers, in bytes.
const maxAddress = 16_384

// salesforce answers every request to the Salesforce server.
func (s *Server) salesforce(w http.ResponseWriter, r *http.Request) {
	if strings.Trim(r.URL.Path, "/") == "simulator/stats" {
		s.serveStats(w, r)
		return
	}
	s.stats.enter()
	s.wait(r)
	if s.stopping.Err() != nil {
		s.stats.leave()
		refusal(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "The simulator is going down").write(w, r)
		return
	}
	r = r.WithContext(context.WithoutCancel(r.Context())) // a call counts, even when its caller has gone away
	found, c := s.match(r.URL.Path)
	c.r, c.query = r, r.URL.Query()
	var answer reply
	isCounted := false
	if status := tooLong(r); status != 0 {
		answer = reply{status: status}
	} else {
		answer, isCounted = s.handle(found, &c)
	}
	s.stats.count(found.name, answer.status)
	s.stats.leave() // before the last byte, after which the caller may begin another call
	header := w.Header()
	header.Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	header.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if isCounted {
		used, _ := s.usage.now()
		header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", used, s.options.DailyLimit))
	}
	if answer.allow != "" {
		header.Set("Allow", answer.allow)
	}
	answer.write(w, r)
}

func (s *Server) serveStats(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	writeJSON(w, http.StatusOK, s.Stats())
}

// wait spends the latency, or less when nobody waits for the answer any more.
func (s *Server) wait(r *http.Request) {
	if s.options.Latency == 0 {
		return
	}
	timer := time.NewTimer(s.options.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
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
