package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// overlap is how far before its start a sync looks for changes: LastModifiedDate is set when a change begins and seen when
// it ends.
const overlap = 5 * time.Minute

// catchUp brings what changed while the sync described, and tries again what was put off: one more listing, one more round
// of describes.
func (s *sync) catchUp(ctx workflow.Context) error {
	if s.state.Round < 2 {
		changed, err := s.listChanges(ctx)
		if err == nil && (changed || s.state.Deferred > 0) {
			err = s.planAgain(ctx)
		}
		if err != nil {
			return err
		}
		s.state.Round = 2
		s.state.NextShard = s.state.Plan.Shards
	}
	return s.describe(ctx)
}

// listChanges says whether any report changed or was added.
func (s *sync) listChanges(ctx workflow.Context) (changed bool, err error) {
	err = s.spend(ctx, listCalls, func(ctx workflow.Context, lease activities.Lease) (activities.Spending, error) {
		params := activities.CatchUpParams{
			Sync: s.state.Sync, Since: s.begun().Add(-overlap), Private: s.state.Auth.Private,
			AtOnce: s.state.Auth.MaxInFlight, Lease: lease,
		}
		var caught activities.CatchUpResult
		err := workflow.ExecuteActivity(with(ctx, forList, "list what changed since the sync began"), acts.CatchUp, params).Get(ctx, &caught)
		if err == nil && caught.Stop == "" {
			s.state.warn(caught.Warnings...)
			if caught.Changed != (activities.Kinds{}) {
				s.state.Kinds = caught.Kinds
			}
			changed = caught.Changed.Reports > 0
		}
		return caught.Spending, err
	})
	return changed, err
}

// begun is when the sync began to read, by Salesforce's clock, which dates the changes. A clock that runs far ahead of the
// workflow's is rather that of a proxy: to list too many changes costs little, to list too few loses some.
func (s *sync) begun() time.Time {
	clock, ours := s.state.Auth.Told.Clock, s.state.Started
	if !s.state.Owned.IsZero() {
		ours = s.state.Owned
	}
	if clock.IsZero() || clock.After(ours.Add(clockAhead)) {
		return ours
	}
	return clock
}

// clockAhead is more than two clocks that are kept can differ.
const clockAhead = time.Hour

func (s *sync) planAgain(ctx workflow.Context) error {
	params := activities.ReplanParams{Sync: s.state.Sync, Shards: s.state.Plan.Shards, MaxShards: s.state.Auth.MaxShards}
	return s.persist(ctx, func(ctx workflow.Context) error {
		return s.mending(ctx, func(ctx workflow.Context) error {
			return workflow.ExecuteActivity(with(ctx, forPlan, "find what changed or was put off"), acts.Replan, params).Get(ctx, &s.state.Again)
		})
	})
}
