package answer

import (
	"slices"
	"strings"

	"longhaul/internal/stream"
)

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
