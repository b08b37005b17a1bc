package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// planPhase joins the listed reports with what is known about them: what can be reused is, the rest is cut into shards.
type planPhase struct {
	own      *planState
	state    *State
	recovery *recovery
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
	}
	summary := fmt.Sprintf("join %d reports with what is known", p.state.Kinds.Reports)
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
