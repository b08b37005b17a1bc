package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"longhaul/internal/fault"
)

// Internal is the error type of a failure that no class describes: a bug, or an account that does not add up.
const Internal = "internal"

// quotaPause is how long an activity waits after the org's daily API requests ran out. They come back bit by bit as
// yesterday's calls age, so a quarter of an hour brings some.
const quotaPause = 15 * time.Minute

// longestWait bounds what a server may ask for by Retry-After.
const longestWait = time.Hour

// retryable says which classes a later attempt may mend by itself. All others need somebody to change something, or are
// states of one report that never reach Temporal.
func retryable(class fault.Class) bool {
	switch class {
	case fault.SessionExpired, fault.Throttled, fault.Transient, fault.QuotaExhausted:
		return true
	default:
		return false
	}
}

// toTemporal is the only place that makes application errors: type = class, one sentence as the message, Failure as the
// details. The causes below the sentence stay in the worker's log, for they may be long.
func toTemporal(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		if ctx.Err() != nil && !errors.Is(context.Cause(ctx), worker.ErrWorkerShutdown) {
			return err
		}
		return workerStopped()
	}
	activity.GetLogger(ctx).Warn("the attempt failed", "error", err.Error()) // with its causes, which the failure leaves out
	f := fault.From(err)
	if f == nil && errors.Is(err, context.DeadlineExceeded) {
		f = &fault.Error{Class: fault.Transient, System: fault.Longhaul, Message: "an attempt got no answer in time; it is tried again"}
		err = f
	}
	if f == nil {
		return temporal.NewApplicationErrorWithOptions(err.Error(), Internal, temporal.ApplicationErrorOptions{
			NonRetryable: true,
			Details:      []any{Failure{Class: Internal, System: fault.Longhaul, Message: err.Error()}},
		})
	}
	message := fault.Sentence(err)
	delay := min(f.RetryAfter, longestWait)
	if f.Class == fault.QuotaExhausted && delay == 0 {
		delay = quotaPause
	}
	options := temporal.ApplicationErrorOptions{
		NonRetryable:   !retryable(f.Class),
		NextRetryDelay: delay,
		Details:        []any{Failure{Class: f.Class, System: f.System, Message: message}},
	}
	if retryable(f.Class) {
		options.Category = temporal.ApplicationErrorCategoryBenign
	}
	return temporal.NewApplicationErrorWithOptions(message, string(f.Class), options)
}

// workerStopped hands the activity back: what was done lies in the bucket, and the next attempt starts there.
func workerStopped() error {
	const message = "the worker was stopped; the next one goes on where it was"
	return temporal.NewApplicationErrorWithOptions(message, string(fault.Transient), temporal.ApplicationErrorOptions{
		Category: temporal.ApplicationErrorCategoryBenign,
		Details:  []any{Failure{Class: fault.Transient, System: fault.Temporal, Message: message}},
	})
}
