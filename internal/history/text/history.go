package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"longhaul/internal/document"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/humanize"
)

// History shows a history: a row a sync, and below it what is to be said of it.
func (p Page) History(h answer.History) *document.Document {
	d := new(document.Document)
	since := sentence(h.Missed.Words(dayIn(p.Place)))
	if len(h.Syncs) == 0 {
		d.Title(document.Plain, "%s: no sync is in the bucket.", h.Source)
		if since != "" {
			d.Say("%s", since)
		}
		return d
	}
	d.Title(document.Plain, "%s: %s, newest first. Times are in %s.", h.Source, counted(h), zones(p.Place, h.Syncs))
	var ids []string
	for _, s := range h.Syncs {
		ids = append(ids, s.Sync, s.Compared)
	}
	p.seconds = sharing(beginnings(ids...))
	table := document.Table{Header: []string{"Sync", "Began", "Took", "Outcome", "Columns", "API calls"}}
	for _, s := range h.Syncs {
		coverage := ""
		if s.Coverage != nil {
			coverage = percent(*s.Coverage)
		}
		duration := took(s.Seconds)
		if s.Seconds == 0 {
			duration = ""
		}
		table.Rows = append(table.Rows, document.Row{
			Cells: []document.Cell{
				{Text: short(s.Sync)},
				{Text: p.row(s.Started)},
				document.Number(duration),
				{Text: outcome(s.Outcome), Tone: tone(s.Outcome)},
				document.Number(coverage), document.Number(calls(s)),
			},
			Below: p.below(s),
		})
	}
	if since != "" {
		d.Say("Since the newest sync: %s", since)
	}
	d.Table(table)
	if words := sum(h); words != "" {
		d.Say("%s", words)
	}
	if c := h.Catalog; c != nil {
		d.Say("The catalog has what sync %s read, since %s: %s ago.", short(c.Sync), p.moment(c.At), took(c.Seconds))
	}
	if h.Cursor != "" {
		d.Command("Earlier syncs", p.more(answer.Query{Question: answer.AskHistory, Cursor: h.Cursor}))
	}
	d.Command("One sync whole", p.Ask(answer.Query{Question: answer.AskShow, Sync: short(h.Syncs[0].Sync)}))
	return d
}

// sum adds up the API calls of the syncs that are shown; empty of one sync, and where nothing is known of them.
func sum(h answer.History) string {
	words, some := humanize.Number(h.Totals.APICalls), slices.ContainsFunc(h.Syncs, func(s answer.Sync) bool { return atLeast[s.Outcome] })
	if len(h.Syncs) < 2 || some && h.Totals.APICalls == 0 {
		return ""
	}
	if some {
		words = "at least " + words
	}
	return fmt.Sprintf("API calls of these %s: %s.", humanize.Count(int64(len(h.Syncs)), "sync"), words)
}

// counted says how many syncs are shown, and of how many.
func counted(h answer.History) string {
	n := len(h.Syncs)
	switch {
	case n >= h.Total:
		return humanize.Count(int64(n), "sync")
	case h.Newer == 0:
		return fmt.Sprintf("the newest %s of %s", humanize.Number(int64(n)), humanize.Count(int64(h.Total), "sync"))
	}
	return fmt.Sprintf("syncs %s to %s of %s", humanize.Number(int64(h.Newer+1)), humanize.Number(int64(h.Newer+n)), humanize.Number(int64(h.Total)))
}

// below are the sentences about a sync.
func (p Page) below(s answer.Sync) (lines []string) {
	says := func(words string) {
		if words != "" {
			lines = append(lines, sentence(words))
		}
	}
	says(failure(s))
	if s.Reason != "" {
		says(s.Outcome + " because: " + s.Reason)
	}
	says(p.changed(s))
	if s.Unseen != nil {
		says(s.Unseen.Words())
	}
	says(waits(s))
	says(history.SkipWords(s.Skips, p.moment))
	says(missedBefore(s.Missed, p.Place))
	ends := []string{trigger(s.Trigger), deliveries(s)}
	says(strings.Join(slices.DeleteFunc(ends, func(words string) bool { return words == "" }), ", "))
	return lines
}

// missedBefore says which runs of the schedule were missed before a sync.
func missedBefore(m *history.Missed, place *time.Location) string {
	if words := m.Words(dayIn(place)); words != "" {
		return "before it, " + words
	}
	return ""
}

// changed says what changed since the sync that this one is compared with.
func (p Page) changed(s answer.Sync) string {
	if s.Compared == "" {
		return ""
	}
	clauses := changes(s.Changes)
	if len(clauses) == 0 {
		return "nothing changed since " + p.sync(s.Compared)
	}
	return strings.Join(clauses, "; ") + "; since " + p.sync(s.Compared)
}

// deliveries say which exports were delivered.
func deliveries(s answer.Sync) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.Delivered)) {
		words := "the files of " + name
		switch {
		case s.Delivered[name]:
			words += " were delivered"
		case !s.Deliver:
			words += " stay in the bucket, as upload was off"
		default:
			words += " were not delivered"
		}
		all = append(all, words)
	}
	return strings.Join(all, ", ")
}
