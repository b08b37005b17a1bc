package question

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/hang"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

const (
	// tallyTimeout bounds what a check asks of the log of the source's calls, before it begins and at its end.
	tallyTimeout = 2 * time.Second
	// examineCalls is the most API calls that a check makes.
	examineCalls = 25
)

// tally counts the API calls of a check where those of syncs are counted, so that no forecast takes them for calls of others. A bucket
// that takes nothing stops no check: the rows of the bucket say so.
type tally struct {
	thing   string // what is asked of the bucket, whose disk may hang
	log     *usage.Log
	attempt usage.Attempt
	meter   *salesforce.Meter
	sum     usage.Sum // of what was counted before
	begun   bool
}

func newTally(ctx context.Context, store *staging.Store, source string) *tally {
	t := &tally{thing: fmt.Sprintf("the calls of %s in %s", source, store.Name()), log: usage.Of(store, source), attempt: attemptOf(ctx), meter: new(salesforce.Meter)}
	bounded, cancel := context.WithTimeout(ctx, tallyTimeout)
	defer cancel()
	attempt := t.attempt
	sum, err := hang.Ask(bounded, t.thing, func() (usage.Sum, error) {
		sum, err := t.log.Read(bounded, attempt, time.Now())
		if err == nil {
			err = t.log.Reserve(bounded, attempt, examineCalls, time.Time{}, time.Now())
		}
		return sum, err
	})
	t.sum, t.begun = sum, err == nil
	t.tell(ctx, err)
	return t
}

// end notes how many calls there were, also of a check that was stopped.
func (t *tally) end(ctx context.Context) {
	if !t.begun {
		return
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), tallyTimeout)
	defer cancel()
	_, err := hang.Ask(bounded, t.thing, func() (struct{}, error) {
		return struct{}{}, t.log.Record(bounded, t.attempt, t.meter.Calls(), t.meter.Calls()-t.meter.Certain(), reportedTo(t.meter), time.Now())
	})
	t.tell(ctx, err)
}

func (t *tally) tell(ctx context.Context, err error) {
	if err != nil {
		activity.GetLogger(ctx).Warn("the API calls of this check could not be noted in the bucket", "event", "warning", "error", err.Error())
	}
}

// reportedTo is what Salesforce's answers so far told a meter of the org's API calls.
func reportedTo(meter *salesforce.Meter) quota.Usage {
	told := quota.Usage{Clock: meter.Date()}
	if limit, known := meter.Limit(); known {
		told.Used, told.Max, told.At = limit.Used, limit.Max, meter.LimitAt()
	}
	return told
}
