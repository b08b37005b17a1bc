package exchange

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
)

// Patience is the longest Retry-After that a request waits for by itself. A longer one is for the caller to wait for.
const Patience = 5 * time.Second

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 4 * time.Second

	statusNoRoute     = 420 // from Salesforce's edge when it finds no org behind a host
	triesWithoutRoute = 3
)

// Retrier repeats an exchange a few times when its fault may pass. It stands above the RoundTrippers, because a truncated body shows only
// to its reader.
type Retrier struct{ Attempts int }

// Do runs try until it succeeds, its error is final, or the tries are used up.
func (r Retrier) Do(ctx context.Context, try func(context.Context) error) error {
	for n := 1; ; n++ {
		err := try(ctx)
		e := apierror.From(err)
		if e == nil || !e.Retryable {
			return err
		}
		if n >= r.most(e) || e.RetryAfter > Patience {
			e.Retryable = false // for a retrier further up
			return err
		}
		if err := httpkit.Sleep(ctx, Pause(n, e.RetryAfter)); err != nil {
			return fmt.Errorf("%s: %w", e.Op, err)
		}
	}
}

func (r Retrier) most(e *apierror.Error) int {
	if e.Status == statusNoRoute {
		return min(r.Attempts, triesWithoutRoute)
	}
	return r.Attempts
}

// Bound is the longest time that all tries may take together.
func (r Retrier) Bound(timeout time.Duration) time.Duration {
	return time.Duration(r.Attempts) * (timeout + Patience)
}

// Pause is the pause after try n: doubled each time, with jitter so that many clients do not come back at once, and never shorter than the
// server asked for.
func Pause(n int, asked time.Duration) time.Duration {
	pause := min(firstPause<<(n-1), longestPause)
	return max(asked, pause/2+rand.N(pause/2+1))
}
