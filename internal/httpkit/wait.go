package httpkit

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetryAfter is the longest Retry-After that is believed. Quotas are counted by the day, so a longer one is a mistake that
// would put a sync to sleep for good.
const longestRetryAfter = 24 * time.Hour

// RetryAfter reads the Retry-After header in both of its forms, a date against now; zero when it is absent, unreadable or past.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(longestRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), longestRetryAfter)
}

// Date reads the Date header in UTC; zero when there is none to read.
func Date(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date.UTC()
}

// Sleep waits for a pause or for the end of the context, whose error it returns.
func Sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
