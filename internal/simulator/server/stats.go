package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

// Stats is what /simulator/stats answers.
type Stats struct {
	Routes      map[string]map[string]int `json:"routes"` // calls by route and status; deliveries as upload, with 0 when cut off unread
	Logins      int                       `json:"logins"`
	APICalls    int                       `json:"api_calls"` // of clients, as Salesforce counts them
	MaxInFlight int                       `json:"max_in_flight"`
	DailyUsed   int                       `json:"daily_used"` // API calls of the last 24 hours, those of others too
	DailyPeak   int                       `json:"daily_peak"` // the most that any 24 hours have held
	PeakByUs    int                       `json:"peak_by_us"` // the most calls of clients in any 24 hours
}

type stats struct {
	mu       sync.Mutex
	routes   map[string]map[string]int
	inFlight int
	peak     int
}

func newStats() *stats { return &stats{routes: map[string]map[string]int{}} }

func (s *stats) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight++
	s.peak = max(s.peak, s.inFlight)
}

func (s *stats) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
}

func (s *stats) count(route string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.routes[route] == nil {
		s.routes[route] = map[string]int{}
	}
	s.routes[route][strconv.Itoa(status)]++
}

// Stats tells what has been served so far.
func (s *Server) Stats() Stats {
	used, ever := s.usage.now()
	peak, ours := s.usage.peaks()
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	out := Stats{
		Routes: map[string]map[string]int{}, Logins: s.sessions.count(), APICalls: ever, MaxInFlight: s.stats.peak,
		DailyUsed: used, DailyPeak: peak, PeakByUs: ours,
	}
	for route, statuses := range s.stats.routes {
		out.Routes[route] = map[string]int{}
		for status, n := range statuses {
			out.Routes[route][status] = n
		}
	}
	return out
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "the answer cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone away is its own trouble
}
