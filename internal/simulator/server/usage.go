package server

import (
	"fmt"
	"sync"
	"time"
)

// day is the length of the quota's window, in seconds.
const day = int64(24 * time.Hour / time.Second)

// usage counts the API calls of the last 24 hours, by the second: quota comes back as yesterday's calls age out.
type usage struct {
	clock  Clock
	limit  int
	steady int // calls of others in an hour

	mu         sync.Mutex
	window     []spent // oldest first
	used, ours int     // in the window
	peak       int     // the most that was ever used
	peakOurs   int
	ever       int   // calls of ours since the start
	start      int64 // second from which others call
	settled    int64 // second up to which their steady calls are counted
}

// spent are the calls of one second.
type spent struct {
	second      int64
	calls, ours int
}

func newUsage(clock Clock, o Options) *usage {
	now := clock.Now().Unix()
	return &usage{clock: clock, limit: o.DailyLimit, steady: o.OthersPerHour, start: now, settled: now}
}

// take counts calls of a client, unless they exceed the limit.
func (u *usage) take(calls int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.settle()
	if u.used+calls > u.limit {
		return false
	}
	u.add(now, calls, calls)
	u.ever += calls
	return true
}

// now answers what is used, and what clients were counted for since the start.
func (u *usage) now() (used, ever int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.settle()
	return u.used, u.ever
}

// limitsDelay is how late the limits tell the usage, in seconds: Salesforce promises no better than five minutes.
const limitsDelay = 300

// delayed answers what the limits tell: without the calls of the last minutes.
func (u *usage) delayed() (used int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.settle()
	used = u.used
	for i := len(u.window) - 1; i >= 0 && u.window[i].second > now-limitsDelay; i-- {
		used -= u.window[i].calls
	}
	return used
}

// peaks answers the most that a window ever held, of all and of clients alone.
func (u *usage) peaks() (all, ours int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.settle()
	return u.peak, u.peakOurs
}

// addOthers counts calls that others make now; they may exceed the limit, as in paid production orgs.
func (u *usage) addOthers(calls int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.add(u.settle(), calls, 0)
}

// settle brings the window to the present, with the steady calls of others at the minutes that have passed, of which
// those beyond the limit are refused. Of a longer jump only its last two days can matter.
func (u *usage) settle() (now int64) {
	now = u.clock.Now().Unix()
	if u.steady > 0 {
		u.settled = max(u.settled, now-2*day)
		for ; u.settled+60 <= now; u.settled += 60 {
			minute := u.settled + 60
			u.forget(minute)
			calls := u.steadyUntil(minute) - u.steadyUntil(u.settled)
			u.add(minute, max(min(calls, u.limit-u.used), 0), 0)
		}
	}
	u.forget(now)
	return now
}

func (u *usage) steadyUntil(second int64) int {
	return int(int64(u.steady) * (second - u.start) / 3600)
}

// forget drops the seconds that are a day old.
func (u *usage) forget(now int64) {
	for len(u.window) > 0 && u.window[0].second <= now-day {
		u.used -= u.window[0].calls
		u.ours -= u.window[0].ours
		u.window = u.window[1:]
	}
}

func (u *usage) add(second int64, calls, ours int) {
	if calls == 0 {
		return
	}
	last := len(u.window) - 1
	if last < 0 || u.window[last].second < second {
		u.window = append(u.window, spent{second: second})
		last++
	}
	u.window[last].calls += calls
	u.window[last].ours += ours
	u.used += calls
	u.ours += ours
	u.peak, u.peakOurs = max(u.peak, u.used), max(u.peakOurs, u.ours)
}

// mostCalls bounds what AddUsage takes at once.
const mostCalls = 1_000_000_000

// AddUsage counts API calls that others who use the org make now: its integrations. They may exceed the daily limit, as
// paid production orgs may. Fewer than one are none.
func (s *Server) AddUsage(n int) { s.usage.addOthers(min(max(n, 0), mostCalls)) }

func (s *Server) addUsage(body []byte) (any, error) {
	var in struct{ Calls int }
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	if in.Calls < 1 || in.Calls > mostCalls {
		return nil, fmt.Errorf("calls is %d; it is 1 to %d", in.Calls, mostCalls)
	}
	s.AddUsage(in.Calls)
	used, _ := s.usage.now()
	return map[string]int{"daily_used": used, "daily_limit": s.options.DailyLimit}, nil
}
