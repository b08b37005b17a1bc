package salesforce

import (
	"fmt"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

const (
	firstDistance   = 2 * time.Second  // between two logins once tokens are in doubt; each is twice as long as the one before
	longestDistance = 15 * time.Minute // as long as the shortest session that an org can set
	healthyAge      = 2 * time.Minute  // a token that lasted for so long ended as tokens end
	sameTries       = 3                // of a request with a token that refused it, once tokens are in doubt
	aliveFor        = 10 * time.Second // after a token was accepted, one that has been refused in between counts as good
)

// doubt keeps logins apart once a token has been refused in a way that no new one mends: at its first use, or although it is
// accepted elsewhere. Its zero value has none.
type doubt struct {
	level int       // 0 is none
	last  time.Time // login
}

// raise begins to doubt.
func (d *doubt) raise() { d.level = max(d.level, 1) }

// wait is how long the next login has to wait, in the place of a token that was accepted for so long.
func (d *doubt) wait(now time.Time, lasted time.Duration) time.Duration {
	if lasted >= healthyAge {
		d.level = 0
	}
	if d.level == 0 {
		return 0
	}
	distance := longestDistance
	if d.level < 20 {
		distance = min(firstDistance<<(d.level-1), longestDistance)
	}
	return max(d.last.Add(distance).Sub(now), 0)
}

// loggedIn notes a login: as long as the doubt lasts, the next one comes later.
func (d *doubt) loggedIn(now time.Time) {
	d.last = now
	if d.level > 0 {
		d.level++
	}
}

// tooSoon is the error of a login that has to wait for longer than a request does. It is of the one request: others may be
// accepted meanwhile.
func tooSoon(wait time.Duration) *apierror.Error {
	return &apierror.Error{
		Class: fault.SessionExpired, Op: apierror.OpLogin, RetryAfter: wait,
		Sentence: fmt.Sprintf("Salesforce refuses sessions that have just begun, so the next login waits for %s: %s",
			wait.Round(time.Second), apierror.EndedByOthers),
	}
}
