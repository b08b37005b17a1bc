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
	return cadenceOf(state)
}

// cadenceOf is how often a schedule starts a sync, and how somebody makes that less often; nil where nobody knows.
func cadenceOf(state schedule.State) *estimate.Cadence {
	if state.Wanted != nil && !state.ByHand {
		c := &estimate.Cadence{Words: schedule.Words(*state.Wanted), Seconds: int64(schedule.Period(*state.Wanted).Seconds())}
		switch {
		case state.By == schedule.ByVerb:
			c.Slower = "say `schedule " + state.Source + " --every %s`, or a longer time"
		case state.Wanted.Cron != "":
			c.Slower = "set schedule.every of sources." + state.Source + " to %s or more in place of schedule.cron"
		}
		return c
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
	return &estimate.Cadence{
		Words: state.Spec, Seconds: int64(least.Seconds()), Slower: "give the schedule " + state.ID + " in Temporal a period of %s or more",
	}
}
