package server

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheLimitOfADayRolls(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := start(t, Options{DailyLimit: 3, Clock: now, TokenTTL: 1000 * time.Hour})
	limits := func() answer { return c.get("/services/data/v59.0/limits") }
	for n := 1; n <= 3; n++ {
		now.add(time.Hour)
		if a := limits(); a.status != 200 || a.header.Get("Sforce-Limit-Info") != fmt.Sprintf("api-usage=%d/3", n) {
			t.Fatalf("call %d answers %d, %s", n, a.status, a.header.Get("Sforce-Limit-Info"))
		}
	}
	a := limits()
	if a.status != 403 || a.code() != "REQUEST_LIMIT_EXCEEDED" || !strings.Contains(string(a.body), "TotalRequests Limit exceeded.") ||
		a.header.Get("Sforce-Limit-Info") != "api-usage=3/3" {
		t.Errorf("above the limit: %d %s", a.status, a.body)
	}
	if a := c.get("/services/data/"); a.status != 200 || c.grant().status != 200 {
		t.Error("versions or the login count against the limit")
	}
	now.add(22 * time.Hour) // the first call is a day old now
	if a, b := limits(), limits(); a.status != 200 || b.status != 403 {
		t.Errorf("a day after the first call: %d, then %d, want 200, then 403", a.status, b.status)
	}
	if date := a.header.Get("Date"); date != "Sat, 01 Aug 2026 13:00:00 GMT" {
		t.Errorf("the date is %s", date)
	}
}
