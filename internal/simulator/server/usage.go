package server

import "sync"

// usage counts API calls of the last 24 hours, by the minute: quota comes back as yesterday's calls age out.
type usage struct {
	clock Clock
	limit int

	mu      sync.Mutex
	minutes [24 * 60]struct {
		minute int64
		calls  int
	}
	swept int64 // minute of the last sweep
	used  int
	ever  int
}

// take counts calls, unless they exceed the limit.
func (u *usage) take(calls int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep()
	if u.used+calls > u.limit {
		return false
	}
	slot := &u.minutes[u.swept%int64(len(u.minutes))]
	if slot.minute != u.swept {
		slot.minute, slot.calls = u.swept, 0
	}
	slot.calls += calls
	u.used += calls
	u.ever += calls
	return true
}

// now answers what is used, and what was counted since the start.
func (u *usage) now() (used, ever int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep()
	return u.used, u.ever
}

// sweep forgets the minutes that are a day old.
func (u *usage) sweep() {
	minute := u.clock.Now().Unix() / 60
	if minute == u.swept {
		return
	}
	u.swept, u.used = minute, 0
	for i := range u.minutes {
		slot := &u.minutes[i]
		if slot.minute <= minute-int64(len(u.minutes)) {
			slot.calls = 0
		}
		u.used += slot.calls
	}
}
