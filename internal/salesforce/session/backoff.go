package session

import (
	"fmt"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

const (
	firstDistance   = 2 * time.Second  // between two logins during backoff; each is twice as long as the one before
	longestDistance = 15 * time.Minute // as long as the shortest session that an org can set
	healthyAge      = 2 * time.Minute  // a token that lasted this long ended in the ordinary way
)

// backoff keeps logins apart once a token was refused in a way that a new one does not fix: at its first use, or although it is accepted
// for other requests. Its zero value never starts.
type backoff struct {
	enabled bool
	level   int       // 0 is off
	last    time.Time // login
}

func (b *backoff) isOn() bool { return b.level > 0 }

func (b *backoff) start() {
	if b.enabled {
		b.level = max(b.level, 1)
	}
}

func (b *backoff) reset() { b.level, b.last = 0, time.Time{} }

// wait is how long the next login has to wait, when the last token was accepted for that long.
func (b *backoff) wait(now time.Time, lasted time.Duration) time.Duration {
	if lasted >= healthyAge {
		b.level = 0
	}
	if b.level == 0 {
		return 0
	}
	distance := longestDistance
	if b.level < 20 {
		distance = min(firstDistance<<(b.level-1), longestDistance)
	}
	return max(b.last.Add(distance).Sub(now), 0)
}

// loggedIn notes a login. While the backoff is on, the next one comes later.
func (b *backoff) loggedIn(now time.Time) {
	b.last = now
	if b.level > 0 {
		b.level++
	}
}

// tooSoon is the error of a login that has to wait for longer than a request does. It concerns the one request: others may be accepted
// meanwhile.
func tooSoon(wait time.Duration) *apierror.Error {
	return &apierror.Error{
		Class: fault.SessionExpired, Op: apierror.OpLogin, RetryAfter: wait,
		Sentence: fmt.Sprintf("Salesforce refuses sessions that have just begun, so the next login waits for %s: %s",
			wait.Round(time.Second), apierror.EndedByOthers),
	}
}

// LongestPause is the longest time without a login after failed ones that were not refused.
const LongestPause = 2 * time.Minute

const (
	freeFailures = 2               // failed logins in a row that may be repeated at once
	firstPause   = 2 * time.Second // after these; each pause is twice as long as the one before
	pauseSteps   = 7               // after which the pause is the longest
)

// pauseAfter is how long nobody tries to log in after that many failed logins in a row that were not refused: a login host in trouble must
// not use up the logins of the hour.
func pauseAfter(failures int) time.Duration {
	n := failures - freeFailures - 1
	switch {
	case n < 0:
		return 0
	case n >= pauseSteps:
		return LongestPause
	}
	return min(firstPause<<n, LongestPause)
}

// holds reports whether a failed login stands for a while: it was refused, or the user has logged in too often. The operator of the sync
// waits for longer, and may end the wait.
func holds(err error) bool {
	e := apierror.From(err)
	return fault.Is(err, fault.LoginRefused) || e != nil && e.Whole
}

// standing is a failure that stands until a later time, for a request of now.
func standing(err error, left time.Duration) error {
	e := apierror.From(err)
	if e == nil || holds(err) {
		return err
	}
	again := *e
	again.RetryAfter = max(again.RetryAfter, left)
	return &again
}
