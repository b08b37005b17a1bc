// Package text shows the schedule of a source to people.
package text

import (
	"fmt"
	"time"

	"longhaul/internal/document"
	"longhaul/internal/humanize"
	"longhaul/internal/schedule"
)

// Page shows a schedule, with times in a place.
type Page struct {
	Place *time.Location
	Say   func(flags string) string // the command with other flags; nil where no command is meant
}

// moment is how a start is written: with the name of the zone, as the clock may change between two.
const moment = "Mon 2 Jan 2006 15:04 MST"

// Of shows a schedule.
func (p Page) Of(s schedule.State) *document.Document {
	d := new(document.Document)
	switch {
	case !s.Exists && s.Off:
		d.Title(document.Plain, "%s has no schedule: it was ended.", s.Source)
	case !s.Exists && s.Wanted != nil:
		d.Title(document.Notable, "The schedule of %s, %s, is not in Temporal: a worker makes it within a minute, or its log says why not.",
			s.Source, schedule.Words(*s.Wanted))
	case !s.Exists:
		d.Title(document.Plain, "%s has no schedule.", s.Source)
	default:
		d.Title(document.Plain, "The schedule of %s: %s.", s.Source, s.Spec)
	}
	if !s.Exists && p.Say != nil && s.Wanted == nil {
		d.Command("Make one", p.Say("--every 24h"))
	}
	d.List(says(s, p.Say != nil)...)
	if s.Exists && s.ByHand && s.Wanted != nil && p.Say != nil {
		d.Command("Have that back", p.Say(schedule.Flags(*s.Wanted)))
	}
	p.runs(d, s)
	if s.Exists {
		d.Say("Since it was made: %s.", counted(s.Counts))
	}
	if s.Paused && p.Say != nil {
		d.Command("Let it go on", p.Say("--resume"))
	}
	return d
}

// says are the sentences about who set what.
func says(s schedule.State, commands bool) (lines []string) {
	if s.Exists && s.Paused {
		lines = append(lines, "It is paused: nothing starts.")
	}
	if s.Note != "" && s.Paused { // later it says only who ended a pause
		lines = append(lines, "The note says: "+humanize.Clause(s.Note)+".")
	}
	switch {
	case s.Exists && s.ByHand && s.Wanted == nil:
		lines = append(lines, "It was made by hand, and stays as it is.")
	case s.Exists && s.ByHand:
		back := schedule.Back(s.Source, *s.Wanted)
		if commands { // one that can be copied stands below
			back = "say it once more, or delete the schedule " + s.ID + " in Temporal"
		}
		lines = append(lines, fmt.Sprintf("It was changed by hand, and stays so. %s: %s. To have that back, %s.", who(s.By), schedule.Words(*s.Wanted), back))
	case s.Exists && s.By == schedule.BySettings:
		lines = append(lines, fmt.Sprintf("The settings say so: sources.%s.schedule.", s.Source))
	case s.Exists && s.By == schedule.ByVerb:
		lines = append(lines, "It was set by `longhaul schedule`.")
	}
	if s.Exists && !s.ByHand && s.Wanted != nil && s.Wanted.Every != 0 {
		lines = append(lines, fmt.Sprintf("Periods are counted from %s, not from when it was set: for other times give cron in place of every.",
			schedule.Origin(s.Wanted.Every)))
	}
	if s.Settings != nil {
		lines = append(lines, "The settings of the worker that answered say "+schedule.Words(*s.Settings)+": another worker wrote later, and the last start of a worker wins.")
	}
	return lines
}

func who(by string) string {
	if by == schedule.BySettings {
		return "The settings say"
	}
	return "`longhaul schedule` said last"
}

// runs are the next starts, in both times, and the last ones.
func (p Page) runs(d *document.Document, s schedule.State) {
	next := document.Table{Header: []string{"Next starts", "UTC"}}
	if s.Paused {
		next.Header[0] = "Next starts, once it goes on"
	}
	for _, at := range s.Next {
		next.Rows = append(next.Rows, document.Row{Cells: document.Of(at.In(p.Place).Format(moment), at.UTC().Format(moment))})
	}
	d.Table(next)
	last := document.Table{Header: []string{"Last starts", "Workflow"}}
	for _, run := range s.Last {
		last.Rows = append(last.Rows, document.Row{Cells: document.Of(run.Started.In(p.Place).Format(moment), run.Workflow)})
	}
	d.Table(last)
}

// counted says the server's counts.
func counted(c schedule.Counts) string {
	parts := []string{humanize.Count(c.Started, "start")}
	for _, one := range []struct {
		n   int64
		why string
	}{
		{c.Skipped, "skipped, for the sync before still ran"},
		{c.Missed, "missed, for Temporal was away for more than 6h"},
		{c.Dropped, "dropped, for too many waited"},
	} {
		if one.n > 0 {
			parts = append(parts, humanize.Number(one.n)+" "+one.why)
		}
	}
	return humanize.List(parts)
}
