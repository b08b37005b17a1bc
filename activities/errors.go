package activities

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/sourcename"
)

// Internal is the error type of a failure that no class describes: a bug, or an account that does not add up.
const Internal = "internal"

// longestMessage bounds the message of a failure, in bytes. Temporal keeps 4 kB of a failure between two attempts and replaces a
// longer one by "Failure exceeds size limit"; the message is in it twice.
const longestMessage = 1000

// longestWait bounds what a server may ask for by Retry-After.
const longestWait = time.Hour

// retryable says which classes a later attempt may mend by itself. All others need somebody to change something, are waited
// for by the workflow, or are states of one report that never reach Temporal.
func retryable(class fault.Class) bool {
	switch class {
	case fault.SessionExpired, fault.Throttled, fault.Transient:
		return true
	default:
		return false
	}
}

// waitInWorkflow marks an error after which the workflow waits, where everybody sees why, before it runs the activity again.
type waitInWorkflow struct {
	error

	until time.Time    // when the wait is over, where that is known: the workflow may look earlier
	wider quota.Policy // that would end it at once, as quota.Wait.Wider
}

// Unwrap gives the error itself.
func (s *waitInWorkflow) Unwrap() error { return s.error }

// toTemporal is the only place that makes application errors: type = class, one sentence as the message, Failure as the
// details. The causes below the sentence stay in the worker's log, for they may be long.
func toTemporal(ctx context.Context, err error) error { return failedWith(ctx, err, nil, 0) }

// failedWith is toTemporal for an activity that has an account of its API calls, and perhaps of reports, to leave.
func failedWith(ctx context.Context, err error, spent *Spending, reports int64) error {
	if err == nil {
		return nil
	}
	switch {
	case !errors.Is(err, context.Canceled):
	case stopping(ctx):
		return workerStopped(spent, reports)
	case ctx.Err() != nil:
		return err
	}
	if cut := cutOff(ctx, err, spent, reports); cut != nil {
		return cut
	}
	logAttempt(ctx, err)
	f := fault.From(err)
	if f == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) { // a bound of the attempt's own
		f = &fault.Error{Class: fault.Transient, System: fault.Longhaul, Message: "a step got no answer in time: look into the worker's log for what it waited for"}
		err = f
	}
	if f == nil {
		message := fault.Short(err.Error(), longestMessage)
		return temporal.NewApplicationErrorWithOptions(message, Internal, temporal.ApplicationErrorOptions{
			NonRetryable: true, // the workflow tries the step again, and counts how often
			Details:      []any{Failure{Class: Internal, System: fault.Longhaul, Message: message, Spent: spent, Reports: reports}},
		})
	}
	message := fault.Short(fault.Sentence(err), longestMessage)
	contradicts := errors.As(err, new(*contradictory))
	options := temporal.ApplicationErrorOptions{
		NonRetryable:   !retryable(f.Class) && !mayGoElsewhere(ctx, err) || errors.As(err, new(*waitInWorkflow)) || contradicts,
		NextRetryDelay: min(f.RetryAfter, longestWait),
		Details: []any{Failure{
			Class: f.Class, System: f.System, Message: message, Spent: spent, Reports: reports, Torn: tornShard(err),
			RetryAfter: f.RetryAfter, Unknown: mayEndByItself(err), Contradicts: contradicts, Owner: markOf(err),
			Until: overAt(err), Wider: widerFor(err), Setting: refusedSetting(err),
		}},
	}
	if retryable(f.Class) && !contradicts {
		options.Category = temporal.ApplicationErrorCategoryBenign
	}
	return temporal.NewApplicationErrorWithOptions(message, string(f.Class), options)
}

// failures are when each cause was last in the log.
var failures turns

// logAttempt logs why an attempt failed, with its causes, which the failure leaves out. Where eight shards meet one cause it is there
// once in a while.
func logAttempt(ctx context.Context, err error) {
	info, words := activity.GetInfo(ctx), err.Error()
	if !failures.take(info.WorkflowExecution.RunID+fault.Sentence(err), time.Now(), wakeEvery) {
		activity.GetLogger(ctx).Debug("the attempt failed", "error", words)
		return
	}
	if f := fault.From(err); f != nil && f.Class == fault.Invalid && slices.Contains(answering, info.ActivityType.Name) {
		activity.GetLogger(ctx).Info("an order or a question is refused", attemptFields("refused", info, words)...)
		return
	}
	activity.GetLogger(ctx).Warn("the attempt failed", attemptFields("retry", info, words)...)
}

// answering are the activities that do what a person asks for. What they refuse as invalid is told to that person and not tried again.
var answering = []string{"SetSchedule", "Inspect", "Examine", "Estimate", "ListSources"}

// attemptFields are those of the line about a failed attempt. An activity of a source runs on the queue of that source.
func attemptFields(event string, info activity.Info, words string) []any {
	fields := []any{"event", event}
	if source, ok := strings.CutPrefix(info.TaskQueue, sourcename.QueuePrefix); ok {
		fields = append(fields, "source", source)
	}
	return append(fields, "workflow", info.WorkflowExecution.ID, "step", info.ActivityType.Name, "attempt", info.Attempt, "error", words)
}

// overAt is when what an error waits for is over; zero where nobody knows.
func overAt(err error) time.Time {
	if wait, ok := errors.AsType[*waitInWorkflow](err); ok {
		return wait.until
	}
	return time.Time{}
}

// widerFor is the quota that would end what an error waits for; zero where none would.
func widerFor(err error) quota.Policy {
	if wait, ok := errors.AsType[*waitInWorkflow](err); ok {
		return wait.wider
	}
	return quota.Policy{}
}

// mayEndByItself says whether an error is a refused login that may end without a fix by anybody.
func mayEndByItself(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.MayEndByItself()
}

// refusedSetting is the setting that a refused login says is wrong; empty where it says none.
func refusedSetting(err error) string {
	if e, ok := errors.AsType[*salesforce.Error](err); ok && e.Class == fault.LoginRefused {
		return e.Setting()
	}
	return ""
}

// tornShard is the shard whose result an error calls torn; nil when it calls none so.
func tornShard(err error) *int {
	if torn, ok := errors.AsType[*description.TornShardError](err); ok {
		return &torn.Shard
	}
	return nil
}

// cutOff reads an error that is no more than the cause for which ctx ended, which need not be context.Canceled: the SDK
// gives Temporal's own error where heartbeats did not get through. It is nil for every other error.
func cutOff(ctx context.Context, err error, spent *Spending, reports int64) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil || !errors.Is(err, cause):
		return nil
	case temporal.IsCanceledError(cause):
		return context.Canceled
	case stopping(ctx):
		return workerStopped(spent, reports)
	}
	return handBack("Temporal did not hear of this attempt for too long", spent, reports)
}

// stopping says whether the end of ctx is the worker's, and not asked for by the workflow.
func stopping(ctx context.Context) bool {
	if errors.Is(context.Cause(ctx), worker.ErrWorkerShutdown) {
		return true
	}
	select {
	case <-activity.GetWorkerStopChannel(ctx):
		return true
	default:
		return false
	}
}

func workerStopped(spent *Spending, reports int64) error {
	return handBack("the worker was stopped", spent, reports)
}

// handBack gives the activity to the next attempt: what was done lies in the bucket, and it starts there. An activity that Temporal
// was asked to cancel meanwhile has no next attempt, so this one's account is the last word.
func handBack(why string, spent *Spending, reports int64) error {
	message := why + "; the next one goes on where it was"
	return temporal.NewApplicationErrorWithOptions(message, string(fault.Transient), temporal.ApplicationErrorOptions{
		Category: temporal.ApplicationErrorCategoryBenign,
		Details:  []any{Failure{Class: fault.Transient, System: fault.Temporal, Message: message, Spent: spent, Reports: reports}},
	})
}

// Interceptor makes a failure of a panic in an activity, and of every error that the activity has not mapped, so that nothing that
// nobody expected is tried for ever or ends a sync unexplained. What the SDK makes of a panic holds the whole stack, which is more
// than Temporal keeps of a failure.
func Interceptor() interceptor.WorkerInterceptor { return new(catcher) }

type catcher struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity stands before every activity.
func (*catcher) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	c := new(caught)
	c.Next = next
	return c
}

type caught struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs one attempt.
func (c *caught) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	err = fault.Caught(func() (err error) {
		result, err = c.Next.ExecuteActivity(ctx, in)
		return err
	})
	if err == nil || isMapped(err) {
		return result, err
	}
	return nil, toTemporal(ctx, err)
}

// isMapped says whether an error is one of Temporal's own, as an activity returns it.
func isMapped(err error) bool {
	return errors.As(err, new(*temporal.ApplicationError)) || errors.As(err, new(*temporal.TimeoutError)) ||
		errors.Is(err, context.Canceled) || temporal.IsCanceledError(err) || errors.Is(err, activity.ErrResultPending)
}
