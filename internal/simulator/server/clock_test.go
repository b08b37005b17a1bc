package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestClock_movesAllThatLivesByIt(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock()})
	a := c.do("POST", "/simulator/clock", `{"advance":"1h30m"}`)
	if want := `{"now":"2026-08-01T11:30:00Z","ahead":"1h30m0s"}`; a.status != 200 || string(a.body) != want {
		t.Errorf("the clock answers %d %s, want %s", a.status, a.body, want)
	}
	if date := c.send("limits").header.Get("Date"); date != "Sat, 01 Aug 2026 11:30:00 GMT" {
		t.Errorf("the Date is %s", date)
	}
	if a := c.do("POST", "/simulator/clock", `{"set":"2026-08-01T14:00:00+02:00"}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.send("limits"); a.status != 401 {
		t.Errorf("after two hours a token answers %d", a.status)
	}
}

func TestClock_endsLocators(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock(), PageSize: 200, Reports: 500, TokenTTL: 100 * time.Hour})
	var first page
	c.query("SELECT Id FROM Report").decode(t, &first)
	c.s.Advance(48*time.Hour - time.Second)
	if a := c.get(first.NextRecordsURL); a.status != 200 {
		t.Errorf("within two days a locator answers %d %s", a.status, a.body)
	}
	c.s.Advance(time.Second)
	if a := c.get(first.NextRecordsURL); a.status != 400 || a.code() != "INVALID_QUERY_LOCATOR" {
		t.Errorf("after two days a locator answers %d %s", a.status, a.body)
	}
}

func TestClock_refuses(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock()})
	for body, want := range map[string]string{
		`{"advance":"-1s"}`:              "does not go back",
		`{"set":"2026-08-01T09:59:59Z"}`: "does not go back",
		`{"advance":"876000h"}`:          "at most",
		`{"advance":"later"}`:            "cannot be moved so",
		`{"set":"tomorrow"}`:             "cannot be moved so",
		`{}`:                             "give either",
		`{"advance":"1h","set":"2026-08-01T12:00:00Z"}`: "give either",
		`{"back":"1h"}`: "of the form",
	} {
		if a := c.do("POST", "/simulator/clock", body); a.status != 400 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	c.s.Advance(-time.Hour)
	if now := c.s.Now(); !now.Equal(newClock().now) {
		t.Errorf("it is %s", now)
	}
}

func TestControl_refusesWhatItDoesNotServe(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	for path, allow := range map[string]string{
		"stats": "GET", "describes": "GET", "clock": "GET, POST", "faults": "GET, POST", "usage": "POST", "churn": "POST",
	} {
		a := c.do(http.MethodDelete, "/simulator/"+path, "", "Authorization", "")
		if a.status != 405 || a.header.Get("Allow") != allow {
			t.Errorf("DELETE of %s: %d, allowed are %s", path, a.status, a.header.Get("Allow"))
		}
	}
	if a := c.get("/simulator/nothing"); a.status != 404 || !strings.Contains(string(a.body), "there are stats, ") {
		t.Errorf("an unknown route answers %d %s", a.status, a.body)
	}
	if stats := c.s.Stats(); len(stats.Routes) != 1 || stats.APICalls != 0 {
		t.Errorf("the routes of the simulator are counted: %+v", stats)
	}
}

// TestLimits_showUsageMinutesLate compares the limits with the header of the same answer.
func TestLimits_showUsageMinutesLate(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock(), DailyLimit: 1000})
	check := func(step string, shown, counted int) {
		t.Helper()
		a := c.send("limits")
		var limits struct{ DailyApiRequests struct{ Max, Remaining int } }
		a.decode(t, &limits)
		want := fmt.Sprintf("api-usage=%d/1000", counted)
		if got := limits.DailyApiRequests; got.Max-got.Remaining != shown || a.header.Get("Sforce-Limit-Info") != want {
			t.Errorf("%s: the limits say %d, the header says %q; want %d and %q", step, got.Max-got.Remaining, a.header.Get("Sforce-Limit-Info"), shown, want)
		}
	}
	c.s.AddUsage(99)
	check("at once", 0, 100)
	c.s.Advance(299 * time.Second)
	check("before five minutes", 0, 101)
	c.s.Advance(time.Second)
	check("after five minutes", 100, 102)
}
