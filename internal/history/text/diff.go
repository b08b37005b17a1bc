package text

import (
	"cmp"
	"fmt"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/history/answer"
	"longhaul/internal/humanize"
)

// Diff shows what changed from one sync to another: first what people lose.
func (p Page) Diff(c answer.Diff) *document.Document {
	d := new(document.Document)
	p.seconds = sharing(beginnings(c.From, c.To))
	d.Title(document.Plain, "%s: what changed from %s to %s", c.Source, p.sync(c.From), p.sync(c.To))
	clauses := changes(c.Totals)
	for i, clause := range clauses {
		clauses[i] = sentence(clause)
	}
	d.List(clauses...)
	if c.Undelivered {
		d.Say("The catalog did not get %s, so it does not show these changes yet.", p.sync(c.To))
	}
	if !Changes(d, c) && len(c.Totals) == 0 && c.Cursor == "" {
		d.Say("Nothing differs.")
	}
	if c.Cursor != "" {
		d.Command("There is more", p.more(answer.Query{Question: answer.AskDiff, From: c.From, To: c.To, Cursor: c.Cursor}))
	}
	if id := firstLost(c); id != "" {
		d.Command("Why, for the first that is missing", p.Ask(answer.Query{Question: answer.AskWhy, Of: id}))
	}
	return d
}

// Changes adds the lists of a diff, and says whether there is any.
func Changes(d *document.Document, c answer.Diff) bool {
	g := &groups{d: d, names: c.Names}
	g.reports(c.Reports)
	for _, one := range []struct {
		noun string
		of   answer.RecordChanges
	}{{"Dashboards", c.Dashboards}, {"Dashboard components", c.Components}, {"Folders", c.Folders}} {
		g.records(one.noun, one.of)
	}
	g.list(document.Bad, "Users that are gone", c.Users.Gone)
	g.list(document.Good, "Users that were added", c.Users.Added)
	return g.any
}

// firstLost is the first record that people may miss.
func firstLost(c answer.Diff) string {
	for _, gone := range [][]answer.Named{c.Reports.Gone, c.Dashboards.Gone, c.Folders.Gone} {
		if len(gone) > 0 {
			return gone[0].ID
		}
	}
	for _, one := range c.Reports.State {
		if !description.State(one.Now).HasColumns() {
			return one.ID
		}
	}
	return ""
}

// groups adds lists of changed records to a document.
type groups struct {
	d     *document.Document
	names map[string]string // of folders, by Id
	any   bool              // there is a list
}

func (g *groups) list(tone document.Tone, title string, lines []string) {
	if len(lines) > 0 {
		g.any = true
		g.d.Title(tone, "%s (%s)", title, humanize.Number(int64(len(lines))))
		g.d.List(lines...)
	}
}

func (g *groups) reports(r answer.ReportChanges) {
	var lost, gained, changed, worse, better []string
	state := map[string]string{} // of those that lost columns, and differ in their state
	for _, one := range r.State {
		state[one.ID] = fmt.Sprintf("%s, was %s", stateOf(one.Now, one.Reason), cmp.Or(stateOf(one.Was, ""), "nothing"))
	}
	for _, one := range r.Columns {
		who := named(one.Name, one.ID)
		more := ""
		if len(one.Gained) > 0 {
			more = "; gained " + humanize.List(one.Gained)
		}
		if len(one.Changed) > 0 {
			more += "; " + columnWords(one.Changed)
		}
		if one.More > 0 {
			more += "; and " + humanize.Count(int64(one.More), "more column")
		}
		switch {
		case len(one.Lost) > 0:
			if words := state[one.ID]; words != "" {
				more += "; it is " + words
				delete(state, one.ID)
			}
			lost = append(lost, who+" lost "+humanize.List(one.Lost)+more)
		case len(one.Changed) > 0:
			changed = append(changed, who+": "+strings.TrimPrefix(more, "; "))
		default:
			gained = append(gained, who+strings.TrimPrefix(more, ";"))
		}
	}
	for _, one := range r.State {
		words, told := state[one.ID]
		if !told { // with its columns
			continue
		}
		words = named(one.Name, one.ID) + ": " + words
		if description.State(one.Now).HasColumns() {
			better = append(better, words)
		} else {
			worse = append(worse, words)
		}
	}
	g.list(document.Bad, "Reports that lost columns", lost)
	g.list(document.Bad, "Reports that are gone", g.named(r.Gone))
	g.list(document.Bad, "Reports that have no columns, or for another reason", worse)
	g.list(document.Notable, "Reports with columns that changed", changed)
	g.list(document.Good, "Reports that got their columns", better)
	g.list(document.Good, "Reports that gained columns", gained)
	g.list(document.Notable, "Reports with another format", fields(r.Format))
	rest := r.RecordChanges
	rest.Gone = nil
	g.records("Reports", rest)
}

func (g *groups) records(noun string, r answer.RecordChanges) {
	g.list(document.Bad, noun+" that are gone", g.named(r.Gone))
	g.list(document.Notable, noun+" that moved to another folder", g.moved(r.Moved))
	g.list(document.Notable, noun+" that were renamed", renamed(r.Renamed))
	g.list(document.Notable, noun+" that run as another user", fields(r.RunningUser))
	g.list(document.Good, noun+" that were added", g.named(r.Added))
}

func (g *groups) named(all []answer.Named) (lines []string) {
	for _, one := range all {
		words := named(one.Name, one.ID)
		if one.Folder != "" {
			words += " in " + g.folder(one.Folder)
		}
		lines = append(lines, words)
	}
	return lines
}

// folder is the name of a folder, or its Id where the name is not known.
func (g *groups) folder(id string) string { return cmp.Or(g.names[id], id, "no folder") }

func (g *groups) moved(all []answer.Moved) (lines []string) {
	for _, one := range all {
		lines = append(lines, fmt.Sprintf("%s: from %s to %s", named(one.Name, one.ID), g.folder(one.Was), g.folder(one.Now)))
	}
	return lines
}

func renamed(all []answer.Renamed) (lines []string) {
	for _, one := range all {
		lines = append(lines, fmt.Sprintf(`%s: was "%s"`, named(cmp.Or(one.Now, one.Name), one.ID), one.Was))
	}
	return lines
}

func fields(all []answer.Renamed) (lines []string) {
	for _, one := range all {
		lines = append(lines, fmt.Sprintf("%s: %s, was %s", named(one.Name, one.ID), cmp.Or(one.Now, "none"), cmp.Or(one.Was, "none")))
	}
	return lines
}

// columnWords say how columns differ that both syncs have.
func columnWords(all []answer.ColumnChanged) string {
	var words []string
	for _, one := range all {
		var how []string
		if one.Was.Label != one.Now.Label {
			how = append(how, fmt.Sprintf(`is called "%s", was "%s"`, one.Now.Label, one.Was.Label))
		}
		if one.Was.Type != one.Now.Type {
			how = append(how, fmt.Sprintf("is %s, was %s", one.Now.Type, one.Was.Type))
		}
		words = append(words, one.Column+" "+strings.Join(how, " and "))
	}
	return humanize.List(words)
}

// stateOf is a state with its reason.
func stateOf(state, reason string) string {
	if reason == "" || reason == state {
		return strings.ReplaceAll(state, "_", " ")
	}
	if words := description.Reason(reason).Words(); words != "" {
		return words
	}
	return state + " (" + strings.ReplaceAll(reason, "_", " ") + ")"
}
