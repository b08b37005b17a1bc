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
	if plan.Beside != "" {
		p.say(w, "%s", plan.Beside)
		_, _ = fmt.Fprintln(w)
	}
	if plan.Waits != "" {
		p.say(w, "A sync would wait: %s.", plan.Waits)
		_, _ = fmt.Fprintln(w)
	}
	p.stops(w, plan)
	p.say(w, "%s: what its syncs take, as of %s. The plan took %s.", plan.Source, p.moment(plan.AsOf), humanize.Count(plan.Calls, "API call"))
	_, _ = fmt.Fprintln(w)
	p.known(w, plan)
	_, _ = fmt.Fprintln(w)
	full := "A first sync"
	if plan.Reused.Recorded {
		full = "A full sync (--full)"
	}
	what := full + " describes " + humanize.Count(plan.First.Describes, "report")
	if plan.Hidden != nil {
		what = full + " of what the run-as user sees now, " + humanize.Count(plan.First.Describes, "report") + "; " + plan.Hidden.Words()
	}
	p.sync(w, what, plan.First)
	p.sooner(w, plan)
	_, _ = fmt.Fprintln(w)
	p.sync(w, "A refresh describes "+humanize.Count(plan.Refresh.Describes, "report")+reused(plan.Reused), plan.Refresh)
	if c := plan.Cadence; c != nil && c.Warning != "" {
		p.say(w, "Warning: %s.", c.Warning)
	}
	if audits := audits(plan.Reused); audits != "" {
		p.say(w, "%s", audits)
	}
	_, _ = fmt.Fprintln(w)
	p.say(w, "Not known:")
	for _, what := range plan.Unknown {
		p.say(w, "- %s", what)
	}
}

// stops says first what keeps a sync from describing.
func (p Page) stops(w io.Writer, plan estimate.Plan) {
	if len(plan.Stops) == 0 {
		return
	}
	for _, stop := range plan.Stops {
		p.say(w, "%s: %s.", stop.Would(), inner(humanize.Clause(stop.What)))
	}
	p.say(w, "`check %s` says what to change. What follows is of what the run-as user sees now, and of a sync that nothing stops.", plan.Source)
	_, _ = fmt.Fprintln(w)
}

// inner is a sentence within another one.
func inner(sentence string) string {
	if article, rest, cut := strings.Cut(sentence, " "); cut && (article == "The" || article == "This") {
		return strings.ToLower(article) + " " + rest
	}
	return sentence
}

// known shows what was counted and seen.
func (p Page) known(w io.Writer, plan estimate.Plan) {
	sees := "sees"
	if from := plan.Unasked; from != nil {
		sees = "saw"
		last := "an unfinished sync (" + from.Sync + ")"
		if !from.At.IsZero() {
			last = "the last sync, which ended " + p.moment(from.At)
		}
		p.say(w, "Salesforce was not asked, because %s. The counts are those of %s.", from.Why, last)
	}
	p.say(w, "The run-as user %s %s.", sees, kinds(plan))
	switch q := plan.Quota; {
	case q == nil:
		p.say(w, `Salesforce does not tell how many API calls the org allows and has used, so a sync cannot keep quota.ceiling and quota.share. `+
			`Give the run-as user "View Setup and Configuration".`)
	case plan.Unasked != nil:
		p.say(w, "The org allows %s API calls in 24 hours. In the last 24 hours this source used %s of them, and it uses %d %% at most.",
			humanize.Number(q.Max), humanize.Number(q.Ours), q.Share)
	default:
		p.say(w, "The org allows %s API calls in 24 hours. In the last 24 hours others used %s of them, which is assumed to stay so, and this source %s. "+
			"A sync stops when all together have used %d %%, and this source uses %d %% at most.",
			humanize.Number(q.Max), humanize.Number(q.Others), humanize.Number(q.Ours), q.Ceiling, q.Share)
	}
	p.say(w, "%s", pace(plan.Pace))
}

// sooner says which quota would end the first sync earlier.
func (p Page) sooner(w io.Writer, plan estimate.Plan) {
	s, q := plan.Sooner, plan.Quota
	if s == nil || q == nil {
		return
	}
	var set []string
	for _, one := range []struct {
		name      string
		now, then int
	}{{"quota.ceiling", q.Ceiling, s.Ceiling}, {"quota.share", q.Share, s.Share}} {
		if one.now != one.then {
			set = append(set, fmt.Sprintf("%s: %d", one.name, one.then))
		}
	}
	took := "about " + duration(s.Seconds)
	p.say(w, "With %s it would end in %s, %s. Set that in the settings of the source; `set-quota` changes it for a sync that runs.",
		strings.Join(set, " and "), took, p.end(s.Ends))
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
	words := fmt.Sprintf(" (%s changed, %s to try again", humanize.Number(r.Changed), humanize.Number(r.Again))
	if r.Renewed > 0 {
		words += ", " + humanize.Number(r.Renewed) + " of report types that have drifted"
	}
	if r.Audits > 0 {
		words += ", " + humanize.Count(r.Audits, "audit")
	}
	words += "), and reuses " + humanize.Number(r.Reports)
	if r.Without > 0 {
		words += "; " + humanize.Number(r.Without) + " more have no columns by what they are"
	}
	if r.Waiting > 0 {
		words += "; " + humanize.Number(r.Waiting) + " denied or gone ones are tried again on a later day"
	}
	return words
}

// audits says how many reports are due to be described again though they did not change.
func audits(r estimate.Reused) string {
	if r.Due == 0 {
		return ""
	}
	due := fmt.Sprintf("Audits due at the next refresh: %s (reports that did not change for long, see refresh.audit)", humanize.Number(r.Due))
	if left := r.Due - r.Audits; left > 0 {
		return due + ", of which the quota leaves " + humanize.Number(left) + " to later ones."
	}
	return due + "."
}

// sync shows what one sync takes.
func (p Page) sync(w io.Writer, what string, s estimate.Sync) {
	words := what + ": " + humanize.Count(s.Calls, "API call")
	if s.Looks > 0 {
		words += fmt.Sprintf(" (%s of them to see how many others leave)", humanize.Number(s.Looks))
	}
	if s.Forecast == nil {
		why := "No end is in sight: "
		if s.Why == forecast.ErrNoMaximum.Error() {
			why = "When it ends is not known: "
		}
		p.say(w, "%s. %s%s.", words, why, s.Why)
		return
	}
	f := *s.Forecast
	words += ", about " + humanize.About(f.Takes())
	if f.Waits > 0 {
		words += ": " + humanize.About(f.Works()) + " of describing, the rest waiting for API calls"
	}
	words += ", until " + p.end(f.Ends)
	if s.Least != nil && s.Most != nil && *s.Most > *s.Least {
		words += fmt.Sprintf(" (%s to %s, if others use less or more than now)", duration(*s.Least), duration(*s.Most))
	}
	p.say(w, "%s.", words)
	if f.Waits > 0 {
		p.days(w, f)
	}
}

func duration(seconds int64) string { return humanize.About(time.Duration(seconds) * time.Second) }

// say prints a sentence, broken between words.
func (p Page) say(w io.Writer, form string, args ...any) {
	for line := range strings.SplitSeq(text.WrapSoft(fmt.Sprintf(form, args...), p.Width), "\n") {
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " ")) // WrapSoft fills lines up
	}
}
