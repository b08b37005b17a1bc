package question

import (
	"testing"
	"time"

	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

// TestCadenceOf_saysHowToSlowDown whoever has set the schedule.
func TestCadenceOf_saysHowToSlowDown(t *testing.T) {
	t.Parallel()
	hourly, cron := &source.Schedule{Every: time.Hour}, &source.Schedule{Cron: "0 * * * *"}
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for want, state := range map[string]schedule.State{
		"": {By: schedule.BySettings, Wanted: hourly}, // as a plan says it
		"set schedule.every of sources.acme to %s or more in place of schedule.cron": {By: schedule.BySettings, Wanted: cron},
		"say `schedule acme --every %s`, or a longer time":                           {By: schedule.ByVerb, Wanted: cron},
		"give the schedule longhaul-acme in Temporal a period of %s or more": {
			By: schedule.BySettings, Wanted: cron, ByHand: true, Next: []time.Time{noon, noon.Add(time.Hour)},
		},
	} {
		state.Source, state.ID = "acme", "longhaul-acme"
		if got := cadenceOf(state); got == nil || got.Slower != want || got.Seconds != 3600 {
			t.Errorf("%+v: got %+v", state, got)
		}
	}
	if got := cadenceOf(schedule.State{Next: []time.Time{noon}}); got != nil {
		t.Errorf("of a schedule that starts once: %+v", got)
	}
}
