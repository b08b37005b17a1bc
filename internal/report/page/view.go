package page

import (
	"cmp"
	"fmt"
	"html/template"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/report"
	"longhaul/internal/staging"
)

// view is what the layout shows.
type view struct {
	*report.Data

	Policy string
	Style  template.CSS
	Script template.JS

	Came    came
	Went    went
	Search  search
	Gapped  gapped
	Changed changed
	Chart   *chart
}

// fact is a line of a list of facts.
type fact struct{ Name, Words string }

// gather reads what grows with the org, each kind once.
func (v *view) gather() (err error) {
	if v.Gapped, err = gaps(v.Data); err != nil {
		return fmt.Errorf("read the gaps of sync %s: %w", v.Sync, err)
	}
	if v.Changed, err = changes(v.Data); err != nil {
		return fmt.Errorf("read the changes of sync %s: %w", v.Sync, err)
	}
	if v.Search, err = index(v.Data, v.Gapped.left+v.Changed.left); err != nil { // last: it takes the room that the others leave
		return fmt.Errorf("read the reports and dashboards of sync %s: %w", v.Sync, err)
	}
	v.Chart, v.Came, v.Went = draw(v.Series), came{v.Data}, went{v.Data, v.Course()}
	return nil
}

// Course is how the sync went.
func (v *view) Course() history.Course {
	switch {
	case v.Record != nil:
		return v.Record.Course
	case v.End != nil:
		return v.End.Course
	}
	return history.Course{}
}

// Lead is the first sentence.
func (v *view) Lead() string { return lead(v.Data) }

// Outcome is how the sync ended.
func (v *view) Outcome() string { return OutcomeOf(v.Record, v.End) }

// Words are the outcome as people write it.
func (v *view) Words() string { return spaced(v.Outcome()) }

// Tone is the class of the outcome in the style.
func (v *view) Tone() string { return toneOf(v.Outcome()) }

// Began is when the sync began.
func (v *view) Began() time.Time {
	if v.Record != nil {
		return v.Record.Started
	}
	began, _, ok := staging.ParseSyncID(v.Sync)
	if !ok {
		return v.Series.Begin
	}
	return began
}

// Undelivered says of a sync that reached no target what the answers of the search box mean.
func (v *view) Undelivered() string {
	if v.Placed {
		return ""
	}
	if v.Record != nil {
		for _, became := range v.Record.Exports {
			if became.Delivered {
				return ""
			}
		}
	}
	return `"In" says what this sync read: none of its exports was delivered whole.`
}

// Catalog is the sync that the catalog shows, of one that was not delivered; nil where there is none, or nobody serves its page.
func (v *view) Catalog() *report.Delivered {
	if v.Placed || v.Record != nil && v.Record.Uploaded {
		return nil
	}
	return v.Before
}

// When are the facts about the time of the sync and its price.
func (v *view) When() []fact {
	course := v.Course()
	all := []fact{{"Began", moment(v.Began())}}
	end, seconds, calls := time.Time{}, course.Seconds, int64(0)
	if v.Record != nil {
		end, calls = v.Record.Finished, v.Record.APICalls
	}
	if v.End != nil {
		end, calls = v.End.At, v.End.APICalls
	}
	if seconds == 0 && !end.IsZero() {
		seconds = max(end.Sub(v.Began()).Seconds(), 0)
	}
	all = append(all, fact{"Ended", moment(end)}, fact{"Took", text.Took(seconds)})
	if by := text.Trigger(course.Trigger); by != "" {
		all = append(all, fact{"How", by})
	}
	words := humanize.Number(calls)
	if text.AtLeast(v.Outcome()) {
		words = "at least " + words
	}
	all = append(all, fact{"API calls", words})
	if !v.Next.IsZero() {
		all = append(all, fact{"Next run planned for", moment(v.Next)})
	}
	return all
}

// moment is a time for people.
func moment(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return humanize.Date(t)
}

// named is a name of the org, or its Id where it has none.
func named(of, id string) string { return cmp.Or(name(of), id) }

// Beside is the name of the list of gaps beside the page.
func (v *view) Beside() string { return cmp.Or(v.GapsName, v.Sync+staging.GapsSuffix) }
