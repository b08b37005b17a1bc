package activities

import (
	"context"
	"strconv"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
	"longhaul/internal/warning"
)

// SourceUsage is the API calls of all syncs of a source that may still count.
type SourceUsage struct {
	Run      string            `json:"run"`             // of the workflow in which they were summed
	Hours    []quota.Hour      `json:"hours,omitempty"` // of Salesforce's clock, oldest first
	Warnings []warning.Warning `json:"warnings,omitempty"`
}

// SumUsageParams names the sync that was reset.
type SumUsageParams struct {
	Sync  Sync      `json:"sync"`
	Clock time.Time `json:"clock"` // Salesforce's time
}

// SumUsage sums the API calls of all syncs of the source, as Authenticate does, for a sync that does not log in again.
func (a *Activities) SumUsage(ctx context.Context, params SumUsageParams) (SourceUsage, error) {
	if _, _, err := a.open(ctx, params.Sync); err != nil {
		return SourceUsage{}, toTemporal(ctx, err)
	}
	sum, err := usage.Of(a.Store, params.Sync.Source).Read(ctx, attemptOf(ctx, params.Sync), time.Now())
	return usedBy(ctx, sum, params.Clock), toTemporal(ctx, err)
}

// usedBy is what a sum means at a time of Salesforce's clock; zero where that is not known.
func usedBy(ctx context.Context, sum usage.Sum, clock time.Time) SourceUsage {
	now := time.Now()
	if clock.IsZero() {
		clock = now
	}
	used := SourceUsage{Run: activity.GetInfo(ctx).WorkflowExecution.RunID, Hours: sum.Hours(clock, now)}
	if sum.Unreadable > 0 {
		used.Warnings = []warning.Warning{warning.New(warning.UsageUnreadable, warning.Params{"count": strconv.Itoa(sum.Unreadable)})}
	}
	return used
}

// attemptOf is the attempt that runs under ctx.
func attemptOf(ctx context.Context, sync Sync) usage.Attempt {
	info := activity.GetInfo(ctx)
	return usage.Attempt{
		Sync: sync.ID, Type: info.ActivityType.Name, Run: info.WorkflowExecution.RunID, Activity: info.ActivityID, Number: int(info.Attempt),
	}
}

// usageTimeout bounds the write of one object: a worker that stops has little time, and what it has read comes first.
const usageTimeout = 3 * time.Second

// countCalls notes in the bucket how many calls the activity may make over all its attempts, and returns what notes in the end how
// many it has made. A bucket that takes neither stops nothing.
func countCalls(
	ctx context.Context, store *staging.Store, sync Sync, most int64, clock time.Time,
) (ended func(calls, unsure int64, reported quota.Usage)) {
	log, attempt := usage.Of(store, sync.Source), attemptOf(ctx, sync)
	write := func(write func(context.Context) error) {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), usageTimeout)
		defer cancel()
		if err := write(bounded); err != nil {
			activity.GetLogger(ctx).Warn("the API calls of this attempt could not be noted in the bucket", "event", "warning", "error", err.Error())
		}
	}
	write(func(ctx context.Context) error { return log.Reserve(ctx, attempt, most, clock, time.Now()) })
	return func(calls, unsure int64, reported quota.Usage) {
		if reported.Clock.IsZero() {
			reported.Clock = clock
		}
		write(func(ctx context.Context) error { return log.Record(ctx, attempt, calls, unsure, reported, time.Now()) })
	}
}

// countWhile is countCalls for the activity of ctx, if that has a call budget. It counts once, however often the activity opens its sync, and
// reads first what earlier attempts have counted at their end: where Temporal was away then, it did not hear of it.
func countWhile(ctx context.Context, store *staging.Store, sync Sync) {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if ok && p.budget.Calls > 0 && p.counted == nil {
		if p.before.some && !p.before.Final {
			bounded, cancel := context.WithTimeout(ctx, usageTimeout)
			defer cancel()
			p.before.ends(usage.Of(store, sync.Source).Ended(bounded, attemptOf(ctx, sync), p.budget.Clock))
			p.lower()
		}
		p.counted = countCalls(ctx, store, sync, p.budget.Calls, p.budget.Clock)
	}
}

// loginCalls is what a login makes at most, with the questions after it.
const loginCalls = 10

// Room is how many calls may be made out of what the source's share leaves after all earlier calls, where least are needed. Where that is
// too little a workflow waits, and tries again. Without a maximum that an earlier activity has heard of there is no bound.
func Room(ctx context.Context, source *Source, asked quota.Policy, sum usage.Sum, least int64) (calls int64, err error) {
	budget, now := quota.Budget{Policy: asked.Over(source.Quota), Max: sum.Max}, time.Now()
	if budget.Policy == (quota.Policy{}) {
		budget.Max = 0
	}
	budget.Recall(sum.Hours(now, now))
	if room := budget.Room(now); room >= least {
		return room, nil
	}
	clock, err := source.Salesforce.Clock(ctx) // which is no call
	if err != nil {
		return 0, err
	}
	budget.Calls = quota.Calls{}
	budget.Recall(sum.Hours(clock, now))
	budget.Look(quota.Usage{Clock: clock}, 0, now)
	if room := budget.Room(now); room >= least {
		return room, nil
	}
	wait := budget.Wait(now)
	wait.Probe = source.Probe
	until := source.Probe
	if !wait.Until.IsZero() {
		until = min(until, max(wait.Until.Sub(now), time.Second))
	}
	return 0, &waitInWorkflow{until: wait.Until.UTC(), wider: wait.Wider(&budget, now), error: &fault.Error{
		Class: fault.QuotaExhausted, System: fault.Longhaul, Message: wait.Sentence(), RetryAfter: until,
	}}
}
