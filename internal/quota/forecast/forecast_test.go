package forecast_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
)

var noon = time.Date(2026, 11, 24, 12, 10, 0, 0, time.UTC)

// fresh is the account of a sync that has just logged in to an org that allows so many calls, of which others have used some.
func fresh(daily, others int64, policy quota.Policy) quota.Budget {
	b := quota.Budget{Policy: policy}
	b.Return(0, 0, quota.Usage{Used: others, Max: daily, At: noon, Clock: noon}, noon)
	return b
}

var half = quota.Policy{Ceiling: 100, Share: 50}

// TestForecast_followsTheQuota has work whose end can be told by hand.
func TestForecast_followsTheQuota(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		budget quota.Budget
		step   forecast.Step
		want   time.Duration // to the end
		waits  time.Duration
		spans  int
	}{ // a look at calls that came back takes a second
		"there is room for all":  {fresh(10_000, 0, half), forecast.Step{Calls: 1000, Takes: time.Minute}, time.Minute, 0, 1},
		"no call at all":         {fresh(10_000, 0, half), forecast.Step{Takes: time.Minute}, time.Minute, 0, 1},
		"as many as a day has":   {fresh(2000, 0, half), forecast.Step{Calls: 1000, Takes: time.Minute}, time.Minute, 0, 1},
		"one more":               {fresh(2000, 0, half), forecast.Step{Calls: 1001}, 24*time.Hour + 50*time.Minute + time.Second, 24*time.Hour + 50*time.Minute + time.Second, 2},
		"three days":             {fresh(2000, 0, half), forecast.Step{Calls: 2500}, 49*time.Hour + 50*time.Minute + time.Second, 49*time.Hour + 50*time.Minute + time.Second, 3},
		"over an hour's end":     {fresh(2000, 0, half), forecast.Step{Calls: 1000, Takes: 100 * time.Minute}, 100 * time.Minute, 0, 1},
		"slower than the quota":  {fresh(2400, 0, half), forecast.Step{Calls: 2400, Takes: 96 * time.Hour}, 96 * time.Hour, 0, 1},
		"others use what is not": {fresh(2000, 1000, half), forecast.Step{Calls: 1000, Takes: time.Minute}, time.Minute, 0, 1},
	} {
		f, err := forecast.Input{Budget: row.budget, Probe: 15 * time.Minute, Steps: []forecast.Step{row.step}}.At(noon)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Takes() != row.want || f.Waits != int64(row.waits/time.Second) || len(f.Spans) != row.spans || !f.Ends.Equal(noon.Add(row.want)) {
			t.Errorf("%s: it takes %s, waits %d s, in %d spans, to %s; want %s", name, f.Takes(), f.Waits, len(f.Spans), f.Ends, row.want)
		}
		if f.Calls != row.step.Calls {
			t.Errorf("%s: %d calls, want %d", name, f.Calls, row.step.Calls)
		}
	}
}

// TestForecast_isNoneWhereNobodyKnows never gives a time that would be wrong.
func TestForecast_isNoneWhereNobodyKnows(t *testing.T) {
	t.Parallel()
	pace := forecast.Pace{Reports: 100, Calls: 100, Held: 100 * time.Second}
	for name, row := range map[string]struct {
		rest forecast.Rest
		want error
	}{
		"the maximum is not known":  {forecast.Rest{Reports: 100, Pace: pace, InFlight: 10}, forecast.ErrNoMaximum},
		"others leave nothing":      {forecast.Rest{Budget: fresh(2000, 2000, half), Reports: 100, Pace: pace, InFlight: 10}, forecast.ErrNoRoom},
		"a share of no call":        {forecast.Rest{Budget: fresh(50, 0, quota.Policy{Ceiling: 80, Share: 1}), Reports: 1, Pace: pace, InFlight: 1}, forecast.ErrTooLong},
		"years":                     {forecast.Rest{Budget: fresh(2000, 0, half), Reports: 1_000_000, Pace: pace, InFlight: 10}, forecast.ErrTooLong},
		"nothing is described yet":  {forecast.Rest{Budget: fresh(2000, 0, half), Reports: 100, InFlight: 10}, forecast.ErrNoPace},
		"the pace, and hours wait":  {forecast.Rest{Budget: fresh(2000, 0, half), Reports: 1500, Pace: pace, InFlight: 10}, nil},
		"no pace, but hours wait":   {forecast.Rest{Budget: fresh(2000, 0, half), Reports: 1500, InFlight: 10}, nil},
		"nothing is left":           {forecast.Rest{Budget: fresh(2000, 0, half), Pace: pace, InFlight: 10}, nil},
		"it stands still till then": {forecast.Rest{Budget: fresh(2000, 0, half), Begins: noon.Add(time.Hour), Pace: pace, InFlight: 10}, nil},
	} {
		f, err := row.rest.At(noon)
		if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
		if err != nil && !f.Ends.IsZero() {
			t.Errorf("%s: it ends at %s all the same", name, f.Ends)
		}
	}
}

// TestForecast_ofOthersWhoFillTheDay has others who leave little, so the sync makes a few calls whenever some of its own have aged. What
// it holds stays bounded, and its sums are those of its spans.
func TestForecast_ofOthersWhoFillTheDay(t *testing.T) {
	t.Parallel()
	b := fresh(2000, 1900, quota.Policy{Ceiling: 100, Share: 100})
	f, err := forecast.Input{Budget: b, Probe: 15 * time.Minute, Steps: []forecast.Step{{Calls: 3000, Takes: time.Hour}}}.At(noon)
	if err != nil {
		t.Fatal(err)
	}
	if days := f.Takes() / quota.Window; days < 29 || days > 60 {
		t.Errorf("at 100 calls a day it takes %d days", days)
	}
	if len(f.Spans) > 100 || f.Calls < 3000 {
		t.Errorf("%d spans, %d calls", len(f.Spans), f.Calls)
	}
	works := int64(0)
	for i, span := range f.Spans {
		works += int64(span.Until.Sub(span.From)/time.Second) - span.Waits
		if i > 0 && span.From.Before(f.Spans[i-1].Until) {
			t.Errorf("span %d begins at %s, before the one before it ends", i, span.From)
		}
	}
	if diff := works - (f.Seconds - f.Waits); diff < -200 || diff > 200 {
		t.Errorf("the spans work for %d s, the forecast for %d s", works, f.Seconds-f.Waits)
	}
}

// TestForecast_changesNothing gives the same again from the same values.
func TestForecast_changesNothing(t *testing.T) {
	t.Parallel()
	b := fresh(2000, 300, half)
	b.Return(0, 700, quota.Usage{Used: 1000, Max: 2000, At: noon, Clock: noon}, noon)
	in := forecast.Input{Budget: b, Probe: time.Minute, Steps: []forecast.Step{{Calls: 3000, Takes: time.Hour}}}
	first, err := in.At(noon)
	if err != nil {
		t.Fatal(err)
	}
	second, err := in.At(noon)
	if diff := cmp.Diff(first, second); diff != "" || err != nil {
		t.Errorf("%v (-first +second):\n%s", err, diff)
	}
	if b.Hours[0].Calls != 700 || b.Others != 300 {
		t.Errorf("the account is now %+v", b)
	}
}

func TestForecast_inWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]forecast.Forecast{
		"about 4 min": {Seconds: 240, Ends: noon},
		"about 21 h: 2 min of describing, the rest waiting for API calls, until 24 Nov 12:10 UTC": {Seconds: 75_700, Waits: 75_580, Ends: noon},
		"about 21 s": {Seconds: 21, Ends: noon},
	} {
		if got := f.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (forecast.Forecast{Seconds: 240}).LeftWords(); got != "about 4 min left" {
		t.Errorf("%q", got)
	}
}

// TestForecast_looksTheSameFromALaterMoment lets time pass of which a sync waits the first part.
func TestForecast_looksTheSameFromALaterMoment(t *testing.T) {
	t.Parallel()
	f := &forecast.Forecast{Calls: 10, Seconds: 3600, Waits: 3480, Ends: noon.Add(time.Hour), AsOf: noon}
	for after, want := range map[time.Duration]*forecast.Forecast{
		0:                {Calls: 10, Seconds: 3600, Waits: 3480, Ends: f.Ends, AsOf: noon},
		20 * time.Minute: {Calls: 10, Seconds: 2400, Waits: 2280, Ends: f.Ends, AsOf: noon.Add(20 * time.Minute)},
		59 * time.Minute: {Calls: 10, Seconds: 60, Waits: 0, Ends: f.Ends, AsOf: noon.Add(59 * time.Minute)},
		60 * time.Minute: nil,
		-time.Minute:     {Calls: 10, Seconds: 3660, Waits: 3480, Ends: f.Ends, AsOf: noon.Add(-time.Minute)}, // of a clock that is behind
	} {
		if diff := cmp.Diff(want, f.From(noon.Add(after))); diff != "" {
			t.Errorf("%s later (-want +got):\n%s", after, diff)
		}
	}
	if got := (*forecast.Forecast)(nil).From(noon); got != nil {
		t.Errorf("of no forecast: %+v", got)
	}
}

// TestFlight_countsLentShares has a shard that ends and lends its share to the last one.
func TestFlight_countsLentShares(t *testing.T) {
	t.Parallel()
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	f := forecast.NewFlight([]int{2, 1}, 3)
	f.Begin(0, 100, false, noon)
	f.Begin(1, 100, true, at(10))
	if held := f.End(0, at(20)); held != 40*time.Second {
		t.Errorf("the first has held %s, want 40 s", held)
	}
	if held := f.Held(at(30)); held != 40*time.Second {
		t.Errorf("the last has held %s, want 10 s by itself and 30 s with what it borrowed", held)
	}
	pace := forecast.Pace{Reports: 10, Calls: 10, Held: 10 * time.Second}
	if done := f.Done(pace, at(30)); done != 40 {
		t.Errorf("it has described %d, want 40", done)
	}
	if done := f.Done(pace, at(3000)); done != 100 {
		t.Errorf("it has described %d, and has 100", done)
	}
}

// TestPace_isThatOfTheRequestsInFlight adds shards of other sizes and shares, and forgets what was long ago.
func TestPace_isThatOfTheRequestsInFlight(t *testing.T) {
	t.Parallel()
	var p forecast.Pace
	p.Add(0, 0, 0) // a shard that had nothing to do
	if p.Known() || p.Done(time.Hour) != 0 {
		t.Errorf("%+v is known", p)
	}
	p.Add(250, 260, 3*125*time.Second)
	p.Add(100, 100, 6*25*time.Second)
	if step := p.Describe(3500, 24); step.Calls != 3600 || step.Takes.Round(time.Second) != 219*time.Second {
		t.Errorf("3,500 reports with 24 requests in flight: %+v, want 3,600 calls in 219 s", step)
	}
	for range 200 {
		p.Add(250, 250, 3*1000*time.Second)
	}
	if done := p.Done(3 * 1000 * time.Second); done < 249 || done > 252 {
		t.Errorf("since the org became slow %d reports are described in 1000 s, want 250", done)
	}
}

// TestForecast_byDays cuts a forecast of three bursts in a place whose midnight is not UTC's: nothing is lost or counted twice.
func TestForecast_byDays(t *testing.T) {
	t.Parallel()
	f, err := forecast.Input{
		Budget: fresh(2000, 0, half), Probe: 15 * time.Minute, Steps: []forecast.Step{{Calls: 2500, Takes: 25 * time.Minute}},
	}.At(noon)
	if err != nil {
		t.Fatal(err)
	}
	days, more := f.Days(time.FixedZone("far", 11*3600+1800)) // it is 23:40 there
	var calls, waits int64
	var names []string
	for _, day := range days {
		calls, waits, names = calls+day.Calls, waits+day.Waits, append(names, day.Day)
	}
	if diff := cmp.Diff([]string{"2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"}, names); diff != "" || more {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if calls != f.Calls || waits < f.Waits-2 || waits > f.Waits+2 {
		t.Errorf("the days have %d calls and wait for %d s, the forecast %d and %d", calls, waits, f.Calls, f.Waits)
	}
	if first := days[0]; first.Calls != 1000 || first.Waits != 600 || len(first.Waiting) != 1 {
		t.Errorf("the first day is %+v", first)
	}
	if second := days[1]; second.Calls != 0 || second.Waits != 24*3600 {
		t.Errorf("the second day is %+v", second)
	}
}

// TestForecast_byDaysOfAMoment has a sync that is over at once: its calls are made on that day.
func TestForecast_byDaysOfAMoment(t *testing.T) {
	t.Parallel()
	days, more := forecast.Forecast{AsOf: noon, Ends: noon, Calls: 312}.Days(time.UTC)
	if diff := cmp.Diff([]forecast.Day{{Day: noon.Format(time.DateOnly), Calls: 312}}, days); diff != "" || more {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForecast_byDaysThatBeginAtOne has clocks that go forward at midnight: in Santiago the sixth begins at one.
func TestForecast_byDaysThatBeginAtOne(t *testing.T) {
	t.Parallel()
	for zone, noon := range map[string]time.Time{
		"America/Santiago": time.Date(2026, 9, 5, 16, 0, 0, 0, time.UTC), "Africa/Cairo": time.Date(2026, 4, 23, 10, 0, 0, 0, time.UTC),
	} {
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		f := forecast.Forecast{
			AsOf: noon, Ends: noon.Add(36 * time.Hour), Seconds: 36 * 3600,
			Spans: []forecast.Span{{From: noon.Add(11 * time.Hour), Until: noon.Add(13 * time.Hour), Calls: 120}},
		}
		days, more := f.Days(place)
		first := noon.In(place)
		if len(days) != 3 || more || days[1].Day != first.Add(14*time.Hour).Format(time.DateOnly) {
			t.Fatalf("%s: %d days, and others: %t: %+v", zone, len(days), more, days[:2])
		}
		if waits := days[0].Waits + days[1].Waits + days[2].Waits; waits != 34*3600 || days[0].Calls+days[1].Calls != 120 {
			t.Errorf("%s: the days are %+v", zone, days)
		}
	}
}
