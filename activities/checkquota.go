package activities

import (
	"context"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard"
)

// CheckQuotaParams is the account of a sync that waits for its quota.
type CheckQuotaParams struct {
	Sync   Sync          `json:"sync"`
	Ledger quota.Budget  `json:"ledger"`
	Every  time.Duration `json:"every"` // the least time between two calls that only ask, by Salesforce's clock
	Must   bool          `json:"must,omitempty"`
}

// CheckQuotaResult is what the look brought.
type CheckQuotaResult struct {
	Usage quota.Usage `json:"usage"`
	Calls int64       `json:"calls"` // that were made, or may have been

	Unsure int64 `json:"unsure,omitempty"` // of Calls: see Spending

	RetryAfter time.Duration `json:"retry_after,omitempty"` // the logins of the hour are spent: nothing could be asked
	Why        string        `json:"why,omitempty"`         // the sentence of that
}

// CheckQuota looks whether API calls came back. Salesforce's clock can be read without a call; what others have used costs one,
// which is spent only where it can bring something.
func (a *Activities) CheckQuota(ctx context.Context, params CheckQuotaParams) (CheckQuotaResult, error) {
	bounded, cancel := context.WithTimeout(ctx, authenticateTimeout)
	defer cancel()
	result, err := a.checkQuota(bounded, params)
	return result, toTemporal(ctx, err)
}

// lookCalls is what a look may cost: a call, one more after a login where the session has expired meanwhile, and three with the
// same session where sessions are in doubt. With fewer a look in doubt would never bring anything.
const lookCalls = 5

func (a *Activities) checkQuota(ctx context.Context, params CheckQuotaParams) (result CheckQuotaResult, err error) {
	source, _, err := a.open(ctx, params.Sync) // which also says that the sync is still there
	if err != nil {
		return result, err
	}
	if result.Usage.Clock, err = source.Salesforce.Clock(ctx); err != nil {
		return result, err
	}
	if !params.Must && !params.Ledger.Worth(result.Usage.Clock, params.Every) && !params.Ledger.Sudden(result.Usage.Clock, time.Now()) {
		return result, nil
	}
	source, err = bind(ctx, source, params.Sync) // another org's usage is nothing to us
	switch f := fault.From(err); {
	case f != nil && f.Class == fault.Throttled && f.RetryAfter > shard.LongWait:
		result.RetryAfter, result.Why = f.RetryAfter, fault.Sentence(err) // a wait here would outlast a pause, and nobody would see it
		return result, nil
	case err != nil:
		return result, err
	}
	meter := new(salesforce.Meter)
	ended := countCalls(ctx, a.Store, params.Sync, lookCalls, result.Usage.Clock)
	within := salesforce.WithCallBudget(salesforce.WithMeter(ctx, meter), salesforce.NewCallBudget(lookCalls, 0))
	limit, known, err := source.Salesforce.Usage(within)
	result.Calls, result.Unsure = meter.Calls(), meter.Calls()-meter.Certain()
	measureCalls(ctx, meter.Certain())
	ended(result.Calls, result.Unsure, askedUsage(meter, limit))
	f := fault.From(err)
	switch {
	case err == nil && known:
		clock := result.Usage.Clock
		if result.Usage = askedUsage(meter, limit); result.Usage.Clock.Before(clock) {
			result.Usage.Clock = clock // which was asked for by itself
		}
		if result.Usage.At.IsZero() {
			result.Usage.At = result.Usage.Clock
		}
	case f != nil && f.Class == fault.QuotaExhausted:
		result.Usage.Exhausted = orgIsSpent(err)
	case f != nil && retryable(f.Class): // the next look asks again
	case err != nil:
		return result, err
	}
	return result, nil
}
