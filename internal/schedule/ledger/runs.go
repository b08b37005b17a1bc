package ledger

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Look gives the schedule of a source as it is, and changes nothing. The settings are those of this process.
func Look(ctx context.Context, s Server, store *staging.Store, name string, settings source.Schedule) (schedule.State, error) {
	kept, err := Read(ctx, store, name)
	if err != nil {
		return schedule.State{}, err
	}
	there, err := s.Describe(ctx, name)
	if err != nil {
		return schedule.State{}, explain(err)
	}
	now := state(name, settings, kept, there)
	now.Since = since(kept, there)
	if there != nil {
		now.Made = there.GetInfo().GetCreateTime().AsTime()
	}
	return now, nil
}

// Runs lists when the schedule of a source was to start a sync, after one moment and until another, the oldest first. It leaves out what was
// before the schedule was made, changed, paused or resumed for the last time: nobody knows what was scheduled then. came says of which
// Temporal started something, as far as it remembers: its ten newest starts.
func Runs(
	ctx context.Context, s Server, store *staging.Store, name string, after, until time.Time,
) (runs []time.Time, came func(time.Time) bool, err error) {
	kept, err := Read(ctx, store, name)
	if err != nil {
		return nil, nil, err
	}
	there, err := s.Describe(ctx, name)
	if err != nil || there == nil || there.GetSchedule().GetState().GetPaused() {
		return nil, nil, explain(err)
	}
	if from := since(kept, there); from.After(after) {
		after = from
	}
	if !until.After(after) {
		return nil, nil, nil
	}
	// A start may be as much later than its time as the jitter is long, and Temporal looks from the time on.
	from := after.Add(-there.GetSchedule().GetSpec().GetJitter().AsDuration() - time.Second)
	for range mostAnswers {
		answer, err := request(ctx, s.Service.ListScheduleMatchingTimes, &workflowservice.ListScheduleMatchingTimesRequest{
			Namespace: s.Namespace, ScheduleId: schedule.ID(name), StartTime: timestamppb.New(from), EndTime: timestamppb.New(until),
		})
		if err != nil {
			return nil, nil, explain(err)
		}
		starts := answer.GetStartTime()
		for _, at := range starts {
			if at := at.AsTime(); at.After(after) && !at.After(until) {
				runs = append(runs, at)
			}
		}
		if len(starts) < answerSize {
			break
		}
		from = starts[len(starts)-1].AsTime()
	}
	slices.SortFunc(runs, time.Time.Compare)
	return runs, startedBy(there), nil
}

// startedBy says of the time of a run whether Temporal remembers that it started something then.
func startedBy(there *workflowservice.DescribeScheduleResponse) func(time.Time) bool {
	started := map[int64]bool{}
	for _, action := range there.GetInfo().GetRecentActions() {
		started[action.GetScheduleTime().AsTime().Unix()] = true
	}
	return func(at time.Time) bool { return started[at.Unix()] }
}

const (
	// answerSize is how many starts Temporal lists in one answer, without saying that there are more.
	answerSize = 1000
	// mostAnswers bounds these: a start each ten minutes for four months.
	mostAnswers = 20
)

// since is the moment from which on a schedule has been as it is: what it starts by, and that it is not paused. Where it is as Longhaul wrote
// it, the bucket knows that also of one that was lost and made again.
func since(kept *Kept, there *workflowservice.DescribeScheduleResponse) time.Time {
	if kept != nil && !kept.Since.IsZero() && schedule.Same(there.GetSchedule(), kept.written()) {
		return kept.Since
	}
	at := there.GetInfo().GetCreateTime().AsTime()
	if changed := there.GetInfo().GetUpdateTime(); changed != nil && changed.AsTime().After(at) {
		at = changed.AsTime()
	}
	return at
}

// dated is what is kept with the moment from which on it has been so.
func (k Kept) dated(before *Kept, now time.Time) Kept {
	k.Since = now.UTC()
	if before != nil && !before.Since.IsZero() && before.Wanted == k.Wanted && before.Paused == k.Paused && before.Off == k.Off {
		k.Since = before.Since
	}
	return k
}
