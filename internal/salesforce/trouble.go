package salesforce

import (
	"time"

	"longhaul/internal/salesforce/apierror"
)

const (
	freeFailures   = 2               // failed logins in a row that may be repeated at once
	firstTrouble   = 2 * time.Second // after that; each pause is twice as long as the one before
	longestTrouble = 2 * time.Minute
	troubleSteps   = 7 // after which it is the longest
)

// troubled is for how long nobody tries to log in after so many failed logins in a row that were not refused: a login host in
// trouble must not use up the logins of the hour.
func troubled(failures int) time.Duration {
	n := failures - freeFailures - 1
	switch {
	case n < 0:
		return 0
	case n >= troubleSteps:
		return longestTrouble
	}
	return min(firstTrouble<<n, longestTrouble)
}

// standing is a failure that stands until a later time, for one who asks now.
func standing(err error, left time.Duration) error {
	e := apierror.From(err)
	if e == nil || holds(err) {
		return err
	}
	again := *e
	again.RetryAfter = max(again.RetryAfter, left)
	return &again
}
