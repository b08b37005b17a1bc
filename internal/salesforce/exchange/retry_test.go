package exchange

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

func TestRetrier(t *testing.T) {
	t.Parallel()
	passing := func() *apierror.Error {
		return &apierror.Error{Class: fault.Transient, Op: apierror.OpQuery, Retryable: true}
	}
	for _, row := range []struct {
		name     string
		attempts int
		errs     []error // of the tries; then success
		tries    int
		ok       bool
		shortest time.Duration
		longest  time.Duration
	}{
		{"success needs one try", 3, nil, 1, true, 0, 0},
		{"a passing fault is tried again", 3, []error{passing()}, 2, true, firstPause / 2, firstPause},
		{"the tries end", 3, []error{passing(), passing(), passing()}, 3, false, 3 * firstPause / 2, 3 * firstPause},
		{"a final fault is not tried again", 3, []error{&apierror.Error{Class: fault.Gone}}, 1, false, 0, 0},
		{"an error of another kind is not tried again", 3, []error{io.EOF}, 1, false, 0, 0},
		{"a short wait is honoured", 3, []error{&apierror.Error{Retryable: true, RetryAfter: 3 * time.Second}}, 2, true, 3 * time.Second, 3 * time.Second},
		{"a long wait is for the caller", 3, []error{&apierror.Error{Retryable: true, RetryAfter: 6 * time.Second}}, 1, false, 0, 0},
		{
			"a host without route is tried twice more", 9,
			[]error{
				&apierror.Error{Retryable: true, Status: 420}, &apierror.Error{Retryable: true, Status: 420},
				&apierror.Error{Retryable: true, Status: 420},
			},
			3, false, 3 * firstPause / 2, 3 * firstPause,
		},
		{
			"pauses stop growing", 9,
			[]error{passing(), passing(), passing(), passing(), passing(), passing(), passing()},
			8, true,
			5 * time.Second, 4 * longestPause,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			start, tries := time.Now(), 0
			err := Retrier{Attempts: row.attempts}.Do(t.Context(), func(context.Context) error {
				tries++
				if tries <= len(row.errs) {
					return row.errs[tries-1]
				}
				return nil
			})
			took := time.Since(start)
			if tries != row.tries || (err == nil) != row.ok || took < row.shortest || took > row.longest {
				t.Errorf("%s: %d tries in %v, %v; want %d in %v to %v", row.name, tries, took, err, row.tries, row.shortest, row.longest)
			}
			if e := apierror.From(err); e != nil && e.Retryable {
				t.Errorf("%s: the last error still asks to be tried again", row.name)
			}
		})
	}
}

func TestRetrier_stopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := Retrier{Attempts: 3}.Do(ctx, func(context.Context) error { return &apierror.Error{Op: apierror.OpQuery, Retryable: true} })
		if !errors.Is(err, context.DeadlineExceeded) || fault.From(err) != nil || time.Since(start) != 10*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}
