package question

import (
	"context"
	"fmt"
	"time"

	"longhaul/internal/estimate"
	"longhaul/internal/hang"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

// cadenceWithin bounds how long Temporal and the bucket are asked about a schedule for a plan, which is worth more.
const cadenceWithin = 5 * time.Second

// cadence is how often the schedule of a source starts a sync; nil where it starts none, or nobody knows.
func (a *Activities) cadence(ctx context.Context, name string) *estimate.Cadence {
	if a.Roll == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cadenceWithin)
	defer cancel()
	thing := fmt.Sprintf("the schedule of %s in %s", name, a.Store.Name())
	state, err := hang.Ask(ctx, thing, func() (schedule.State, error) { return a.Roll.Schedule(ctx, name, source.Schedule{}) })
	if err != nil || state.Off {
		return nil
	}
	if state.Wanted != nil && !state.ByHand {
		return &estimate.Cadence{Words: schedule.Words(*state.Wanted), Seconds: int64(schedule.Period(*state.Wanted).Seconds())}
	}
	least := time.Duration(0) // of one that a person has written, as its next runs say
	for i := 1; i < len(state.Next); i++ {
		if between := state.Next[i].Sub(state.Next[i-1]); least == 0 || between < least {
			least = between
		}
	}
	if least <= 0 {
		return nil
	}
	return &estimate.Cadence{Words: state.Spec, Seconds: int64(least.Seconds())}
}
