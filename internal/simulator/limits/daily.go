// Package limits counts what an org limits: API calls in 24 hours, and long API calls at once.
package limits

import (
	"sync"
	"time"

	"longhaul/internal/simulator/clock"
)

// MaxCalls bounds how many calls of others are counted at once.
const MaxCalls = 1_000_000_000

// day is the length of the quota's window, in seconds.
const day = int64(24 * time.Hour / time.Second)

// Daily counts the API calls of the last 24 hours by the second: quota returns as the calls of yesterday age out.
type Daily struct {
	clock  clock.Clock
	limit  int
	steady int // calls of others in an hour

	mu         sync.Mutex
	window     []second // oldest first
	used, ours int      // in the window
	peak       int      // the most that was ever used
	peakOurs   int
	ever       int   // calls of clients since the start
	start      int64 // second from which others call
	counted    int64 // second up to which their steady calls are counted
}

// second holds the calls of one second.
type second struct {
	at          int64
	calls, ours int
}

// NewDaily counts against a limit. Others make steady calls in an hour.
func NewDaily(c clock.Clock, limit, steady int) *Daily {
	now := c.Now().Unix()
	return &Daily{clock: c, limit: limit, steady: steady, start: now, counted: now}
}

// Limit is the number of API calls that the org allows in 24 hours.
func (d *Daily) Limit() int { return d.limit }

// Allow counts a call of a client, unless it exceeds the limit.
func (d *Daily) Allow() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.update()
	if d.used+1 > d.limit {
		return false
	}
	d.add(now, 1, 1)
	d.ever++
	return true
}

// Used reports the calls of the last 24 hours, and the calls of clients since the start.
func (d *Daily) Used() (used, ever int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.update()
	return d.used, d.ever
}

// limitsDelay is how late the limits resource shows the usage, in seconds: Salesforce promises no better than five minutes.
const limitsDelay = 300

// Delayed reports the usage that the limits resource shows: without the calls of the last minutes.
func (d *Daily) Delayed() (used int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.update()
	used = d.used
	for i := len(d.window) - 1; i >= 0 && d.window[i].at > now-limitsDelay; i-- {
		used -= d.window[i].calls
	}
	return used
}

// Peaks reports the most calls that any 24 hours held, of all callers and of clients alone.
func (d *Daily) Peaks() (all, ours int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.update()
	return d.peak, d.peakOurs
}

// AddOthers counts calls that others make now; they may exceed the limit, as in paid production orgs. Fewer than one are
// none.
func (d *Daily) AddOthers(calls int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(d.update(), min(max(calls, 0), MaxCalls), 0)
}

// update brings the window to the present, with the steady calls of others at the minutes that have passed; those beyond
// the limit are refused. After a longer jump only the last two days can matter.
func (d *Daily) update() (now int64) {
	now = d.clock.Now().Unix()
	if d.steady > 0 {
		d.counted = max(d.counted, now-2*day)
		for ; d.counted+60 <= now; d.counted += 60 {
			minute := d.counted + 60
			d.forget(minute)
			calls := d.steadyUntil(minute) - d.steadyUntil(d.counted)
			d.add(minute, max(min(calls, d.limit-d.used), 0), 0)
		}
	}
	d.forget(now)
	return now
}

func (d *Daily) steadyUntil(at int64) int {
	return int(int64(d.steady) * (at - d.start) / 3600)
}

// forget drops the seconds that are a day old.
func (d *Daily) forget(now int64) {
	for len(d.window) > 0 && d.window[0].at <= now-day {
		d.used -= d.window[0].calls
		d.ours -= d.window[0].ours
		d.window = d.window[1:]
	}
}

func (d *Daily) add(at int64, calls, ours int) {
	if calls == 0 {
		return
	}
	last := len(d.window) - 1
	if last < 0 || d.window[last].at < at {
		d.window = append(d.window, second{at: at})
		last++
	}
	d.window[last].calls += calls
	d.window[last].ours += ours
	d.used += calls
	d.ours += ours
	d.peak, d.peakOurs = max(d.peak, d.used), max(d.peakOurs, d.ours)
}
