// Package stats counts what the simulator served.
package stats

import (
	"maps"
	"strconv"
	"sync"
)

// Stats is the answer of /simulator/stats.
type Stats struct {
	Routes      map[string]map[string]int `json:"routes"` // calls by route and status; deliveries as upload, with 0 when cut off unread
	Logins      int                       `json:"logins"`
	APICalls    int                       `json:"api_calls"` // of clients, as Salesforce counts them
	MaxInFlight int                       `json:"max_in_flight"`
	DailyUsed   int                       `json:"daily_used"` // API calls of the last 24 hours, those of others too
	DailyPeak   int                       `json:"daily_peak"` // the most that any 24 hours have held
	PeakByUs    int                       `json:"peak_by_us"` // the most calls of clients in any 24 hours
	Clients     map[string]int            `json:"clients"`    // requests below a version, by the client that they name; empty for none
}

// Requests counts requests by route and status, and those in flight.
type Requests struct {
	mu       sync.Mutex
	routes   map[string]map[string]int
	clients  map[string]int
	inFlight int
	peak     int
}

// NewRequests makes a count of none.
func NewRequests() *Requests {
	return &Requests{routes: map[string]map[string]int{}, clients: map[string]int{}}
}

// Begin counts a request as in flight.
func (r *Requests) Begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight++
	r.peak = max(r.peak, r.inFlight)
}

// End counts a request as no longer in flight.
func (r *Requests) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight--
}

// Answered counts an answer.
func (r *Requests) Answered(route string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.routes[route] == nil {
		r.routes[route] = map[string]int{}
	}
	r.routes[route][strconv.Itoa(status)]++
}

// Named counts a request of a client.
func (r *Requests) Named(client string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients[client]++
}

// Clients reports the requests by client.
func (r *Requests) Clients() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.clients)
}

// Counts reports the answers by route and status, and the most requests that were in flight at once.
func (r *Requests) Counts() (routes map[string]map[string]int, peak int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	routes = map[string]map[string]int{}
	for route, statuses := range r.routes {
		routes[route] = maps.Clone(statuses)
	}
	return routes, r.peak
}
