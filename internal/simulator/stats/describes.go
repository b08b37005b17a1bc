package stats

import (
	"sync"

	"longhaul/internal/simulator/org"
)

// Describes counts the describe calls that were admitted, by report. Tests prove with it that nothing is described twice.
type Describes struct {
	mu    sync.Mutex
	times map[string]int // by id of 18 characters
	total int
}

// NewDescribes makes a count of none.
func NewDescribes() *Describes { return &Describes{times: map[string]int{}} }

// Add counts a call, where its argument is an id.
func (d *Describes) Add(id string) {
	full, ok := org.Normalize(id)
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.times[full]++
	d.total++
}

// Count reports the calls, and the reports that they were for.
func (d *Describes) Count() (total, distinct int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total, len(d.times)
}
