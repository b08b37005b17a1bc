package forecast

import "time"

// Day is a day of a forecast in some place.
type Day struct {
	Day     string   `json:"day"` // as 2026-11-29
	Calls   int64    `json:"calls"`
	Waits   int64    `json:"waits_seconds"`
	Waiting []Period `json:"waiting,omitempty"` // the longer times in which the sync waits, as far as the forecast keeps them apart
}

// Period is a time in which a sync waits.
type Period struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

const (
	shortestPeriod = 10 * time.Minute
	mostPeriods    = 6 // of a day
)

// Days cuts the forecast into the days of a place, the first ones as far as spans are kept. more says that others follow.
func (f Forecast) Days(place *time.Location) (days []Day, more bool) {
	from := f.AsOf.In(place)
	for from.Before(f.Ends) {
		if len(days) == mostDays {
			return days, true
		}
		next := tomorrow(from)
		days = append(days, f.day(from, earlier(next, f.Ends.In(place))))
		from = next
	}
	if len(days) == 0 { // it takes no time that the forecast tells apart
		days = append(days, Day{Day: from.Format(time.DateOnly), Calls: f.Calls})
	}
	return days, false
}

// tomorrow is when the next day begins. Where clocks go forward at midnight a day may begin at one: time.Date takes the midnight that is
// left out for an hour before it or after it.
func tomorrow(t time.Time) time.Time {
	next := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
	if next.Day() == t.Day() {
		next = next.Add(time.Hour)
	}
	return next
}

func (f Forecast) day(from, until time.Time) Day {
	day := Day{Day: from.Format(time.DateOnly), Calls: f.callsUntil(until) - f.callsUntil(from)}
	idle, at := until.Sub(from), from
	for _, span := range f.Spans {
		begins, ends := later(span.From.In(from.Location()), from), earlier(span.Until.In(from.Location()), until)
		if ends.Before(begins) {
			continue
		}
		day.wait(at, begins)
		idle -= span.works(ends.Sub(begins))
		at = ends
	}
	day.wait(at, until)
	day.Waits = seconds(max(idle, 0))
	return day
}

// wait notes a longer wait.
func (d *Day) wait(from, until time.Time) {
	if until.Sub(from) >= shortestPeriod && len(d.Waiting) < mostPeriods {
		d.Waiting = append(d.Waiting, Period{From: from, Until: until})
	}
}

// works is how much of a part of the span is no wait.
func (s Span) works(part time.Duration) time.Duration {
	whole := s.Until.Sub(s.From)
	if whole <= 0 {
		return 0
	}
	return part - time.Duration(float64(s.Waits)*float64(time.Second)*(float64(part)/float64(whole)))
}

// callsUntil is how many calls are made before a moment.
func (f Forecast) callsUntil(moment time.Time) (calls int64) {
	for _, span := range f.Spans {
		switch whole := span.Until.Sub(span.From); {
		case !moment.Before(f.Ends), span.Until.Before(moment):
			calls += span.Calls
		case !span.From.Before(moment):
			return calls
		default:
			calls += int64(float64(span.Calls) * (float64(moment.Sub(span.From)) / float64(whole)))
		}
	}
	return calls
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
