package forecast

import (
	"time"

	"longhaul/internal/humanize"
)

// Works is the time in which the sync does not wait for API calls.
func (f Forecast) Works() time.Duration { return time.Duration(f.Seconds-f.Waits) * time.Second }

// Takes is the whole time.
func (f Forecast) Takes() time.Duration { return time.Duration(f.Seconds) * time.Second }

// From is the forecast as it looks at a later moment, where the sync has waited or worked as foretold. It is nil once the end is past.
func (f *Forecast) From(now time.Time) *Forecast {
	if f == nil || !f.Ends.After(now) {
		return nil
	}
	later := *f
	later.AsOf, later.Seconds = now.UTC(), seconds(f.Ends.Sub(now))
	passed := max(f.Seconds-later.Seconds, 0)
	later.Waits = min(max(f.Waits-passed, 0), later.Seconds)
	return &later
}

// Words says how long it takes, and until when where it waits: "about 21 h: 2 min of describing, the rest waiting for API calls, until 29
// Nov 15:00 UTC".
func (f Forecast) Words() string { return f.words("") }

// LeftWords is Words of what is left: "about 4 min left".
func (f Forecast) LeftWords() string { return f.words(" left") }

func (f Forecast) words(left string) string {
	words := "about " + humanize.About(f.Takes()) + left
	if f.Waits <= 0 {
		return words
	}
	return words + ": " + humanize.About(f.Works()) + " of describing, the rest waiting for API calls, until " + humanize.Moment(f.Ends)
}
