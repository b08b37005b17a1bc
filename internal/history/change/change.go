// Package change holds what differs of records between two syncs of a source, and puts the changes of syncs that follow each other
// together.
package change

import (
	"encoding/json"
	"fmt"
	"maps"

	"longhaul/internal/history/item"
	"longhaul/internal/stream"
)

// The fields of a record that are compared. A value is a text; one that is absent is empty.
const (
	Name        = "name"
	Folder      = "folder"       // Id: the OwnerId of a report, the FolderId of a dashboard
	Format      = "format"       // of a report
	RunningUser = "running_user" // Id: as whom a dashboard runs
	State       = "state"        // of a report; described stands for reused too
	Reason      = "reason"       // the code of a report without columns
)

// Fields are fields of a record by name.
type Fields map[string]string

// Column is one column of a report.
type Column struct {
	Label string `json:"label"`
	Type  string `json:"type"` // Salesforce's dataType
}

// ColumnChange is a column before and after; nil where the report has no such column, because it lacks it or has no columns at all.
type ColumnChange [2]*Column

// Change is what differs of one record between two syncs.
//
// Of a record that both syncs have, Was and Now hold the fields that differ and no others. Of one that was added, Was is nil and Now
// holds all fields that are not empty; of one that is gone it is the other way round. So any number of changes that follow each other can
// be put together without the accounts.
type Change struct {
	ID      string                  `json:"Id"` // 18 characters; lines are sorted by it, across all kinds
	Kind    item.Kind               `json:"kind"`
	Name    string                  `json:"name,omitempty"` // the newest that is known, for people; of a user there is none
	Was     Fields                  `json:"was,omitempty"`
	Now     Fields                  `json:"now,omitempty"`
	Added   bool                    `json:"added,omitempty"`
	Gone    bool                    `json:"gone,omitempty"`
	Columns map[string]ColumnChange `json:"columns,omitempty"` // by API name; all of them of a report that was added, is gone, or has lost or got its columns
	At      string                  `json:"at,omitempty"`      // where changes were put together: the newest sync of those that made it
}

// None says whether nothing differs.
func (c *Change) None() bool {
	return !c.Added && !c.Gone && len(c.Was) == 0 && len(c.Now) == 0 && len(c.Columns) == 0
}

// Then puts the change of one record and a later one together. Added and gone again is nothing; gone and added again is what
// differs between both ends.
func (c Change) Then(next Change) Change {
	if c.None() {
		return next
	}
	if next.None() {
		return c
	}
	both := Change{ID: c.ID, Kind: next.Kind, Name: next.Name, At: next.At}
	if both.Name == "" {
		both.Name = c.Name
	}
	both.Added, both.Gone = c.Added && !next.Gone, next.Gone && !c.Added
	if c.Added && next.Gone {
		return both
	}
	both.Was, both.Now = overlaid(next.Was, c.Was, c.Now), overlaid(c.Now, next.Now, next.Was)
	if !both.Added && !both.Gone {
		dropEqual(both.Was, both.Now)
	}
	if both.Added || both.Gone {
		dropEmpty(both.Was)
		dropEmpty(both.Now)
	}
	if both.Added || len(both.Was) == 0 {
		both.Was = nil
	}
	if both.Gone || len(both.Now) == 0 {
		both.Now = nil
	}
	both.Columns = columnsThen(c.Columns, next.Columns)
	return both
}

// overlaid lays fields over those of another change. A field that a change does not name on either side was the same before and after it;
// one that it names on the other side only is empty on this one.
func overlaid(under, over, other Fields) Fields {
	fields := Fields{}
	maps.Copy(fields, under)
	for name := range other {
		delete(fields, name)
	}
	maps.Copy(fields, over)
	return fields
}

// dropEqual removes the fields that are the same on both sides, where an absent one is empty.
func dropEqual(was, now Fields) {
	for name := range was {
		if was[name] == now[name] {
			delete(was, name)
			delete(now, name)
		}
	}
	for name, value := range now {
		if _, there := was[name]; !there && value == "" {
			delete(now, name)
		}
	}
}

func dropEmpty(fields Fields) {
	maps.DeleteFunc(fields, func(_, value string) bool { return value == "" })
}

func columnsThen(first, next map[string]ColumnChange) map[string]ColumnChange {
	both := maps.Clone(first)
	for name, later := range next {
		if both == nil {
			both = map[string]ColumnChange{}
		}
		earlier, changed := both[name]
		if !changed {
			earlier = later
		}
		both[name] = ColumnChange{earlier[0], later[1]}
		if same(earlier[0], later[1]) {
			delete(both, name)
		}
	}
	if len(both) == 0 {
		return nil
	}
	return both
}

func same(a, b *Column) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// Append appends the line of c, without a newline, to dst.
func (c *Change) Append(dst []byte) ([]byte, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return dst, fmt.Errorf("encode the change of %s %s: %w", c.Kind, c.ID, err)
	}
	return append(dst, raw...), nil
}

// Decode reads a line.
func Decode(line []byte) (Change, error) {
	var c Change
	if err := json.Unmarshal(line, &c); err != nil {
		return Change{}, fmt.Errorf("read a change: %w: %w", stream.ErrMalformed, err)
	}
	if len(c.ID) != stream.IDLen || c.Kind == "" || c.Added && c.Gone {
		return Change{}, fmt.Errorf("read a change: %w", stream.ErrMalformed)
	}
	return c, nil
}
