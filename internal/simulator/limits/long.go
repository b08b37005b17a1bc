package limits

import (
	"sync"
	"time"

	"longhaul/internal/simulator/clock"
)

// LongTime is how long a call lasts before it is a long one.
const LongTime = 20 * time.Second

// LongCalls bounds how many long API calls are under way at once: new calls are refused while there are that many. The
// number of shorter calls is not bounded.
type LongCalls struct {
	clock clock.Clock
	most  int

	mu    sync.Mutex
	last  int               // ticket given
	begun map[int]time.Time // calls that are under way, by their tickets
}

// NewLongCalls allows most long calls at once.
func NewLongCalls(c clock.Clock, most int) *LongCalls {
	return &LongCalls{clock: c, most: most, begun: map[int]time.Time{}}
}

// Begin admits a call, unless there are too many long ones, and gives the ticket with which it ends.
func (l *LongCalls) Begin() (ticket int, admitted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, long := l.clock.Now(), 0
	for _, begun := range l.begun {
		if now.Sub(begun) >= LongTime {
			long++
		}
	}
	if long >= l.most {
		return 0, false
	}
	l.last++
	l.begun[l.last] = now
	return l.last, true
}

// End forgets a call. The zero ticket belongs to a call that was not admitted, or is not counted.
func (l *LongCalls) End(ticket int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.begun, ticket)
}

// UnderWay counts the calls that have begun and not ended.
func (l *LongCalls) UnderWay() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.begun)
}
