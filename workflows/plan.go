package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/humanize"
	"longhaul/workflows/call"
)

// planPhase joins the listed reports with what is known about them: some are reused, the rest is split into shards.
type planPhase struct {
	own      *planState
	state    *State
	recovery *recovery
	budget   *budget
	account  *accountState // begins with what is reused
}

// planState is what the two rounds describe.
type planState struct {
	Plan  activities.PlanResult   `json:"plan"`
	Again activities.ReplanResult `json:"again,omitzero"`  // what the second round describes
	Round int                     `json:"round,omitempty"` // 2 once the changes were listed
}

func (p *planPhase) run(ctx workflow.Context) error {
	params := activities.PlanParams{
		Sync: p.state.Sync, Identity: p.state.Auth.Identity, Full: p.state.Full, MaxShards: p.state.Auth.MaxShards,
		Room: max(p.budget.room(ctx)-spareCalls, 0), Refresh: p.refresh(ctx),
	}
	summary := "join " + humanize.Count(p.state.Kinds.Reports, "report") + " with what is known"
	var plan activities.PlanResult
	err := p.recovery.run(ctx, func(ctx workflow.Context) (err error) {
		plan, err = call.Do(ctx, call.ForPlan, summary, acts.Plan, params)
		return err
	})
	if err != nil {
		return err
	}
	p.account.States = plan.States
	p.state.warn(plan.Warnings...)
	plan.Warnings = nil // kept among the state's
	p.own.Plan = plan
	return nil
}

// refresh is what decides which reports are described again though they do not change: the clock is Salesforce's at the login, as it
// dates what is known.
func (p *planPhase) refresh(ctx workflow.Context) activities.Refresh {
	now := p.state.Auth.Usage.Clock
	if now.IsZero() {
		now = workflow.Now(ctx)
	}
	return activities.Refresh{Now: now.UTC(), Audit: p.state.Auth.Audit, Permissions: p.state.Auth.Permissions}
}

// catchUpPhase brings what changed while the sync described, and tries again what was deferred: one more listing, one more round of
// describes.
type catchUpPhase struct {
	own       *planState // of the second round
	state     *State
	inventory *inventoryState // corrected by the changes
	recovery  *recovery
	budget    *budget
	describe  *describePhase
}

const (
	// overlap is how far before its start a sync looks for changes: LastModifiedDate is set when a change begins and seen when it
	// ends.
	overlap = 5 * time.Minute
	// clockAhead is more than two clocks that are kept right can differ.
	clockAhead = time.Hour
)

func (p *catchUpPhase) run(ctx workflow.Context) error {
	if p.own.Round < 2 {
		changed, err := p.listChanges(ctx)
		if err == nil && (changed || p.state.Deferred > 0) {
			err = p.planAgain(ctx)
		}
		if err != nil {
			return err
		}
		p.own.Round = 2
		p.describe.startRound(p.own.Plan.Shards)
	}
	return p.describe.run(ctx)
}

// listChanges says whether any report changed or was added.
func (p *catchUpPhase) listChanges(ctx workflow.Context) (changed bool, err error) {
	err = p.budget.spend(ctx, listCalls, func(ctx workflow.Context, reserved activities.CallBudget) (activities.Spending, error) {
		params := activities.CatchUpParams{
			Sync: p.state.Sync, Since: p.begun().Add(-overlap), Private: p.state.Auth.Private,
			AtOnce: p.state.Auth.MaxInFlight, Budget: reserved,
		}
		caught, err := call.Do(ctx, call.ForList, "list what changed since the sync began", acts.CatchUp, params)
		if err == nil && caught.Stop == "" {
			p.state.warn(caught.Warnings...)
			if caught.Changed != (activities.Kinds{}) {
				p.inventory.Kinds = caught.Kinds
			}
			changed = caught.Changed.Reports > 0
		}
		return caught.Spending, err
	})
	return changed, err
}

// begun is when the sync began to read, by Salesforce's clock, which dates the changes. A clock that is far ahead of the workflow's
// is more likely that of a proxy: to list too many changes costs little, to list too few loses some.
func (p *catchUpPhase) begun() time.Time {
	clock, ours := p.state.Auth.Usage.Clock, p.state.Started
	if !p.state.Owned.IsZero() {
		ours = p.state.Owned
	}
	if clock.IsZero() || clock.After(ours.Add(clockAhead)) {
		return ours
	}
	return clock
}

func (p *catchUpPhase) planAgain(ctx workflow.Context) error {
	params := activities.ReplanParams{Sync: p.state.Sync, Shards: p.own.Plan.Shards, MaxShards: p.state.Auth.MaxShards}
	return p.recovery.run(ctx, func(ctx workflow.Context) error {
		return p.describe.repairing(ctx, func(ctx workflow.Context) error {
			again, err := call.Do(ctx, call.ForPlan, "find what changed or was deferred", acts.Replan, params)
			if err == nil {
				p.own.Again = again
			}
			return err
		})
	})
}
