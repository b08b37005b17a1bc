package page

import (
	"cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
)

const (
	mostGaps  = 150_000 // bytes of all rows
	mostAlike = 100     // rows of one reason
	mostWords = 500     // characters of a sentence
)

// gapped are the gaps by reason.
type gapped struct {
	Groups []*reason
	Total  int64
	left   room // that the rows did not need
}

// reason is a group of gaps.
type reason struct {
	Title string
	Words string
	Do    string
	Total int64
	Rows  []gap
}

// More is how many gaps of the reason have no row.
func (r *reason) More() int64 { return r.Total - int64(len(r.Rows)) }

// gap is a row of a report that lacks its columns.
type gap struct {
	Name, Link, Folder, Since string
	Words                     string // where they say more than those of the group
	Next                      string // when it is tried again
}

// gaps groups the gaps.
func gaps(d *report.Data) (g gapped, err error) {
	if d.Gaps == nil {
		return g, nil
	}
	left, of := room(mostGaps), map[string]*reason{}
	err = d.Gaps(func(one report.Gap) bool {
		g.Total++
		group := of[one.Reason]
		if group == nil {
			code := description.Reason(one.Reason)
			group = &reason{
				Do:    cut(one.Do, mostWords),
				Title: name(cmp.Or(code.Words(), spaced(cmp.Or(one.Reason, string(one.State))))),
				Words: cmp.Or(code.Sentence(""), cut(one.Words, mostWords)),
			}
			of[one.Reason], g.Groups = group, append(g.Groups, group)
		}
		group.Total++
		row := gap{named(one.Name, one.ID), d.Link(item.Report, one.ID), name(one.Folder), since(one), "", next(one)}
		if words := cut(one.Words, mostWords); words != group.Words {
			row.Words = words
		}
		if len(group.Rows) < mostAlike && left.take(row.Name, row.Link, row.Folder, row.Words) {
			group.Rows = append(group.Rows, row)
		}
		return true
	})
	g.left = left
	return g, err
}

// gapWords are the words of a reason, after a number of gaps.
func gapWords(code string) string { return cmp.Or(description.Reason(code).Words(), spaced(code)) }

// next says when a report is tried again that not every sync tries.
func next(one report.Gap) string {
	if one.Next.IsZero() {
		return ""
	}
	return "next try from " + one.Next.Format("2 Jan 2006") + " on"
}

func since(one report.Gap) string {
	if one.Since.IsZero() {
		return "-"
	}
	return moment(one.Since)
}
