// Package text shows a plan to people: what a first sync and a refresh take, day by day, and what is not known.
package text

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"longhaul/internal/estimate"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota/forecast"
)

const (
	// DefaultWidth is for what is no terminal.
	DefaultWidth = 100
	narrowest    = 60
	// mostDays is how many days of a sync are shown.
	mostDays = 31
)

// Page is where the plan is shown.
type Page struct {
	Width int            // in columns; DefaultWidth when zero
	Place *time.Location // whose days and hours are shown
}

// Print shows a plan.
func (p Page) Print(w io.Writer, plan estimate.Plan) {
	p.Width = max(cmp.Or(p.Width, DefaultWidth), narrowest)
	p.say(w, "%s: what its syncs take, as of %s. The plan took %s.", plan.Source, p.moment(plan.AsOf), humanize.Count(plan.Calls, "API call"))
	_, _ = fmt.Fprintln(w)
	p.say(w, "The run-as user sees %s.", kinds(plan))
	if q := plan.Quota; q != nil {
		p.say(w, "The org allows %s API calls in 24 hours. In the last 24 hours others used %s of them, which is assumed to stay so, and this source %s. "+
			"A sync stops when all together have used %d %%, and this source uses %d %% at most.",
			humanize.Number(q.Max), humanize.Number(q.Others), humanize.Number(q.Ours), q.Ceiling, q.Share)
	}
	p.say(w, "%s", pace(plan.Pace))
	_, _ = fmt.Fprintln(w)
	p.sync(w, "A first sync describes "+humanize.Count(plan.First.Describes, "report"), plan.First)
	if plan.Share != nil {
		p.say(w, "With quota.share: %d it would end within 48 hours.", *plan.Share)
	}
	_, _ = fmt.Fprintln(w)
	p.sync(w, "A refresh describes "+humanize.Count(plan.Refresh.Describes, "report")+reused(plan.Reused), plan.Refresh)
	_, _ = fmt.Fprintln(w)
	p.say(w, "Not known:")
	for _, what := range plan.Unknown {
		p.say(w, "- %s", what)
	}
}

// kinds counts what the run-as user sees.
func kinds(plan estimate.Plan) string {
	nouns := map[listing.Kind]string{
		listing.Reports: "report", listing.Folders: "folder", listing.Dashboards: "dashboard", listing.Components: "dashboard component",
		listing.Users: "user",
	}
	var all []string
	for _, kind := range []listing.Kind{listing.Reports, listing.Folders, listing.Dashboards, listing.Components, listing.Users} {
		all = append(all, humanize.Count(plan.Kinds[kind], nouns[kind]))
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

func pace(p estimate.Pace) string {
	seen := fmt.Sprintf("A describe takes %.2f s, as seen by %d", p.Seconds, p.Describes)
	if p.Describes == 0 {
		seen = fmt.Sprintf("A describe is assumed to take %.0f s", p.Seconds)
	}
	if p.Seconds <= 0 {
		return seen + "."
	}
	return fmt.Sprintf("%s, and %d run at a time: about %s a second.", seen, p.InFlight,
		humanize.Count(max(int64(float64(p.InFlight)/p.Seconds+0.5), 1), "report"))
}

// reused says what a refresh takes over.
func reused(r estimate.Reused) string {
	switch {
	case !r.Recorded:
		return ", if none changed since the first sync"
	case r.Sync == "" || r.Reports == 0:
		return ", and reuses none (" + r.How + ")"
	}
	return fmt.Sprintf(" (%s changed, %s to try again), and reuses %s", humanize.Number(r.Changed), humanize.Number(r.Again),
		humanize.Number(r.Reports))
}

// sync shows what one sync takes.
func (p Page) sync(w io.Writer, what string, s estimate.Sync) {
	words := what + ": " + humanize.Count(s.Calls, "API call")
	if s.Forecast == nil {
		p.say(w, "%s. How long it takes is not known.", words)
		return
	}
	f := *s.Forecast
	words += ", about " + humanize.About(f.Takes())
	if f.Waits > 0 {
		words += ": " + humanize.About(f.Works()) + " of describing, the rest waiting for API calls"
	}
	words += ", until " + p.moment(f.Ends)
	if s.Least != nil && s.Most != nil && *s.Most > *s.Least {
		words += fmt.Sprintf(" (%s to %s, if others use less or more than now)", duration(*s.Least), duration(*s.Most))
	}
	p.say(w, "%s.", words)
	if f.Waits > 0 {
		p.days(w, f)
	}
}

func duration(seconds int64) string { return humanize.About(time.Duration(seconds) * time.Second) }

// days shows a line a day, with the hours in which the sync waits.
func (p Page) days(w io.Writer, f forecast.Forecast) {
	days, more := f.Days(p.Place)
	for i, day := range days {
		if more = more || i >= mostDays; i >= mostDays {
			break
		}
		date, _ := time.Parse(time.DateOnly, day.Day) // not in the place, where that day may have no midnight
		_, _ = fmt.Fprintf(w, "  %s %9s calls  waits %4.1f h%s\n", date.Format("Mon _2 Jan"), humanize.Number(day.Calls),
			(time.Duration(day.Waits) * time.Second).Hours(), p.hours(day.Waiting))
	}
	if more {
		_, _ = fmt.Fprintf(w, "  and so on until %s\n", p.moment(f.Ends))
	}
}

// hours are the times of a day in which the sync waits.
func (p Page) hours(waiting []forecast.Period) string {
	var all []string
	for _, one := range waiting {
		until := one.Until.In(p.Place).Format("15:04")
		if until == "00:00" {
			until = "24:00"
		}
		all = append(all, one.From.In(p.Place).Format("15:04")+"-"+until)
	}
	if len(all) == 0 {
		return ""
	}
	return "  " + strings.Join(all, " ")
}

// moment is a time in the place.
func (p Page) moment(t time.Time) string { return t.In(p.Place).Format("Mon 2 Jan 15:04 MST") }

// say prints a sentence, broken between words.
func (p Page) say(w io.Writer, form string, args ...any) {
	for line := range strings.SplitSeq(text.WrapSoft(fmt.Sprintf(form, args...), p.Width), "\n") {
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " ")) // WrapSoft fills lines up
	}
}
