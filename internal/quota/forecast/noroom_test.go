package forecast_test

import (
	"errors"
	"testing"
	"time"

	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
)

// TestForecast_saysWhichSettingMakesRoom names the setting in the way, with the numbers, and none where none helps.
func TestForecast_saysWhichSettingMakesRoom(t *testing.T) {
	t.Parallel()
	for want, budget := range map[string]quota.Budget{
		"others use so many API calls of the org (3,300 of 4,000 in 24 hours) that none are left below quota.ceiling, which is 80 % and stops a " +
			"sync at 3,200; raise quota.ceiling, or let others use fewer": fresh(4000, 3300, quota.Policy{Ceiling: 80, Share: 25}),
		"others use so many API calls of the org (3,990 of 4,000 in 24 hours) that none are left, whatever quota.ceiling is; let others use " +
			"fewer": fresh(4000, 3990, quota.Policy{Ceiling: 80, Share: 25}),
		"of the 50 API calls that the org allows in 24 hours, quota.share (1 %) is less than one; raise quota.share": fresh(50, 10,
			quota.Policy{Ceiling: 80, Share: 1}),
	} {
		_, err := forecast.Input{Budget: budget, Probe: time.Minute, Steps: []forecast.Step{{Calls: 10}}}.At(noon)
		if !errors.Is(err, forecast.ErrNoRoom) || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
