package change

import (
	"longhaul/internal/description"
	"longhaul/internal/history/item"
)

// Tally counts the records of one kind by what changed. A record that was moved and renamed counts in both.
type Tally struct {
	Added       int64 `json:"added,omitempty"`
	Gone        int64 `json:"gone,omitempty"`
	Renamed     int64 `json:"renamed,omitempty"`
	Moved       int64 `json:"moved,omitempty"`
	Format      int64 `json:"format,omitempty"`       // reports whose format changed
	RunningUser int64 `json:"running_user,omitempty"` // dashboards that run as somebody else
	Columns     int64 `json:"columns,omitempty"`      // reports that have columns before and after, and others
	State       int64 `json:"state,omitempty"`        // reports whose state or reason changed
}

// Counts are the changes between two syncs by kind; a kind without a change is absent.
type Counts map[item.Kind]Tally

// Add counts one change.
func (c Counts) Add(one *Change) {
	t := c[one.Kind]
	count := func(n *int64, is bool) {
		if is {
			*n++
		}
	}
	count(&t.Added, one.Added)
	count(&t.Gone, one.Gone)
	count(&t.Renamed, one.Differs(Name))
	count(&t.Moved, one.Differs(Folder))
	count(&t.Format, one.Differs(Format))
	count(&t.RunningUser, one.Differs(RunningUser))
	count(&t.State, one.Differs(State) || one.Differs(Reason))
	count(&t.Columns, one.ColumnsDiffer())
	if t != (Tally{}) {
		c[one.Kind] = t
	}
}

// Differs says whether a field differs of a record that both syncs have.
func (c *Change) Differs(field string) bool {
	return !c.Added && !c.Gone && c.Was[field] != c.Now[field]
}

// ColumnsDiffer says whether a report that has columns before and after has others than before. One that got its columns, or lost all
// of them, has another state.
func (c *Change) ColumnsDiffer() bool {
	return !c.Added && !c.Gone && len(c.Columns) > 0 && !c.Differs(State)
}

// LosesColumns says whether a report that keeps its state lacks a column that it had.
func (c *Change) LosesColumns() bool {
	if !c.ColumnsDiffer() {
		return false
	}
	for _, both := range c.Columns {
		if both[1] == nil {
			return true
		}
	}
	return false
}

// LosesAll says whether a report lost its columns with its state.
func (c *Change) LosesAll() bool {
	was, now := description.State(c.Was[State]), description.State(c.Now[State])
	return c.Differs(State) && was.HasColumns() && !now.HasColumns()
}
