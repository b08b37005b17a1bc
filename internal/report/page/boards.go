package page

import (
	"cmp"

	"longhaul/internal/history/item"
	"longhaul/internal/report"
)

// mostBoards bounds the rows of boards, in bytes.
const mostBoards = 40_000

// boards are the dashboards that use reports which the sync has not, a row each component.
type boards struct {
	Rows  []row
	Short bool // there may be more
}

// Boards are those of the sync; nil where it has none.
func (v *view) Boards() *boards {
	if len(v.Unlisted) == 0 {
		return nil
	}
	all, left := &boards{Short: len(v.Unlisted) == report.MostUnlisted}, room(mostBoards)
	for _, one := range v.Unlisted {
		r := row{Name: named(one.Name, one.Dashboard), Link: v.Link(item.Dashboard, one.Dashboard), Words: cmp.Or(name(one.Component), "without a name")}
		if !left.take(r.Name, r.Link, r.Words) {
			all.Short = true
			break
		}
		all.Rows = append(all.Rows, r)
	}
	return all
}
