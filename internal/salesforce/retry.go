package salesforce

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 4 * time.Second
	patience     = 5 * time.Second // a longer Retry-After is for the caller to wait

	triesWithoutRoute = 3 // of a request that Salesforce's edge cannot route (420)
)

// retrier repeats an exchange a few times when its fault may pass. It stands above the RoundTrippers because a body
// that is cut shows only to the one who reads it.
type retrier struct{ attempts int }

// do runs try until it succeeds, its error is final, or the tries are used up.
func (r retrier) do(ctx context.Context, try func(context.Context) error) error {
	for n := 1; ; n++ {
		err := try(ctx)
		e := apierror.From(err)
		if e == nil || !e.Retryable {
			return err
		}
		if n >= r.most(e) || e.RetryAfter > patience {
			e.Retryable = false // whoever asked above need not try again
			return err
		}
		if err := httpkit.Sleep(ctx, pauseBefore(n, e.RetryAfter)); err != nil {
			return fmt.Errorf("%s: %w", e.Op, err)
		}
	}
}

func (r retrier) most(e *apierror.Error) int {
	if e.Status == statusNoRoute {
		return min(r.attempts, triesWithoutRoute)
	}
	return r.attempts
}

// bound is the longest time that all tries may take together.
func (r retrier) bound(timeout time.Duration) time.Duration {
	return time.Duration(r.attempts) * (timeout + patience)
}

// statusNoRoute is what Salesforce's edge answers when it finds no org behind a host.
const statusNoRoute = 420

// pauseBefore gives the pause after try n: doubled each time, with jitter so that many clients do not come back at
// once, and never shorter than the server asked for.
func pauseBefore(n int, asked time.Duration) time.Duration {
	pause := min(firstPause<<(n-1), longestPause)
	return max(asked, pause/2+rand.N(pause/2+1))
}
