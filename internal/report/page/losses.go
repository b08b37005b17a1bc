package page

import (
	"longhaul/internal/history/change"
	"longhaul/internal/humanize"
)

// losses say what reports lost in this sync, for the search box.
type losses struct {
	words map[string]string // by the Id of a report
	left  room              // for columns by name
}

// Bounds of losses: so many reports, and so many bytes of columns by name. Of other reports the columns are counted.
const (
	mostLosses    = 100_000
	mostLossNames = 40_000
)

func newLosses() losses { return losses{map[string]string{}, mostLossNames} }

// take notes what a report lost.
func (l *losses) take(c *change.Change) {
	n := c.LostColumns()
	if n == 0 || len(l.words) == mostLosses {
		return
	}
	words := "lost " + humanize.Count(n, "column")
	if named := cut(columns(c.Columns), mostWords); l.left.take(named) {
		words = named
	}
	l.words[c.ID] = "In this sync it " + words + "."
}
