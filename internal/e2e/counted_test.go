package e2e_test

import (
	"math"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	usagelog "longhaul/internal/usage"
	"longhaul/workflows"
)

// callCounts is how many API calls a sync has made, as those see it who count them.
type callCounts struct {
	org   int64 // Salesforce
	said  int64 // the result of the sync, and all screens
	quota int64 // later syncs of the day, which may use only what is left
}

// callsOf reads the three where one sync was all that used the org.
func (s *station) callsOf(t *testing.T, sim *server.Server, result workflows.Result) callCounts {
	t.Helper()
	store, err := staging.Open(t.Context(), s.bucket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, store.Close()) }()
	sum, err := usagelog.Of(store, result.Source).Read(t.Context(), usagelog.Attempt{}, time.Now())
	if err != nil || sum.Unreadable > 0 {
		t.Fatalf("the usage objects: %+v, %v", sum, err)
	}
	c := callCounts{org: int64(sim.Stats().APICalls), said: result.APICalls}
	for _, hour := range sum.Hours(time.Now(), time.Now()) {
		c.quota += hour.Calls
	}
	return c
}

// overPercent is by how much a count is over that of Salesforce.
func (c callCounts) overPercent(count int64) float64 {
	return 100 * float64(count-c.org) / float64(c.org)
}

// require has a sync know all calls that it has made but for some of those of attempts that were killed, and later syncs count no less than
// Salesforce.
func (c callCounts) require(t *testing.T, kills int) {
	t.Helper()
	table(t, [][]any{
		{"calls Salesforce counted", "api_calls", "over %", "counted for the quota", "over %"},
		{c.org, c.said, c.overPercent(c.said), c.quota, c.overPercent(c.quota)},
	})
	if unknown := c.org - c.said; unknown > int64(kills*mostRepeated) || unknown < -int64(kills) {
		t.Errorf("the sync says %d calls, Salesforce counted %d; it was killed %d times", c.said, c.org, kills)
	}
	if c.quota < c.org {
		t.Errorf("later syncs count %d calls, Salesforce counted %d", c.quota, c.org)
	}
}

// requireClose has a sync know what it has made within five percent.
func (c callCounts) requireClose(t *testing.T) {
	t.Helper()
	if math.Abs(c.overPercent(c.said)) > 5 {
		t.Errorf("the sync says %d calls, Salesforce counted %d", c.said, c.org)
	}
}
