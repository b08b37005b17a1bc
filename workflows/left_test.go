package workflows

import (
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows/live"
)

// spent is a sync that has used the share of its source, with 3,000 reports to describe.
func spent() *display {
	d := shown()
	d.flight = &forecast.Flight{}
	d.state.Auth.MaxInFlight = 24
	d.state.Pace = forecast.Pace{Reports: 100, Calls: 100, Held: 50 * time.Second}
	d.state.Quota = quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	d.state.Quota.Return(0, 1000, quota.Usage{Used: 1000, Max: 4000, At: atTwo, Clock: atTwo}, atTwo)
	d.instead = standstill{why: "this source has used its share", until: atTwo.Add(24*time.Hour + 57*time.Minute + 50*time.Second)}
	return d
}

// TestLeft_isShownWhereItIsKnown reads the page of a sync.
func TestLeft_isShownWhereItIsKnown(t *testing.T) {
	t.Parallel()
	const words = "**Time left:** about 4.2 days: 63 s of describing, the rest waiting for API calls, until 3 Dec 18:00 UTC.\n"
	for name, row := range map[string]struct {
		change func(*display)
		shown  bool
	}{
		"it waits for calls":        {func(*display) {}, true},
		"an operator has paused it": {func(d *display) { d.instead = standstill{phase: PhasePaused, why: "paused"} }, false},
		"its login is refused and tried again": {func(d *display) {
			d.instead = standstill{why: "refused", until: atTwo.Add(time.Hour), refused: new(activities.Failure)}
		}, false},
		"its step failed, is tried again and may fail again": {func(d *display) {
			d.instead = standstill{why: "a bug; try 2 of 5 is at 15:02", until: atTwo.Add(time.Hour), retries: true}
		}, false},
		"the maximum is not known":     {func(d *display) { d.state.Quota.Max = 0 }, false},
		"nothing is planned yet":       {func(d *display) { d.state.Phase = PhaseEnumerate }, false},
		"it is over":                   {func(d *display) { d.outcome = OutcomeComplete }, false},
		"a wait whose end nobody knew": {func(d *display) { d.state.Quota.Policy.Share, d.instead.until = 80, time.Time{} }, false},
	} {
		d := spent()
		row.change(d)
		if page := d.page(d.answer()); strings.Contains(page, words) != row.shown {
			t.Errorf("%s: the page should say it: %t\n%s", name, row.shown, page)
		}
	}
}

// TestLeft_isOfTheRunningShardsToo counts what a heartbeat reports, from which the pace is known before any shard has ended.
func TestLeft_isOfTheRunningShardsToo(t *testing.T) {
	t.Parallel()
	d := spent()
	d.instead, d.state.Pace, d.state.Quota.Policy.Share = standstill{}, forecast.Pace{}, 80
	if p := d.answer(); p.Forecast == nil || p.Forecast.Waits*20 < p.Forecast.Seconds*19 {
		t.Errorf("before any answer, with a day to wait, it says %+v", p.Forecast)
	}
	d.state.Plan.ToDescribe = 1500
	if p := d.answer(); p.Forecast != nil {
		t.Errorf("before any answer, with nothing to wait for, it says %+v", p.Forecast)
	}
	flight := forecast.NewFlight([]int{24}, 24)
	flight.Begin(0, 250, false, atTwo)
	d.flight = &flight
	p := d.progress()
	p.Done, p.Updated = 480, atTwo.Add(10*time.Second)
	if d.foretell(&p); p.Forecast == nil || p.Forecast.Seconds != 22 {
		t.Errorf("after 480 of 1,500 reports in 10 s it says %+v, want 22 s", p.Forecast)
	}
	p.Trouble = "Salesforce does not answer"
	if d.foretell(&p); p.Forecast != nil {
		t.Errorf("while nothing gets on it says %+v", p.Forecast)
	}
}

// TestAdd_recordsThatAreListedNeverFall interrupts a listing, which keeps nothing and begins anew.
func TestAdd_recordsThatAreListedNeverFall(t *testing.T) {
	t.Parallel()
	d := shown()
	d.state.Phase, d.state.Kinds = PhaseEnumerate, activities.Kinds{Folders: 10}
	for n, row := range []struct{ reports, running, want int64 }{
		{0, 6000, 6010}, {0, 0, 6010}, {0, 2000, 6010}, {0, 6200, 6210}, {6400, 0, 6410},
	} {
		d.state.Kinds.Reports = row.reports
		if p := d.add(d.progress(), live.Counts{Listed: row.running}); p.Listed != row.want {
			t.Errorf("look %d shows %d, want %d", n, p.Listed, row.want)
		}
	}
	d.state.Phase, d.state.Kinds.Reports = PhaseGuard, 6390
	if p := d.add(d.progress(), live.Counts{}); p.Listed != 6400 {
		t.Errorf("after the listing it shows %d, want what the kinds have", p.Listed)
	}
}
