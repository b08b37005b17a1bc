package activities

import (
	"context"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/planning"
	"longhaul/internal/warning"
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
	Room      int64                `json:"room"` // calls that the sync may make without a wait
	Refresh   Refresh              `json:"refresh"`
}

// Refresh is what decides which reports are described again though they do not change.
type Refresh struct {
	Now         time.Time       `json:"now"`             // by Salesforce's clock
	Audit       time.Duration   `json:"audit,omitempty"` // 0: never
	Permissions map[string]bool `json:"permissions,omitempty"`
}

// PlanResult counts what is known and what is to be described.
type PlanResult struct {
	Reports    int64             `json:"reports"`
	ToDescribe int64             `json:"to_describe"`
	Audits     int64             `json:"audits,omitempty"` // of them, those whose date stands still
	Shards     int               `json:"shards"`
	States     States            `json:"states"` // of the reports that need no describe
	Warnings   []warning.Warning `json:"warnings,omitempty"`
}

// Plan joins the inventory with what is known and deals the rest into shards.
func (a *Activities) Plan(ctx context.Context, params PlanParams) (PlanResult, error) {
	planned, err := working(ctx, a, params.Sync, func(ctx context.Context, t attempt) (planning.Planned, error) {
		return planning.Plan(ctx, planning.Input{
			Store: a.Store, Sync: t.staged, Identity: params.Identity, Full: params.Full,
			MaxShards: params.MaxShards, ShardSize: shardSize, Progress: t.count, Room: params.Room,
			Refresh: planning.Refresh{Now: params.Refresh.Now, Audit: params.Refresh.Audit, Permissions: params.Refresh.Permissions},
		})
	})
	return PlanResult{
		Reports: planned.Reports, ToDescribe: planned.ToDescribe, Audits: planned.Audits, Shards: planned.Shards,
		States: statesOf(planned.States), Warnings: planned.Warnings,
	}, err
}

// ReplanParams names the sync whose first round is described.
type ReplanParams struct {
	Sync      Sync `json:"sync"`
	Shards    int  `json:"shards"` // of the first round
	MaxShards int  `json:"max_shards"`
}

// ReplanResult counts the second round.
type ReplanResult struct {
	ToDescribe int64 `json:"to_describe"`
	Shards     int   `json:"shards"` // numbered after those of the first round
	Changed    int64 `json:"changed"`
	Added      int64 `json:"added"`
	Deferred   int64 `json:"deferred"`
}

// Replan deals what changed, what was added and what was put off into the shards of a second round.
func (a *Activities) Replan(ctx context.Context, params ReplanParams) (ReplanResult, error) {
	again, err := working(ctx, a, params.Sync, func(ctx context.Context, t attempt) (planning.Replanned, error) {
		return planning.Replan(ctx, planning.ReplanInput{
			Store: a.Store, Sync: t.staged, Shards: params.Shards, MaxShards: params.MaxShards, ShardSize: shardSize, Progress: t.count,
		})
	})
	return ReplanResult{
		ToDescribe: again.ToDescribe, Shards: again.Shards, Changed: again.Changed, Added: again.Added, Deferred: again.Deferred,
	}, err
}
