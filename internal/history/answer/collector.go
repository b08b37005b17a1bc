package answer

import (
	"slices"
	"strings"

	"longhaul/internal/history/change"
	"longhaul/internal/stream"
)

// Collector puts changes that are found elsewhere than in the bucket into one page of a Diff, in the order of what people care about. Within
// one list, changes come in the order of their Ids.
type Collector struct {
	page   *page
	totals change.Counts
	first  bool
}

// NewCollector begins the page after a cursor of Fill; the first one where it is empty.
func NewCollector(cursor string) (*Collector, error) {
	c := &Collector{totals: change.Counts{}, first: cursor == ""}
	var after position
	if !c.first {
		name, id, _ := strings.Cut(cursor, cursorSeparator)
		after = position{section: slices.IndexFunc(sections, func(s section) bool { return s.name == name }), id: id}
		if after.section < 0 || len(id) != stream.IDLen {
			return nil, badCursor(cursor)
		}
	}
	c.page = newPage(after, 0)
	return c, nil
}

// Add takes a change, which must not change any more.
func (c *Collector) Add(one *change.Change) {
	c.totals.Add(one)
	c.page.add(one)
}

// Folders lists the folders that the page names by Id.
func (c *Collector) Folders() (ids map[string]bool) {
	ids = map[string]bool{}
	for id := range c.page.folders {
		ids[id] = true
	}
	return ids
}

// Fill writes the page.
func (c *Collector) Fill(d *Diff) {
	if c.first {
		d.Totals = c.totals
	}
	if last := c.page.fill(d); c.page.more {
		d.Cursor = sections[last.section].name + cursorSeparator + last.id
	}
}
