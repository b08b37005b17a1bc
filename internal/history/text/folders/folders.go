// Package folders shows to people what differs between two folders of castor's files.
package folders

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/document"
	"longhaul/internal/export/castor/compare"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
)

// Page says for whom a comparison is shown.
type Page struct {
	From, To string                     // the folders, as people wrote them
	Next     func(cursor string) string // the command that shows the next page
}

// Show shows a comparison: whether the folders are equal, file by file, then what changed, and what was to be expected.
func (p Page) Show(r *compare.Result) *document.Document {
	d := new(document.Document)
	if r.Equal {
		d.Title(document.Good, "%s and %s: equal but for time", p.From, p.To)
	} else {
		d.Title(document.Notable, "%s and %s differ", p.From, p.To)
	}
	d.Table(files(r.Files))
	text.Changes(d, r.Diff)
	if r.Diff.Cursor != "" {
		d.Command("There is more", p.Next(r.Diff.Cursor))
	}
	if len(r.Notes) > 0 {
		d.Title(document.Plain, "To be expected")
		d.List(r.Notes...)
	}
	return d
}

func files(all []*compare.File) document.Table {
	table := document.Table{Header: []string{"File", "First", "Second", "Same", "Differ", "Only first", "Only second"}}
	for _, f := range all {
		row := document.Row{Cells: []document.Cell{{Text: f.Name}}}
		for _, n := range []int64{f.From, f.To, f.Same, f.Differ, f.OnlyFrom, f.OnlyTo} {
			row.Cells = append(row.Cells, document.Number(humanize.Number(n)))
		}
		switch f.Absent {
		case "from":
			row.Below = append(row.Below, "The first folder lacks it.")
		case "to":
			row.Below = append(row.Below, "The second folder lacks it.")
		case "both":
			row.Below = append(row.Below, "Both folders lack it.")
		}
		if words := fields(f.Fields); words != "" {
			row.Below = append(row.Below, "They differ in "+words+".")
		}
		if words := fields(f.Time); words != "" {
			row.Below = append(row.Below, "By time alone: "+words+".")
		}
		if f.Repeated > 0 {
			row.Below = append(row.Below, humanize.Count(f.Repeated, "record")+" twice in one file.")
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// fields counts the records that differ in each.
func fields(counts map[string]int64) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s (%s)", name, humanize.Number(counts[name])))
	}
	return strings.Join(all, ", ")
}
