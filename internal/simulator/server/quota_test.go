package server

import (
	"encoding/json"
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

// batch sends a batch of one part and then of limits, and gives whether it has errors and the statuses of its parts, or the
// refusal.
func (c *client) batch(first string, parts int, halt bool) string {
	c.t.Helper()
	list := []map[string]string{{"method": "GET", "url": first}}
	for len(list) < parts {
		list = append(list, map[string]string{"method": "GET", "url": "v59.0/limits"})
	}
	body, err := json.Marshal(map[string]any{"batchRequests": list, "haltOnError": halt})
	if err != nil {
		c.t.Fatal(err)
	}
	a := c.do("POST", "/services/data/v59.0/composite/batch", string(body), "Content-Type", "application/json")
	if a.status != 200 {
		return fmt.Sprint(a.status, " ", a.code())
	}
	var got struct {
		HasErrors bool
		Results   []struct {
			StatusCode int
			Result     json.RawMessage
		}
	}
	a.decode(c.t, &got)
	marks := []string{fmt.Sprint(got.HasErrors)}
	for _, r := range got.Results {
		mark := fmt.Sprint(r.StatusCode)
		if r.StatusCode == 403 {
			mark += " " + (answer{body: r.Result}).code()
		}
		marks = append(marks, mark)
	}
	return strings.Join(marks, ", ")
}

func TestQuota_countsThePartsOfABatch(t *testing.T) {
	t.Parallel()
	c := start(t, Options{DailyLimit: 5})
	for _, step := range []struct {
		name  string
		first string
		parts int
		halt  bool
		want  string
		used  int
	}{
		{"below the limit", "v59.0/limits", 2, false, "false, 200, 200", 2},
		{"parts that are not run", "v59.0/sobjects/Nothing/describe", 3, true, "true, 404, 412, 412", 3},
		{"across it", "v59.0/limits", 4, false, "true, 200, 200, 403 REQUEST_LIMIT_EXCEEDED, 403 REQUEST_LIMIT_EXCEEDED", 5},
		{"at it", "v59.0/limits", 2, false, "403 REQUEST_LIMIT_EXCEEDED", 5},
	} {
		if got := c.batch(step.first, step.parts, step.halt); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
		if s := c.s.Stats(); s.DailyUsed != step.used || s.APICalls != step.used {
			t.Errorf("%s: %d used by %d calls, want %d", step.name, s.DailyUsed, s.APICalls, step.used)
		}
	}
}

func TestQuota_othersUseItToo(t *testing.T) {
	t.Parallel()
	c := start(t, Options{DailyLimit: 1000, Clock: newClock(), TokenTTL: 1000 * time.Hour})
	check := func(step string, used, peak, ours, status int) {
		t.Helper()
		if a := c.send("limits"); a.status != status {
			t.Errorf("%s: %d, want %d", step, a.status, status)
		}
		if s := c.s.Stats(); s.DailyUsed != used || s.DailyPeak != peak || s.PeakByUs != ours {
			t.Errorf("%s: used %d, peaks %d and %d; want %d, %d and %d", step, s.DailyUsed, s.DailyPeak, s.PeakByUs, used, peak, ours)
		}
	}
	check("the first call", 1, 1, 1, 200)
	if a := c.do("POST", "/simulator/usage", `{"calls":500}`); a.status != 200 || string(a.body) != `{"daily_limit":1000,"daily_used":501}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	c.s.Advance(time.Hour)
	check("an hour later", 502, 502, 2, 200)
	c.s.AddUsage(600)
	check("beyond the limit", 1102, 1102, 2, 403)
	c.s.Advance(23*time.Hour - time.Second)
	check("a second before the first are a day old", 1102, 1102, 2, 403)
	c.s.Advance(time.Second)
	check("as they are", 602, 1102, 2, 200)
	c.s.Advance(100 * time.Hour)
	check("days later", 1, 1102, 2, 200)
	for _, body := range []string{`{"calls":0}`, `{"calls":-5}`, `{"calls":2000000000}`, `{"calls":"5"}`, `{}`} {
		if a := c.do("POST", "/simulator/usage", body); a.status != 400 {
			t.Errorf("%s is accepted with %d", body, a.status)
		}
	}
}

func TestQuota_othersCallSteadily(t *testing.T) {
	t.Parallel()
	c := start(t, Options{DailyLimit: 1000, OthersPerHour: 30, Clock: newClock(), TokenTTL: 1000 * time.Hour})
	for _, step := range []struct {
		name       string
		ahead      time.Duration
		used, peak int
	}{
		{"nothing before a minute is over", 59 * time.Second, 0, 0},
		{"half a call a minute", 3*time.Minute + time.Second, 2, 2},
		{"all of a day", 24 * time.Hour, 720, 720},
		{"the same however far the jump", 500 * time.Hour, 720, 720},
	} {
		c.s.Advance(step.ahead)
		if s := c.s.Stats(); s.DailyUsed != step.used || s.DailyPeak != step.peak || s.PeakByUs != 0 || s.APICalls != 0 {
			t.Errorf("%s: %+v, want %d used", step.name, s, step.used)
		}
	}
	c.s.AddUsage(270)
	c.s.Advance(5 * time.Hour)
	if used := c.s.Stats().DailyUsed; used < 985 || used > 1000 {
		t.Errorf("with %d used, the steady calls run into the limit of 1,000 or stop before it", used)
	}
	if s, err := Start(Options{OthersPerHour: -1}); err == nil {
		_ = s.Close()
		t.Error("fewer calls than none are accepted")
	}
}
