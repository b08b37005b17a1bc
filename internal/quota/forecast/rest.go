package forecast

import (
	"errors"
	"time"

	"longhaul/internal/quota"
)

// Rest is what a running sync has left to do, as it stands at some moment.
type Rest struct {
	Budget   quota.Budget  `json:"budget"`
	Probe    time.Duration `json:"probe"`
	Begins   time.Time     `json:"begins,omitzero"` // when it gets on, where it waits for something else than API calls
	Reports  int64         `json:"reports"`         // left to describe
	Running  int64         `json:"running"`         // reports that running shards have described; the budget does not know their calls
	Pace     Pace          `json:"pace"`
	InFlight int           `json:"in_flight"` // requests, over all shards
	Listings int64         `json:"listings"`  // calls after the last describe, to list what changed meanwhile
}

// ErrNoPace is why there is no forecast as long as no report was described.
var ErrNoPace = errors.New("no report was described yet, so the pace is not known")

const (
	// assumed is the time of a describe as long as none has ended. It counts only where the time is nearly all spent waiting.
	assumed = time.Second
	// mostAssumed is which part of the time may be assumed: one in so many.
	mostAssumed = 20
)

// At computes when the rest is done.
func (r Rest) At(now time.Time) (Forecast, error) {
	pace, known := r.Pace, r.Pace.Known()
	if !known {
		pace = Pace{Reports: 1, Calls: 1, Held: assumed}
	}
	before := Step{Takes: max(r.Begins.Sub(now), 0)}
	describe := pace.Describe(r.Reports, r.InFlight)
	list := Step{Calls: r.Listings}
	if r.Listings > 0 {
		list.Takes = pace.Describe(1, 1).Takes // they are made at once
	}
	f, err := Input{Budget: r.Budget, Probe: r.Probe, Made: pace.Describe(r.Running, r.InFlight).Calls, Steps: []Step{before, describe, list}}.At(now)
	if err == nil && !known && (f.Seconds-f.Waits)*mostAssumed > f.Seconds {
		return Forecast{}, ErrNoPace
	}
	return f, err
}
