package server

import (
	"sync"

	"longhaul/internal/simulator/org"
)

// describes counts the describe calls that were admitted, by report: a test proves by them that nothing is described
// twice.
type describes struct {
	mu    sync.Mutex
	times map[string]int // by id of 18 characters
	total int
}

func newDescribes() *describes { return &describes{times: map[string]int{}} }

// note counts a call, for a text that is an id.
func (d *describes) note(id string) {
	full, ok := org.Normalize(id)
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.times[full]++
	d.total++
}

func (d *describes) count() (total, distinct int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total, len(d.times)
}

// Describes counts the report describes that were begun, and the reports that they were for. A describe counts once it
// has passed the session check and the quota, whatever it is answered then.
func (s *Server) Describes() (total, distinct int) { return s.describe.count() }

func (s *Server) describesState() (any, error) {
	total, distinct := s.Describes()
	return map[string]int{"total": total, "reports": distinct, "repeated": total - distinct}, nil
}
