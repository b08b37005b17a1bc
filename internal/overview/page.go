package overview

import (
	"cmp"
	"strings"
	"time"

	"longhaul/internal/document"
	"longhaul/internal/humanize"
)

// Page says for whom a list is shown.
type Page struct {
	Place   *time.Location
	More    string // how the next page is asked for; empty where all pages are shown
	Program string // by which name a person gives orders; empty: not known
}

// Show makes the document of a list: a row a source, and below it what is to be said of it.
func (p Page) Show(l List) *document.Document {
	d := new(document.Document)
	zone, _ := l.AsOf.In(p.Place).Zone()
	switch n := len(l.Sources); {
	case l.Total == 0:
		d.Title(document.Plain, "No worker serves a source: connect one, or add it to the settings of the workers.")
	case n < l.Total:
		d.Title(document.Plain, "%s of %s. Times are in %s.", humanize.Number(int64(n)), humanize.Count(int64(l.Total), "source"), zone)
	default:
		d.Title(document.Plain, "%s. Times are in %s.", humanize.Count(int64(n), "source"), zone)
	}
	for _, what := range l.Unread {
		d.Say("%s", sentence(what))
	}
	table := document.Table{Header: []string{"Source", "Schedule", "Next run", "Last sync", "Workers"}}
	for _, row := range l.Sources {
		last, tone := p.last(row)
		workers := "?"
		if row.Workers != nil {
			workers = humanize.Number(int64(*row.Workers))
		}
		table.Rows = append(table.Rows, document.Row{
			Cells: []document.Cell{
				{Text: row.Source}, {Text: row.Schedule.cell()}, {Text: p.moment(row.NextRun)}, {Text: last, Tone: tone}, document.Number(workers),
			},
			Below: p.below(row),
		})
	}
	d.Table(table)
	if l.After != "" && p.More != "" {
		d.Command("There are more", p.More)
	}
	return d
}

// cell is a schedule in a few words.
func (s Schedule) cell() string {
	switch s.State {
	case None, Off:
		return s.State
	case Unknown:
		return "?"
	case Paused:
		return cmp.Or(s.brief(), "a schedule") + ", paused"
	}
	return s.brief()
}

// brief is a schedule without its zone and its exceptions, which stand below its row.
func (s Schedule) brief() string {
	words, _, _ := strings.Cut(s.Words, " in ")
	words, _, _ = strings.Cut(words, ", ")
	return words
}

// tones colour an outcome.
var tones = map[string]document.Tone{
	"complete": document.Good, "failed": document.Bad, "terminated": document.Bad, "timed_out": document.Bad,
}

func (p Page) last(r Row) (words string, tone document.Tone) {
	if r.Last == nil {
		if len(r.Unread) > 0 {
			return "?", document.Notable
		}
		return "none yet", document.Plain
	}
	tone, known := tones[r.Last.Outcome]
	if !known {
		tone = document.Notable
	}
	return strings.ReplaceAll(r.Last.Outcome, "_", " ") + " " + p.moment(r.Last.At), tone
}

// moment is a time for a table; empty for none.
func (p Page) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.Place).Format("2 Jan 15:04")
}

func (p Page) day(t time.Time) string { return t.In(p.Place).Format("2 Jan") }
