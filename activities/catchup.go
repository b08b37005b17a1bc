package activities

import (
	"context"
	"time"

	"longhaul/internal/listing"
	"longhaul/internal/planning"
)

// CatchUpParams says since when changes are looked for.
type CatchUpParams struct {
	Sync    Sync       `json:"sync"`
	Since   time.Time  `json:"since"`
	Private bool       `json:"private"`
	AtOnce  int        `json:"at_once"` // requests
	Budget  CallBudget `json:"budget"`
}

// CatchUpResult counts the inventory with what changed.
type CatchUpResult struct {
	Changed  Kinds    `json:"changed"` // records that are other than they were listed before, or new
	Kinds    Kinds    `json:"kinds"`   // the inventory with them; empty when nothing changed
	Warnings []string `json:"warnings,omitempty"`
	Spending
}

// CatchUp lists what was changed or added since the sync began.
func (a *Activities) CatchUp(ctx context.Context, params CatchUpParams) (CatchUpResult, error) {
	var result CatchUpResult
	spent, err := calling(ctx, params.Budget, params.AtOnce, func(ctx context.Context, p *pulse) (err error) {
		result, err = a.catchUp(ctx, params, p)
		return err
	})
	result.Spending = spent
	return result, err
}

func (a *Activities) catchUp(ctx context.Context, params CatchUpParams, p *pulse) (CatchUpResult, error) {
	source, staged, err := a.enter(ctx, params.Sync)
	if err != nil {
		return CatchUpResult{}, err
	}
	fields, err := source.fields(params.Sync)
	if err != nil {
		return CatchUpResult{}, err
	}
	caught, err := listing.CatchUp(ctx, listing.CatchUpInput{
		Client: source.Salesforce, Store: a.Store, Sync: staged, Fields: fields, Since: params.Since, Private: params.Private,
		AtOnce: params.AtOnce, Progress: func(n int64) { p.progress(n, 0) },
	})
	if err != nil {
		return CatchUpResult{}, err
	}
	result := CatchUpResult{Changed: kindsOf(caught.Changed).Add(kindsOf(caught.Added)), Warnings: caught.Warnings}
	if result.Changed == (Kinds{}) {
		return result, nil
	}
	counts, err := listing.Counts(ctx, a.Store, staged)
	result.Kinds = kindsOf(counts)
	return result, err
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
	counted, p := startPulse(ctx)
	again, err := a.replan(counted, params, p)
	p.end(ctx, err)
	return ReplanResult{
		ToDescribe: again.ToDescribe, Shards: again.Shards, Changed: again.Changed, Added: again.Added, Deferred: again.Deferred,
	}, toTemporal(ctx, err)
}

func (a *Activities) replan(ctx context.Context, params ReplanParams, p *pulse) (planning.Replanned, error) {
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return planning.Replanned{}, err
	}
	return planning.Replan(ctx, planning.ReplanInput{
		Store: a.Store, Sync: staged, Shards: params.Shards, MaxShards: params.MaxShards, ShardSize: shardSize,
		Progress: func(n int64) { p.progress(n, 0) },
	})
}
