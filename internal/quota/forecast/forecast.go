// Package forecast computes how long a sync takes and when it waits, from what it has to do, how fast that goes and what its quota leaves.
//
// It keeps the account of the sync, a quota.Budget, into the future: it takes the room that the budget has, notes the calls in their
// hours, and where no room is left it waits and looks as the sync will. So the forecast follows every rule of the quota. What others use
// is taken to stay as it is. A forecast reads no clock and is the same for the same values, so a workflow may compute it.
package forecast

import (
	"errors"
	"slices"
	"time"

	"longhaul/internal/quota"
)

// Input is what a forecast is computed from.
type Input struct {
	Budget quota.Budget
	Probe  time.Duration // for how long a sync that waits for its quota sleeps at most
	Made   int64         // calls that running activities have made, and the budget does not know
	Steps  []Step        // in their order
}

// Step is a part of the work.
type Step struct {
	Calls int64
	Takes time.Duration // while no call has to wait
}

// Forecast says what some work takes.
type Forecast struct {
	Calls   int64     `json:"calls"`           // those that only ask for the usage are among them
	Seconds int64     `json:"seconds"`         // from AsOf to Ends
	Waits   int64     `json:"waits_seconds"`   // of them, the time in which the sync waits for API calls
	Ends    time.Time `json:"ends"`            // by the caller's clock, as all times here
	AsOf    time.Time `json:"as_of"`           // when it was computed
	Spans   []Span    `json:"spans,omitempty"` // when calls are made; between them the sync waits
}

// Span is a time in which calls are made.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	Calls int64     `json:"calls"`                   // those among them that a sync makes while it waits, to ask for the usage
	Waits int64     `json:"waits_seconds,omitempty"` // within it, where more spans came than are kept
}

// Why there is no forecast.
var (
	ErrNoMaximum = errors.New("it is not known how many API calls the org allows in 24 hours")
	ErrNoRoom    = errors.New("others use so many API calls of the org that none are left for a sync") // below a NoRoomError
	ErrTooLong   = errors.New("it would take months")
)

const (
	horizon  = 366 * 24 * time.Hour
	mostDays = 100 // whose spans are kept
	// mostSpans bounds what a forecast holds: with others who come and go, a sync may make a few calls each hour.
	mostSpans = 100
	// shortestProbe and mostLooks bound the work of a forecast to some ten milliseconds.
	shortestProbe = time.Minute
	mostLooks     = 8000
	// lookTakes is for how long a sync looks whether calls came back.
	lookTakes = time.Second
)

// At computes the forecast of the work as it stands at a moment of the caller's clock. Without the org's maximum there is none.
func (in Input) At(now time.Time) (Forecast, error) {
	if in.Budget.Max <= 0 {
		return Forecast{}, ErrNoMaximum
	}
	run := course{budget: in.Budget, probe: max(in.Probe, shortestProbe), begins: now, now: now}
	run.budget.Hours = slices.Clone(in.Budget.Hours)
	run.budget.Reserved = 0 // what running activities have reserved belongs to the work that is left
	if in.Made > 0 {
		run.budget.Return(0, in.Made, run.usage(in.Made), now)
	}
	for _, step := range in.Steps {
		if err := run.step(step); err != nil {
			return Forecast{}, err
		}
	}
	return run.forecast(), nil
}

// course is a sync on its way through the future.
type course struct {
	budget quota.Budget
	probe  time.Duration
	begins time.Time
	now    time.Time
	waits  time.Duration
	looks  int
	spans  []Span
}

func (c *course) clock() time.Time { return c.budget.SalesforceTime(c.now) }

// step does one step. Its calls are spread evenly over the time that it takes.
func (c *course) step(step Step) error {
	if step.Calls <= 0 {
		c.pass(step.Takes, 0)
		return nil
	}
	for done := int64(0); done < step.Calls; {
		room := c.budget.Room(c.now)
		if room <= 0 {
			if err := c.wait(); err != nil {
				return err
			}
			continue
		}
		n := min(step.Calls-done, room, c.untilHourEnds(step))
		took := part(step.Takes, done+n, step.Calls) - part(step.Takes, done, step.Calls)
		done += n
		c.pass(took, n)
		usage := c.usage(n)
		usage.Clock = usage.Clock.Add(-took / 2) // so that they are noted in their hour when it is just over
		usage.At = usage.Clock
		c.budget.Return(0, n, usage, c.now)
		if c.now.Sub(c.begins) > horizon {
			return ErrTooLong
		}
	}
	return nil
}

// part is the time until some of all calls are made. The numbers are too large for a product of integers.
func part(takes time.Duration, some, all int64) time.Duration {
	return time.Duration(float64(takes) * (float64(some) / float64(all)))
}

// untilHourEnds is how many calls of a step end in this hour of Salesforce's clock, to which they count. It is at least one.
func (c *course) untilHourEnds(step Step) int64 {
	clock := c.clock()
	left := clock.Truncate(time.Hour).Add(time.Hour).Sub(clock)
	if step.Takes <= left {
		return step.Calls
	}
	return max(int64(float64(step.Calls)*(float64(left)/float64(step.Takes))), 1)
}

// usage is what Salesforce reports when n more calls were made.
func (c *course) usage(n int64) quota.Usage {
	clock := c.clock()
	used := c.budget.Others + c.budget.Recent(c.now) + n
	return quota.Usage{Used: used, Max: c.budget.Max, At: clock, Clock: clock, Exhausted: used > c.budget.Max}
}

// pass lets time pass in which calls are made.
func (c *course) pass(took time.Duration, calls int64) {
	from := c.now
	c.now = c.now.Add(took)
	if took <= 0 && calls == 0 {
		return
	}
	if n := len(c.spans); n > 0 {
		last := &c.spans[n-1]
		if gap := from.Sub(last.Until); gap <= 0 || n == mostSpans || from.Sub(c.begins) > mostDays*quota.Window {
			last.Waits += seconds(max(gap, 0))
			last.Until, last.Calls = c.now, last.Calls+calls
			return
		}
	}
	c.spans = append(c.spans, Span{From: from, Until: c.now, Calls: calls})
}

// ask counts calls of a look. They have no span of their own.
func (c *course) ask(calls int64) {
	if calls > 0 && len(c.spans) == 0 {
		c.spans = append(c.spans, Span{From: c.now, Until: c.now})
	}
	if n := len(c.spans); n > 0 {
		c.spans[n-1].Calls += calls
	}
}

// wait sleeps and looks once, as a sync that waits for its quota does.
func (c *course) wait() error {
	b := &c.budget
	if b.Others > 0 && c.full() {
		return noRoom(b) // what is in the way is not ours, and stays
	}
	w := b.Wait(c.now)
	sleep := w.Look(c.now, c.probe)
	if !w.Until.IsZero() && b.Exhausted.IsZero() {
		sleep = max(w.Until.Sub(c.now), time.Second) // looks before that change nothing
	}
	sleep += lookTakes
	c.now, c.waits = c.now.Add(sleep), c.waits+sleep
	clock := c.clock()
	if !b.Worth(clock, c.probe) && !b.Sudden(clock, c.now) {
		b.Look(quota.Usage{Clock: clock}, 0, c.now)
	} else {
		usage, calls := c.usage(1), int64(1)
		if usage.Exhausted {
			usage, calls = quota.Usage{Clock: clock, Exhausted: true}, 0 // a call that is refused does not count
		}
		b.Look(usage, calls, c.now)
		c.ask(calls)
	}
	if c.looks++; c.looks > mostLooks || c.now.Sub(c.begins) > horizon {
		return ErrTooLong
	}
	return nil
}

// full reports whether the calls of others alone leave no room.
func (c *course) full() bool {
	alone := c.budget
	alone.Calls, alone.Exhausted, alone.Used, alone.Reserved = quota.Calls{}, time.Time{}, c.budget.Others, 0
	return alone.Room(c.now) <= 0
}

func (c *course) forecast() Forecast {
	f := Forecast{Seconds: seconds(c.now.Sub(c.begins)), Waits: seconds(c.waits), AsOf: whole(c.begins), Spans: c.spans}
	f.Ends = f.AsOf.Add(f.Takes())
	for i := range f.Spans {
		span := &f.Spans[i]
		span.From, span.Until = whole(span.From), whole(span.Until)
		f.Calls += span.Calls
	}
	return f
}

// whole rounds to a second, which is all that a forecast can tell.
func whole(t time.Time) time.Time { return t.UTC().Round(time.Second) }

// seconds rounds to whole seconds.
func seconds(d time.Duration) int64 { return int64(d.Round(time.Second) / time.Second) }
