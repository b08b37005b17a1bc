package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/report"
)

// mostChanges bounds the rows of all groups, in bytes.
const mostChanges = 150_000

// changed are the changes since the sync before.
type changed struct {
	Groups []*group
	Before string   // when the sync began that they are counted from
	Totals []string // a clause a kind
	left   room     // that the rows did not need
}

// group are changes of one sort.
type group struct {
	Title string
	Tone  string
	Total int64
	Rows  []row
	Short bool // some rows do not name all columns
}

// More is how many changes of the group have no row.
func (g *group) More() int64 { return g.Total - int64(len(g.Rows)) }

// row is one record that changed.
type row struct {
	Name, Link string
	Kind       string // of what is no report
	Words      string
}

type sort struct {
	title, tone string
	is          func(*change.Change) bool
}

// sorts are the groups in the order in which they are shown. A change is in the first that fits.
var sorts = []sort{
	{"Reports that lost columns", "bad", (*change.Change).LosesColumns},
	{"Reports that are gone", "bad", func(c *change.Change) bool { return c.Gone && c.Kind == item.Report }},
	{"Dashboards that are gone", "bad", func(c *change.Change) bool { return c.Gone && c.Kind == item.Dashboard }},
	{"Folders that are gone", "bad", func(c *change.Change) bool { return c.Gone && c.Kind == item.Folder }},
	{"Dashboard components and users that are gone", "notable", func(c *change.Change) bool { return c.Gone }},
	{"Reports that got their columns", "good", func(c *change.Change) bool {
		return c.Differs(change.State) && description.State(c.Now[change.State]).HasColumns()
	}},
	{"Reports that lack columns for another reason", "notable", (*change.Change).StateDiffers},
	{"Reports with other columns", "notable", (*change.Change).ColumnsDiffer},
	{"Renamed, moved, or run as somebody else", "notable", func(c *change.Change) bool { return !c.Added }},
	{"Reports that were added", "good", func(c *change.Change) bool { return c.Kind == item.Report }},
	{"Dashboards that were added", "good", func(c *change.Change) bool { return c.Kind == item.Dashboard }},
	{"Folders, dashboard components and users that were added", "good", func(*change.Change) bool { return true }},
}

// changes groups the changes.
func changes(d *report.Data) (all changed, err error) {
	if d.Record == nil || d.Changes == nil {
		return changed{left: mostChanges}, nil
	}
	all.Before = began(d.Record.Compared)
	for _, clause := range text.Changed(d.Record.Changes) {
		all.Totals = append(all.Totals, text.Sentence(clause))
	}
	groups, left := make([]group, len(sorts)), room(mostChanges)
	err = d.Changes(func(one change.Change) bool {
		of := slices.IndexFunc(sorts, func(s sort) bool { return s.is(&one) })
		g := &groups[of]
		g.Title, g.Tone = sorts[of].title, sorts[of].tone
		g.Total++
		if len(g.Rows) >= mostAlike {
			return true
		}
		r := row{named(one.Name, one.ID), "", "", differs(d, &one)}
		if one.Kind != item.Report {
			r.Kind = string(one.Kind)
		}
		if !one.Gone {
			r.Link = d.Link(one.Kind, one.ID)
		}
		if left.take(r.Name, r.Link, r.Words) {
			g.Rows = append(g.Rows, r)
			g.Short = g.Short || !one.Added && !one.Gone && len(one.Columns) > mostColumns
		}
		return true
	})
	all.left = left
	for i := range groups {
		if groups[i].Total > 0 {
			all.Groups = append(all.Groups, &groups[i])
		}
	}
	return all, err
}

// differs says what differs of a record.
func differs(d *report.Data, c *change.Change) string {
	place := func(id string) string {
		if id == "" || d.FolderWords == nil {
			return "no folder"
		}
		return name(d.FolderWords(id))
	}
	switch {
	case c.Gone && c.Was[change.Folder] == "": // of a component, or a user
		return ""
	case c.Gone:
		return "was in " + place(c.Was[change.Folder])
	case c.Added && c.Now[change.Folder] != "":
		return "in " + place(c.Now[change.Folder])
	case c.Added:
		return ""
	}
	var all []string
	if c.Differs(change.Name) {
		all = append(all, fmt.Sprintf(`was called "%s"`, name(c.Was[change.Name])))
	}
	if c.Differs(change.Folder) {
		all = append(all, "moved from "+place(c.Was[change.Folder])+" to "+place(c.Now[change.Folder]))
	}
	if c.StateDiffers() {
		all = append(all, was(c))
	} else if columns := columns(c.Columns); columns != "" {
		all = append(all, columns)
	}
	for _, field := range []string{change.Format, change.RunningUser} {
		if c.Differs(field) {
			all = append(all, fmt.Sprintf("%s is %s, was %s", spaced(field), cmp.Or(name(c.Now[field]), "none"), cmp.Or(name(c.Was[field]), "none")))
		}
	}
	return strings.Join(all, "; ")
}

// was says which state a report has, and which it had.
func was(c *change.Change) string {
	now, before := text.StateOf(c.Now[change.State], c.Now[change.Reason]), text.StateOf(c.Was[change.State], c.Was[change.Reason])
	words := fmt.Sprintf("%s, was %s", cmp.Or(now, "another reason"), cmp.Or(before, "another"))
	if columns := columns(c.Columns); columns != "" {
		words += "; " + columns
	}
	return words
}

// mostColumns bounds the columns that a row names.
const mostColumns = 20

// columns say which columns a report lost, which it got and which differ.
func columns(all map[string]change.ColumnChange) string {
	var gone, gained, other []string
	for _, column := range slices.Sorted(maps.Keys(all)) {
		switch both := all[column]; {
		case both[1] == nil:
			gone = append(gone, labelled(column, both[0]))
		case both[0] == nil:
			gained = append(gained, labelled(column, both[1]))
		default:
			other = append(other, name(column)+" ("+cut(both[0].Label+", "+both[0].Type, 60)+" became "+cut(both[1].Label+", "+both[1].Type, 60)+")")
		}
	}
	var words []string
	for _, part := range []struct {
		what string
		all  []string
	}{{"lost", gone}, {"gained", gained}, {"changed", other}} {
		switch n := len(part.all); {
		case n > mostColumns:
			words = append(words, fmt.Sprintf("%s %s: %s and %s more", part.what, humanize.Count(int64(n), "column"),
				strings.Join(part.all[:mostColumns], ", "), humanize.Number(int64(n-mostColumns))))
		case n > 0:
			words = append(words, fmt.Sprintf("%s %s: %s", part.what, humanize.Count(int64(n), "column"), strings.Join(part.all, ", ")))
		}
	}
	return strings.Join(words, "; ")
}

// labelled is a column by its label, as people see it, and its name.
func labelled(column string, is *change.Column) string {
	if is.Label == "" || is.Label == column {
		return name(column)
	}
	return cut(is.Label, 60) + " (" + name(column) + ")"
}
