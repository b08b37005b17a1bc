package answer

import (
	"cmp"
	"maps"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// section is one list of a diff, or the part of one that people look for apart. Its entries are in the order of Ids.
type section struct {
	name string
	kind item.Kind
	has  func(*change.Change) bool
	add  func(*Diff, *change.Change)
}

// sections are in the order of what people care about: what was lost, what got worse, then the rest.
var sections = slices.Concat(
	[]section{
		{"lost_columns", item.Report, (*change.Change).LosesColumns, addLost},
		{"gone_reports", item.Report, gone, func(d *Diff, c *change.Change) { d.Reports.Gone = append(d.Reports.Gone, named(c)) }},
		{"gone_dashboards", item.Dashboard, gone, func(d *Diff, c *change.Change) { d.Dashboards.Gone = append(d.Dashboards.Gone, named(c)) }},
		{"gone_folders", item.Folder, gone, func(d *Diff, c *change.Change) { d.Folders.Gone = append(d.Folders.Gone, named(c)) }},
		{"changed_columns", item.Report, func(c *change.Change) bool { return c.ColumnsDiffer() && !c.LosesColumns() }, addColumns},
		{"other_states", item.Report, func(c *change.Change) bool { return c.StateDiffers() && !c.LosesColumns() }, addState},
	},
	recordSections(item.Report, func(d *Diff) *RecordChanges { return &d.Reports.RecordChanges }),
	[]section{{"formats", item.Report, differs(change.Format), func(d *Diff, c *change.Change) {
		d.Reports.Format = append(d.Reports.Format, renamed(c, change.Format))
	}}},
	recordSections(item.Dashboard, func(d *Diff) *RecordChanges { return &d.Dashboards }),
	recordSections(item.Folder, func(d *Diff) *RecordChanges { return &d.Folders }),
	[]section{{"gone_components", item.Component, gone, func(d *Diff, c *change.Change) { d.Components.Gone = append(d.Components.Gone, named(c)) }}},
	recordSections(item.Component, func(d *Diff) *RecordChanges { return &d.Components }),
	[]section{
		{"gone_users", item.User, gone, func(d *Diff, c *change.Change) { d.Users.Gone = append(d.Users.Gone, c.ID) }},
		{"added_users", item.User, added, func(d *Diff, c *change.Change) { d.Users.Added = append(d.Users.Added, c.ID) }},
	},
)

// recordSections are what may change of a record of any kind but that it is gone.
func recordSections(kind item.Kind, of func(*Diff) *RecordChanges) []section {
	name := string(kind) + "s"
	return []section{
		{"renamed_" + name, kind, differs(change.Name), func(d *Diff, c *change.Change) {
			of(d).Renamed = append(of(d).Renamed, renamed(c, change.Name))
		}},
		{"moved_" + name, kind, differs(change.Folder), func(d *Diff, c *change.Change) {
			of(d).Moved = append(of(d).Moved, renamed(c, change.Folder))
		}},
		{"running_user_" + name, kind, differs(change.RunningUser), func(d *Diff, c *change.Change) {
			of(d).RunningUser = append(of(d).RunningUser, renamed(c, change.RunningUser))
		}},
		{"added_" + name, kind, added, func(d *Diff, c *change.Change) { of(d).Added = append(of(d).Added, named(c)) }},
	}
}

func gone(c *change.Change) bool  { return c.Gone }
func added(c *change.Change) bool { return c.Added }

func differs(field string) func(*change.Change) bool {
	return func(c *change.Change) bool { return c.Differs(field) }
}

// textBytes bounds a text of an entry. Names of Salesforce are far shorter; an entry must fit on a page whatever it holds.
const textBytes = 400

func short(text string) string { return fault.Clip(text, textBytes) }

func named(c *change.Change) Named {
	fields := c.Now
	if c.Gone {
		fields = c.Was
	}
	return Named{ID: c.ID, Name: short(cmp.Or(fields[change.Name], c.Name)), Folder: short(fields[change.Folder])}
}

func renamed(c *change.Change, field string) Renamed {
	r := Renamed{ID: c.ID, Was: short(c.Was[field]), Now: short(c.Now[field])}
	if field != change.Name {
		r.Name = short(c.Name)
	}
	return r
}

// addLost takes a report that lost columns, and its state where it lost all with it.
func addLost(d *Diff, c *change.Change) {
	addColumns(d, c)
	if c.StateDiffers() {
		addState(d, c)
	}
}

func addState(d *Diff, c *change.Change) {
	s := StateChanged{ID: c.ID, Name: short(c.Name), Reason: short(c.Now[change.Reason]), Before: short(c.Was[change.Reason])}
	s.Was, s.Now = short(c.Was[change.State]), short(c.Now[change.State])
	if !c.Differs(change.State) { // of the fields, a change holds those that differ
		s.Was = string(stateOf(description.Reason(c.Was[change.Reason])))
		s.Now = string(stateOf(description.Reason(c.Now[change.Reason])))
	}
	d.Reports.State = append(d.Reports.State, s)
}

// stateOf is the state that a report with a reason has.
func stateOf(reason description.Reason) description.State {
	switch reason {
	case description.ReasonGone:
		return description.StateGone
	case description.ReasonObsolete:
		return description.StateObsolete
	case description.ReasonUnsupported, description.ReasonTooManyColumns, description.ReasonNoColumnsSelected:
		return description.StateUnsupported
	case description.ReasonNoAccess:
		return description.StateDenied
	default:
		return description.StateFailed
	}
}

// columnsBytes bounds the columns of one report, so that several reports fit on a page.
const columnsBytes = 8000

func addColumns(d *Diff, c *change.Change) {
	all := ColumnsChanged{ID: c.ID, Name: short(c.Name)}
	names := slices.SortedFunc(maps.Keys(c.Columns), func(a, b string) int { // lost columns first
		rank := func(name string) int {
			switch both := c.Columns[name]; {
			case both[1] == nil:
				return 0
			case both[0] != nil:
				return 1
			}
			return 2
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	size := 0
	for i, name := range names {
		both := c.Columns[name]
		one := ColumnChanged{Column: short(name)}
		for j, side := range []*change.Column{&one.Was, &one.Now} {
			if both[j] != nil {
				*side = change.Column{Label: short(both[j].Label), Type: short(both[j].Type)}
			}
		}
		if size += bytesOf(one) + 1; size > columnsBytes {
			all.More = len(names) - i
			break
		}
		switch {
		case both[1] == nil:
			all.Lost = append(all.Lost, one.Column)
		case both[0] == nil:
			all.Gained = append(all.Gained, one.Column)
		default:
			all.Changed = append(all.Changed, one)
		}
	}
	d.Reports.Columns = append(d.Reports.Columns, all)
}
