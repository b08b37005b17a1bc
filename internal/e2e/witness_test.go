package e2e_test

import (
	"sync"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// witness looks at an org again and again: once others have pushed it over the ceiling, no call is made but those that
// were on their way, and those that ask for the usage.
type witness struct {
	sim     *server.Server
	ceiling int
	looks   int // at which the org was over the ceiling
}

// watch looks until the function that it gives is called, or the test ends.
func (w *witness) watch(t *testing.T) (stop func()) {
	t.Helper()
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		before := w.sim.Stats()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			now := w.sim.Stats()
			if now.DailyUsed < w.ceiling {
				before = now
				continue
			}
			w.looks++
			if late := work(now) - work(before); late > source.DefaultMaxInFlight {
				t.Errorf("%d calls were made since the org went over %d, more than can have been on their way", late, w.ceiling)
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(done); <-gone })
	t.Cleanup(stop)
	return stop
}

// work counts the calls that read records, not those that only read the usage.
func work(stats server.Stats) int { return answersOf(stats, "describe", "query", "query_more") }

// requests counts all that we count: what Salesforce refuses for an ended session or a spent limit too, which it does not.
func requests(stats server.Stats) int {
	return work(stats) + answersOf(stats, "limits", "sobject_describe")
}

func answersOf(stats server.Stats, routes ...string) (n int) {
	for _, route := range routes {
		for _, answers := range stats.Routes[route] {
			n += answers
		}
	}
	return n
}

// described is how many describes Salesforce has begun.
func described(sim *server.Server) int {
	total, _ := sim.Describes()
	return total
}
