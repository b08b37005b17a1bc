package activities

import (
	"context"

	"longhaul/internal/description"
	"longhaul/internal/planning"
)

// shardSize is the most reports a shard holds: about a minute's work at a common latency, so that a lost worker costs
// little and small orgs get their turn.
const shardSize = 250

// PlanParams says what may be reused.
type PlanParams struct {
	Sync      Sync                 `json:"sync"`
	Identity  description.Identity `json:"identity"`
	Full      bool                 `json:"full"`
	MaxShards int                  `json:"max_shards"`
}

// PlanResult counts what is known and what is to be described.
type PlanResult struct {
	Reports    int64    `json:"reports"`
	ToDescribe int64    `json:"to_describe"`
	Shards     int      `json:"shards"`
	States     States   `json:"states"` // of the reports that need no describe
	Warnings   []string `json:"warnings,omitempty"`
}

// Plan joins the inventory with what is known and deals the rest into shards.
func (a *Activities) Plan(ctx context.Context, params PlanParams) (PlanResult, error) {
	counted, p := startPulse(ctx)
	planned, err := a.plan(counted, params, p)
	p.end(ctx, err)
	return PlanResult{
		Reports: planned.Reports, ToDescribe: planned.ToDescribe, Shards: planned.Shards,
		States: statesOf(planned.States), Warnings: planned.Warnings,
	}, toTemporal(ctx, err)
}

func (a *Activities) plan(ctx context.Context, params PlanParams, p *pulse) (planning.Planned, error) {
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return planning.Planned{}, err
	}
	return planning.Plan(ctx, planning.Input{
		Store: a.Store, Sync: staged, Identity: params.Identity, Full: params.Full,
		MaxShards: params.MaxShards, ShardSize: shardSize,
		Progress: func(n int64) { p.progress(n, 0) },
	})
}
