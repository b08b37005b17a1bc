package question

import (
	"context"
	"time"

	"longhaul/internal/schedule"
)

// Scheduler keeps the schedules of sources.
type Scheduler interface {
	Schedule(ctx context.Context, source string, order schedule.Order) (schedule.State, error)
}

// SetScheduleParams is what a person wants of the schedule of a source.
type SetScheduleParams struct {
	Source string         `json:"source"`
	Order  schedule.Order `json:"order"`
}

// scheduleTimeout is under the activity's own, so that a Temporal that is slow ends in a sentence.
const scheduleTimeout = 150 * time.Second

// SetSchedule changes the schedule of a source as a person wants, in Temporal and in the bucket together, and gives what is there then. An
// order that wants nothing changes nothing.
func (a *Activities) SetSchedule(ctx context.Context, params SetScheduleParams) (schedule.State, error) {
	defer attended(ctx)()
	ctx, cancel := context.WithTimeout(ctx, scheduleTimeout)
	defer cancel()
	return a.Scheduler.Schedule(ctx, params.Source, params.Order)
}
