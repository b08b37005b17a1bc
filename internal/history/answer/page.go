package answer

import (
	"slices"
	"strings"

	"longhaul/internal/history/change"
	"longhaul/internal/stream"
)

// FolderNameBytes bounds the names of folders on a page.
const FolderNameBytes = 80

// The room of a page of a diff.
const (
	folderBytes = FolderNameBytes + 30 // of the name with its Id
	headBytes   = 4000                 // source, syncs, totals, cursor, and the names of the lists
)

// page collects what one page of a diff holds: of all entries after a position, in the order of sections and Ids, the first ones that fit.
// Changes come in the order of Ids, so a page keeps what may be on it and drops the last of it as soon as more fits no longer.
type page struct {
	after   position
	entries [][]entry // by section
	folders map[string]int
	size    int
	cut     int // the section from which on nothing more is taken
	more    bool
	limit   int // of records; 0: none
	n       int // entries
}

type entry struct {
	change  *change.Change
	size    int
	folders []string
}

func newPage(after position, limit int) *page {
	return &page{after: after, limit: limit, entries: make([][]entry, len(sections)), folders: map[string]int{}, size: headBytes, cut: len(sections)}
}

// add takes a change.
func (p *page) add(c *change.Change) {
	for i := range sections {
		if sections[i].kind != c.Kind || !p.after.before(i, c.ID) || !sections[i].has(c) {
			continue
		}
		if i >= p.cut {
			p.more = true
			return // later sections are cut too
		}
		p.put(i, c)
	}
}

var emptyDiff = bytesOf(Diff{})

func (p *page) put(section int, c *change.Change) {
	var alone Diff
	sections[section].add(&alone, c)
	one := entry{change: c, size: bytesOf(alone) - emptyDiff + 1, folders: alone.folderIDs()}
	p.size += one.size
	for _, id := range one.folders {
		if p.folders[id]++; p.folders[id] == 1 {
			p.size += folderBytes
		}
	}
	p.entries[section] = append(p.entries[section], one)
	p.n++
	for p.size > PageBytes || p.limit > 0 && p.n > p.limit {
		if !p.drop() {
			return
		}
	}
}

// drop removes the last entry, unless it is the only one.
func (p *page) drop() bool {
	at := -1
	for i := range p.entries {
		if len(p.entries[i]) > 0 {
			at = i
		}
	}
	if p.n < 2 {
		return false
	}
	p.n--
	last := len(p.entries[at]) - 1
	one := p.entries[at][last]
	p.entries[at] = p.entries[at][:last]
	p.size -= one.size
	for _, id := range one.folders {
		if p.folders[id]--; p.folders[id] == 0 {
			p.size -= folderBytes
			delete(p.folders, id)
		}
	}
	p.cut, p.more = at, true
	return true
}

// fill puts the entries into a diff and returns the position of the last one.
func (p *page) fill(d *Diff) (last position) {
	for i := range p.entries {
		for _, one := range p.entries[i] {
			sections[i].add(d, one.change)
			last = position{section: i, id: one.change.ID}
		}
	}
	return last
}

// folderIDs lists the folders that a diff names by Id.
func (d *Diff) folderIDs() (ids []string) {
	add := func(id string) {
		if id != "" {
			ids = append(ids, id)
		}
	}
	for _, of := range []*RecordChanges{&d.Reports.RecordChanges, &d.Dashboards, &d.Components, &d.Folders} {
		for _, list := range [][]Named{of.Added, of.Gone} {
			for _, one := range list {
				add(one.Folder)
			}
		}
		for _, one := range of.Moved {
			add(one.Was)
			add(one.Now)
		}
	}
	return ids
}

// position is a place in the ordered output of a diff: after the entry of a record in a section. The zero position is before all.
type position struct {
	section int
	id      string // empty: at the beginning
}

func (p position) before(section int, id string) bool {
	return p.section < section || p.section == section && p.id < id
}

// diffCursor is where a page of a diff ends. It names both syncs, so that a name such as last means the same ones on the next page.
type diffCursor struct {
	from, to string
	at       position
}

const cursorSeparator = "~" // is in no id

func (c diffCursor) String() string {
	return strings.Join([]string{c.from, c.to, sections[c.at.section].name, c.at.id}, cursorSeparator)
}

// parseDiffCursor reads a cursor of String.
func parseDiffCursor(text string) (c diffCursor, err error) {
	parts := strings.Split(text, cursorSeparator)
	if len(parts) != 4 || len(parts[3]) != stream.IDLen || began(parts[0]).IsZero() || began(parts[1]).IsZero() {
		return diffCursor{}, badCursor(text)
	}
	section := slices.IndexFunc(sections, func(s section) bool { return s.name == parts[2] })
	if section < 0 {
		return diffCursor{}, badCursor(text)
	}
	return diffCursor{from: parts[0], to: parts[1], at: position{section: section, id: parts[3]}}, nil
}
