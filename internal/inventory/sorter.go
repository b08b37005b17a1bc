package inventory

import (
	"bytes"
	"slices"
)

// sorter holds what fits into one run and gives it sorted. Its memory is used again for the next run.
type sorter struct {
	all   bool // lines of one Id are all kept
	limit int  // bytes of a run; runBytes when 0
	arena []byte
	items []sortItem
	first string // the bounds of what was added, in the order in which the server sent it
	last  string
}

type sortItem struct {
	id         [idLen]byte
	start, end int
}

// runBytes bounds a run: what a kind needs in memory, whatever the size of the org.
const runBytes = 4 << 20

func (s *sorter) add(line []byte, id, sent string) {
	item := sortItem{start: len(s.arena), end: len(s.arena) + len(line)}
	copy(item.id[:], id)
	s.arena = append(s.arena, line...)
	s.items = append(s.items, item)
	if s.first == "" {
		s.first = sent
	}
	s.last = sent
}

func (s *sorter) full() bool {
	limit := s.limit
	if limit == 0 {
		limit = runBytes
	}
	return len(s.arena) >= limit
}

func (s *sorter) empty() bool { return len(s.items) == 0 }

func (s *sorter) reset() {
	s.arena, s.items, s.first, s.last = s.arena[:0], s.items[:0], "", ""
}

// each gives the lines by Id, of one Id the latest first. A record that came twice, since others were deleted or made
// between two pages, is given once, as it came last, unless all are kept.
func (s *sorter) each(visit func(line []byte) error) error {
	byID := func(a, b sortItem) int {
		if c := bytes.Compare(a.id[:], b.id[:]); c != 0 {
			return c
		}
		return b.start - a.start
	}
	if !slices.IsSortedFunc(s.items, byID) {
		slices.SortFunc(s.items, byID)
	}
	for i, item := range s.items {
		if !s.all && i > 0 && item.id == s.items[i-1].id {
			continue
		}
		if err := visit(s.arena[item.start:item.end]); err != nil {
			return err
		}
	}
	return nil
}

// span gives the smallest and largest Id after each.
func (s *sorter) span() (first, last string) {
	return string(s.items[0].id[:]), string(s.items[len(s.items)-1].id[:])
}
