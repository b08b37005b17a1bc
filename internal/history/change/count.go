package change

import "longhaul/internal/history/item"

// Tally counts the records of one kind by what changed. A record that was moved and renamed counts in both; of Lost, Columns and State a
// report counts in the first that fits.
type Tally struct {
	Added       int64 `json:"added,omitempty"`
	Gone        int64 `json:"gone,omitempty"`
	Renamed     int64 `json:"renamed,omitempty"`
	Moved       int64 `json:"moved,omitempty"`
	Format      int64 `json:"format,omitempty"`       // reports whose format changed
	RunningUser int64 `json:"running_user,omitempty"` // dashboards that run as somebody else
	Lost        int64 `json:"lost,omitempty"`         // reports that lost columns
	LostColumns int64 `json:"lost_columns,omitempty"` // that they lost
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
	lost := one.LostColumns()
	count(&t.Lost, lost > 0)
	t.LostColumns += lost
	count(&t.Columns, lost == 0 && one.ColumnsDiffer())
	count(&t.State, lost == 0 && one.StateDiffers())
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

// StateDiffers says whether a report has its columns no more, has them again, or lacks them for another reason.
func (c *Change) StateDiffers() bool { return c.Differs(State) || c.Differs(Reason) }

// LostColumns is how many columns a report lacks that it had, all of them where it was described and is no more. One that is gone lost none.
func (c *Change) LostColumns() (n int64) {
	if c.Gone {
		return 0
	}
	for _, both := range c.Columns {
		if both[0] != nil && both[1] == nil {
			n++
		}
	}
	return n
}

// LosesColumns says whether a report lacks a column that it had.
func (c *Change) LosesColumns() bool { return c.LostColumns() > 0 }
