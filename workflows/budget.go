package workflows

import (
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/workflows/call"
	"longhaul/workflows/operator"
)

// budget grants API calls to activities out of what the quota leaves, and waits while it leaves none. What earlier syncs of the
// source have used is summed at the login, and again after a reset; from then on the account of the sync itself counts.
type budget struct {
	own      *budgetState
	state    *State
	wait     *waiter
	recovery *recovery

	changes int // of the policy, by operators
}

// budgetState is the account of API calls.
type budgetState struct {
	Calls           int64                `json:"calls"` // made by the sync for certain: the quota counts more where a worker was killed, or the org did not answer
	Quota           quota.Budget         `json:"quota"`
	QuotaAsked      operator.QuotaChange `json:"quota_asked,omitzero"`        // by operators, over the settings
	Said            int64                `json:"said,omitempty"`              // the org's usage at Quota.At, as Salesforce reported it
	SinceUsageKnown int64                `json:"since_usage_known,omitempty"` // calls since Salesforce last reported the org's usage
	SummedIn        string               `json:"summed_in,omitempty"`         // the run in which the calls of the source were summed
}

// open begins the account with what the login reports.
func (b *budget) open(ctx workflow.Context, auth activities.AuthenticateResult) {
	b.own.Calls += auth.Calls - auth.Unsure
	b.applyPolicy()
	b.own.Quota.Margin = int64(auth.MaxInFlight)
	b.recall(auth.Used)
	b.own.Quota.Return(0, auth.Calls, auth.Usage, workflow.Now(ctx))
	b.own.hear(auth.Usage)
}

// hear keeps a report of the org's usage that the account has taken over.
func (b *budgetState) hear(usage quota.Usage) {
	if usage.Max > 0 && usage.At.Equal(b.Quota.At) {
		b.Said = usage.Used
	}
}

// applyPolicy makes the policy of the settings, and over it of what operators asked for. Before the login the settings are not
// known; open applies it then.
func (b *budget) applyPolicy() {
	policy := b.state.Auth.Quota
	if policy == (quota.Policy{}) {
		return
	}
	b.own.Quota.Policy = b.asked().Over(policy)
}

// asked is the policy that operators asked for, zero where they asked for nothing.
func (b *budget) asked() (policy quota.Policy) {
	if ceiling := b.own.QuotaAsked.Ceiling; ceiling != nil {
		policy.Ceiling = *ceiling
	}
	if share := b.own.QuotaAsked.Share; share != nil {
		policy.Share = *share
	}
	return policy
}

// handler handles the update that changes the policy of this sync.
func (b *budget) handler() operator.UpdateHandler {
	return operator.UpdateHandler{
		Validate: func(in converter.RawValue) error {
			_, err := operator.ReadQuotaChange(in)
			return err
		},
		Handle: func(_ workflow.Context, in converter.RawValue) (any, error) {
			asked, err := operator.ReadQuotaChange(in)
			if err != nil {
				return nil, err
			}
			return b.change(asked), nil
		},
	}
}

// change changes the policy from the next call budget on. It returns all that operators have asked for so far.
func (b *budget) change(asked operator.QuotaChange) operator.QuotaChange {
	b.own.QuotaAsked = asked.Over(b.own.QuotaAsked)
	b.applyPolicy()
	b.changes++
	return b.own.QuotaAsked
}

// reserve takes calls for an activity out of what the quota leaves. They may be fewer than wanted; hasRoom says whether there are
// any.
func (b *budget) reserve(ctx workflow.Context, want int64) activities.CallBudget {
	now := workflow.Now(ctx)
	return activities.CallBudget{
		Calls: b.own.Quota.Reserve(min(want, b.room(ctx)), now), Ceiling: b.own.Quota.Ceiling(), Clock: b.own.Quota.SalesforceTime(now).UTC(),
	}
}

// giveBack ends the call budget of an activity, whether the activity succeeded or not.
func (b *budget) giveBack(ctx workflow.Context, reserved activities.CallBudget, spent activities.Spending, err error) {
	if err != nil {
		spent = call.Spent(err, reserved)
	}
	b.own.Quota.Return(reserved.Calls, spent.Calls, spent.Usage, workflow.Now(ctx))
	b.own.hear(spent.Usage)
	b.own.Calls += spent.Made()
	if b.own.SinceUsageKnown += spent.Calls; spent.Usage.Max > 0 {
		b.own.SinceUsageKnown = 0
	}
	if err == nil && spent.Calls > 0 {
		b.recovery.loggedIn()
	}
}

// usageIsOld says whether the sync has made so many calls without a report of the org's usage that other users may have come near
// the ceiling meanwhile. Where answers carry no Sforce-Limit-Info, the usage is asked for.
func (b *budget) usageIsOld() bool {
	return b.own.Quota.Max > 0 && b.own.SinceUsageKnown > max(b.own.Quota.Max/oldUsagePart, oldUsageLeast)
}

// Usage is old after a hundredth of the daily maximum, and not before some calls.
const (
	oldUsagePart  = 100
	oldUsageLeast = 200
)

// room is how many calls the quota leaves now.
func (b *budget) room(ctx workflow.Context) int64 {
	if b.outdated(ctx) {
		return 0
	}
	return b.own.Quota.Room(workflow.Now(ctx))
}

func (b *budget) hasRoom(ctx workflow.Context) bool { return b.room(ctx) > 0 }

// untilRoom waits until the quota leaves calls to make, by a durable timer that says why, and asks Salesforce afterwards. It
// returns early for a pause. No activity may run meanwhile: a long wait continues as new.
func (b *budget) untilRoom(ctx workflow.Context) error {
	for b.outdated(ctx) && !b.wait.paused() {
		if err := b.sum(ctx); err != nil {
			return err
		}
	}
	for b.usageIsOld() && !b.wait.paused() {
		if err := b.check(ctx, true); err != nil {
			return err
		}
	}
	if b.hasRoom(ctx) {
		b.state.passed(waits)
		return ctx.Err()
	}
	defer b.wait.goOn(ctx)
	for !b.hasRoom(ctx) && !b.wait.paused() {
		if err := b.wait.continueIfFull(ctx); err != nil {
			return err
		}
		wait := b.own.Quota.Wait(workflow.Now(ctx))
		wait.Probe = b.state.probe()
		changes, sleep := b.changes, wait.Look(workflow.Now(ctx), wait.Probe)
		at := standstill{
			reason: history.WaitQuota, why: wait.Sentence(), until: wait.Until,
			do: moreQuota(b.state.Sync.Source, wait.Wider(&b.own.Quota, workflow.Now(ctx))),
		}
		if wait.Until.IsZero() {
			at.looks = workflow.Now(ctx).Add(sleep)
		}
		b.wait.halt(ctx, at)
		met, err := await(ctx, sleep, at.summary(), func() bool {
			return b.changes != changes || b.wait.paused()
		})
		if err != nil {
			return err
		}
		if met {
			continue
		}
		if err := b.check(ctx, false); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// defaultProbe is for how long a sync that waits for its quota sleeps at most, where no setting says otherwise. A look takes 11 events
// of its history, so a wait costs 15 an hour.
const defaultProbe = 45 * time.Minute

// probe is for how long the sync sleeps at most before it asks Salesforce again.
func (s *State) probe() time.Duration {
	if s.Auth.Probe <= 0 {
		return defaultProbe
	}
	return s.Auth.Probe
}

// check asks Salesforce for its time and, where that is worth a call or must be known, how much of the quota is used. A pause
// interrupts it. A check that must be made and may not log in yet waits here, where the wait is shown.
func (b *budget) check(ctx workflow.Context, must bool) error {
	seen, err := b.checkOnce(ctx, must)
	switch {
	case err != nil || seen == nil:
		return err
	case must && seen.RetryAfter > 0:
		if err := b.wait.backOff(ctx, seen.RetryAfter, seen.Why); err != nil {
			return err
		}
		return b.wait.continueIfFull(ctx)
	}
	b.own.Quota.Look(seen.Usage, seen.Calls, workflow.Now(ctx))
	b.own.hear(seen.Usage)
	b.own.Calls += seen.Calls - seen.Unsure
	b.own.SinceUsageKnown = 0
	return nil
}

// checkOnce is a check, or nil when a pause interrupted it.
func (b *budget) checkOnce(ctx workflow.Context, must bool) (*activities.CheckQuotaResult, error) {
	summary := "check whether API calls are available again"
	if must {
		summary = "read the org's use of API calls, which no answer reported"
	}
	within, done := b.wait.interruptible(ctx)
	defer done()
	params := activities.CheckQuotaParams{Sync: b.state.Sync, Ledger: b.own.Quota, Every: b.state.Auth.Probe, Must: must}
	seen, err := call.Do(within, call.ForCall, summary, acts.CheckQuota, params)
	if err != nil {
		return nil, unlessInterrupted(ctx, within, err)
	}
	return &seen, nil
}

// spending is an activity that makes API calls under a call budget.
type spending func(ctx workflow.Context, reserved activities.CallBudget) (activities.Spending, error)

// spend runs an activity, with a call budget of as many calls as wanted, again and again until it has done all its work.
func (b *budget) spend(ctx workflow.Context, want int64, run spending) error {
	return b.recovery.run(ctx, func(ctx workflow.Context) error {
		for {
			if err := b.ready(ctx); err != nil {
				return err
			}
			reserved := b.reserve(ctx, want)
			if reserved.Calls == 0 {
				continue // the room was gone when the sync was resumed
			}
			done, err := b.spendOnce(ctx, reserved, run)
			if done || err != nil {
				return err
			}
		}
	})
}

// spendOnce runs the activity once and says whether it has done all its work.
func (b *budget) spendOnce(ctx workflow.Context, reserved activities.CallBudget, run spending) (done bool, err error) {
	within, leave := b.wait.interruptible(ctx)
	spent, err := run(within, reserved)
	b.giveBack(ctx, reserved, spent, err)
	failed := unlessInterrupted(ctx, within, err)
	leave()
	if err != nil {
		return false, failed
	}
	return spent.Stop == "", b.wait.backOff(ctx, spent.RetryAfter, spent.Why)
}

// ready waits until an activity may make calls: there is room, nobody has paused the sync, and the history holds more.
func (b *budget) ready(ctx workflow.Context) error {
	if err := b.untilRoom(ctx); err != nil {
		return err
	}
	if err := b.wait.untilResumed(ctx); err != nil {
		return err
	}
	return b.wait.continueIfFull(ctx)
}
