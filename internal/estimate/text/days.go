package text

import (
	"fmt"
	"io"
	"strings"
	"time"

	"longhaul/internal/humanize"
	"longhaul/internal/quota/forecast"
)

// days shows a line a day, with the hours in which the sync waits.
func (p Page) days(w io.Writer, f forecast.Forecast) {
	days, more := f.Days(p.Place)
	for i, day := range days {
		if more = more || i >= mostDays; i >= mostDays {
			break
		}
		date, _ := time.Parse(time.DateOnly, day.Day) // not in the place, where that day may have no midnight
		_, _ = fmt.Fprintf(w, "  %s %9s calls  waits %4.1f h%s\n", date.Format("Mon _2 Jan"), humanize.Number(day.Calls),
			waits(day), p.hours(day.Waiting))
	}
	if more {
		_, _ = fmt.Fprintf(w, "  and so on until %s\n", p.moment(f.Ends))
	}
}

// waits are the hours of a day in which a sync waits. A day with calls is never all of it.
func waits(day forecast.Day) float64 {
	hours := (time.Duration(day.Waits) * time.Second).Hours()
	if day.Calls > 0 && hours >= 23.95 {
		return 23.9
	}
	return hours
}

// hours are the times of a day in which the sync waits. Calls that take less than a minute have a moment of their own between them.
func (p Page) hours(waiting []forecast.Period) string {
	var all, calls []string
	for i := 0; i < len(waiting); i++ {
		from, until := p.hour(waiting[i].From), p.hour(waiting[i].Until)
		for ; i+1 < len(waiting) && p.hour(waiting[i+1].From) == until; i++ {
			calls = append(calls, until)
			until = p.hour(waiting[i+1].Until)
		}
		if until == "00:00" {
			until = "24:00"
		}
		all = append(all, from+"-"+until)
	}
	if len(all) == 0 {
		return ""
	}
	words := "  " + strings.Join(all, " ")
	if len(calls) > 0 {
		words += ", calls at " + strings.Join(calls, " and ")
	}
	return words
}

func (p Page) hour(t time.Time) string { return t.In(p.Place).Format("15:04") }

// end is a moment in the place, and in UTC too, which every other screen shows.
func (p Page) end(t time.Time) string {
	here, there := p.moment(t), t.UTC().Format("15:04 UTC")
	if strings.HasSuffix(here, there) {
		return here
	}
	if t.In(p.Place).Day() != t.UTC().Day() {
		there = t.UTC().Format("Mon 2 Jan 15:04 UTC")
	}
	return here + " (" + there + ")"
}

// moment is a time in the place.
func (p Page) moment(t time.Time) string { return t.In(p.Place).Format("Mon 2 Jan 15:04 MST") }
