package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard"
	"longhaul/internal/usage"
)

// CallBudget is how many API calls an activity may make, over all its attempts.
type CallBudget struct {
	Calls   int64 `json:"calls"`
	Ceiling int64 `json:"ceiling,omitempty"` // usage of the whole org at which no call is made any more; 0: not known

	Clock time.Time `json:"clock,omitzero"` // Salesforce's time when the budget was granted
}

// Stop says why an activity ended before it had done all it should. What it did is kept, and another run goes on there.
type Stop string

// The reasons to stop.
const (
	StopQuota     Stop = "quota"     // its call budget, or the org's daily calls, are used up
	StopThrottled Stop = "throttled" // Salesforce asked to wait, for longer than an activity should
	StopSlice     Stop = "slice"     // its time is over, so that others get their turn
	StopCancelled Stop = "cancelled" // for a pause, a cancel, or another's failure
)

// Spending is what an activity used of the org's API calls.
type Spending struct {
	Calls      int64         `json:"calls"`            // that were made, or may have been
	Unsure     int64         `json:"unsure,omitempty"` // of Calls: those of an attempt that was killed, and those that no answer of the org proves
	Usage      quota.Usage   `json:"usage,omitzero"`
	Stop       Stop          `json:"stop,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"` // with StopThrottled
	Why        string        `json:"why,omitempty"`         // the sentence of what asked for that wait
}

// Made is how many calls were made for certain. Screens and results show these; the quota counts all of Calls.
func (s Spending) Made() int64 { return max(s.Calls-s.Unsure, 0) }

// spending runs an activity that makes API calls: within its call budget, with a heartbeat, and with an account of what it used
// whichever way it ends. A spent quota, a long wait and a cancel are no failures: the workflow goes on from there.
func spending(ctx context.Context, budget CallBudget, share int, run func(context.Context, *pulse) error) (Spending, error) {
	counted, p := startCalls(ctx, budget, share)
	err := run(counted, p)
	spent := Spending{Calls: p.most(), Unsure: p.most() - p.calls(), Usage: usageOf(p.meter)}
	if p.counted != nil {
		p.counted(spent.Calls, spent.Unsure, spent.Usage)
	}
	spent.Usage.Exhausted = orgIsSpent(err)
	f := fault.From(err)
	switch {
	case err == nil:
	case cancelledByWorkflow(ctx, err):
		spent.Stop, err = StopCancelled, nil
	case f != nil && f.Class == fault.QuotaExhausted:
		spent.Stop, err = StopQuota, nil
	case f != nil && f.System == fault.Salesforce && f.RetryAfter > shard.LongWait && retryable(f.Class) && !shard.IsOutage(err):
		spent.Stop, spent.RetryAfter, spent.Why, err = StopThrottled, f.RetryAfter, fault.Sentence(err), nil
	}
	err = p.unlessContradicted(err)
	p.end(ctx, err)
	if err != nil {
		return spent, failedWith(ctx, err, &spent, p.reports)
	}
	return spent, nil
}

// cancelledByWorkflow tells a cancel that the workflow asked for, or a heartbeat that did not get through, from a worker that
// is told to stop and from an operator who pauses the activity alone: that one must come back by itself. What a store's client
// makes of the end of ctx may be the SDK's cause and not context.Canceled.
func cancelledByWorkflow(ctx context.Context, err error) bool {
	cause := context.Cause(ctx)
	return errors.Is(ctx.Err(), context.Canceled) && (errors.Is(err, context.Canceled) || errors.Is(err, cause)) && !stopping(ctx) &&
		!errors.Is(cause, activity.ErrActivityPaused)
}

// usageOf is what Salesforce said of the quota by the headers of the answers that a meter saw.
func usageOf(meter *salesforce.Meter) quota.Usage {
	usage := quota.Usage{Clock: meter.Date()}
	if limit, known := meter.Limit(); known {
		usage.Used, usage.Max, usage.At = limit.Used, limit.Max, meter.LimitAt()
	}
	return usage
}

// askedUsage is what Salesforce said when it was asked for the usage: in a header, or, where that is silent, by the limits,
// which tell it with a delay.
func askedUsage(meter *salesforce.Meter, limit salesforce.LimitInfo) quota.Usage {
	usage := usageOf(meter)
	if usage.Max <= 0 {
		usage.Used, usage.Max, usage.At, usage.Delayed = limit.Used, limit.Max, meter.Date(), true
	}
	return usage
}

// orgIsSpent says whether an error is Salesforce's refusal of a call because the org has used up its own, and not ours
// because a call budget is.
func orgIsSpent(err error) bool {
	return fault.Is(err, fault.QuotaExhausted) && !errors.Is(err, salesforce.ErrBudgetSpent)
}

// lower takes from the call budget of an attempt what it has learned about the calls of earlier ones.
func (p *pulse) lower() {
	if p.allowed != nil {
		p.allowed.Lower(p.budget.Calls - p.most())
	}
}

// earlier is what is known of the API calls of earlier attempts: by their last beat, and by what they left in the bucket.
type earlier struct {
	Beat
	some  bool  // there were attempts
	share int64 // requests in flight

	mu     sync.Mutex
	stored int64       // reports that they stored after that beat
	ended  usage.Entry // the newest account that one of them left at its end
	exact  bool        // the last of them left it
}

// calls is how many they have made for certain: each report that was stored took one at least.
func (e *earlier) calls() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	made := e.Calls
	if !e.exact && !e.Final {
		made += e.stored
	}
	return max(made, e.ended.Made())
}

// most is how many they can have made. Of one that was killed nobody knows how many it made after its last beat: either what it stored
// after that says it, but for some, or no more than it makes until Temporal notices.
func (e *earlier) most() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	most, last := e.Beat.most(), e.Most+e.stored
	switch {
	case e.exact: // which is all of them
		most = e.ended.Calls
	case e.Final || e.stored == 0:
	case e.Untold == 0:
		most = max(most, last+e.share)
	case last <= most:
		most = min(most, last+e.Untold)
	default: // it was not heard for longer
		most = last + e.Untold
	}
	return max(most, e.ended.Calls)
}

// done is how far they came.
func (e *earlier) done() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.Done + e.stored
}

// keeps notes how many reports the attempts had stored.
func (e *earlier) keeps(stored int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.some {
		e.stored = max(stored-e.Done, 0)
	}
}

// ends takes the account that one of the attempts left at its end.
func (e *earlier) ends(entry usage.Entry, last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended, e.exact = entry, last
}
