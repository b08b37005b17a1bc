package org

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/quota"
	"longhaul/internal/simulator/server"
)

// A sync stops at its ceiling, before the org's calls are used up.
func TestCheck_callsBeyondTheCeiling(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 10, DailyLimit: 1000})
	f.params.Quota.Ceiling = 80
	f.sim.AddUsage(700)
	requireChanged(t, f.check(), map[string]doctor.Status{})
	f.sim.AddUsage(75) // which leaves fewer than a sync begins with
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{"api_calls": doctor.Warn})
	if row := found["api_calls"]; !strings.HasPrefix(row.Found, "only ") || row.Count.Count == 0 || row.Count.Count >= leastCalls {
		t.Errorf("got %+v", row)
	}
	f.sim.AddUsage(25)
	found = f.check()
	requireChanged(t, found, map[string]doctor.Status{"api_calls": doctor.Warn})
	if row := found["api_calls"]; !strings.Contains(row.Found, "quota.ceiling (80 percent) stops a sync at 800") || row.Count.Count != 0 || !row.Waits {
		t.Errorf("got %+v", row)
	}
	f.sim.Advance(25 * time.Hour)
	if row := f.check()["api_calls"]; row.Status != doctor.Pass {
		t.Errorf("a day later %+v", row)
	}
}

// A sync stops at the share of its source too, whatever the org has left. The row says when calls come back.
func TestCheck_callsBeyondTheShare(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Reports: 100, DailyLimit: 1000})
	f.params.Quota.Share = 25
	made := int64(170)
	f.params.Own = func(clock, now time.Time) []quota.Hour {
		return []quota.Hour{{Hour: clock.Unix() / 3600, Calls: made, Last: now.Unix()}}
	}
	f.sim.AddUsage(300)
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{})
	row := found["api_calls"]
	if row.Count.Count == 0 || row.Count.Count > 80 || !strings.Contains(row.Found, "of 1,000 left; a first sync makes one for each report") {
		t.Errorf("got %+v", row)
	}
	made = 250
	found = f.check()
	requireChanged(t, found, map[string]doctor.Status{"api_calls": doctor.Warn})
	row = found["api_calls"]
	if row.Count.Count != 0 || !strings.Contains(row.Found, "of the 250 that quota.share (25 percent) of the settings") ||
		!strings.Contains(row.Cost, "come back at ") || !row.Waits {
		t.Errorf("got %+v", row)
	}
}
