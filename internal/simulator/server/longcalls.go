package server

import (
	"sync"
	"time"
)

// longTime is how long a call lasts before it is a long one.
const longTime = 20 * time.Second

const concurrentLimit = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."

var tooManyLong = refusal(403, "REQUEST_LIMIT_EXCEEDED", concurrentLimit)

// longCalls bounds how many long API calls are under way at once: while there are so many, new calls are refused. Of
// shorter ones there may be any number.
type longCalls struct {
	clock Clock
	most  int

	mu    sync.Mutex
	begun map[*call]time.Time // calls that are under way
}

func newLongCalls(clock Clock, most int) *longCalls {
	return &longCalls{clock: clock, most: most, begun: map[*call]time.Time{}}
}

// begin admits a call, unless there are too many long ones: it is then crowded out.
func (l *longCalls) begin(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, long := l.clock.Now(), 0
	for _, begun := range l.begun {
		if now.Sub(begun) >= longTime {
			long++
		}
	}
	if c.crowded = long >= l.most; !c.crowded {
		l.begun[c] = now
	}
}

// end forgets a call, whether it was admitted or not.
func (l *longCalls) end(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.begun, c)
}
