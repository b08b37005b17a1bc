package stream

import (
	"bytes"
	"slices"
)

// runBytes bounds a run: the memory that sorting needs, whatever the size of the org. It is the largest part of what a worker
// needs, as five kinds are listed at once: 4 MB take 25 MB of a worker's heap more than 1 MB. A run holds one page of a listing
// at least, so a smaller one would save little.
const runBytes = 1 << 20

// Buffer holds the lines of one run and gives them sorted. Its memory is used again for the next run. The zero Buffer
// gives each Id once.
type Buffer struct {
	all   bool // keeps every line of an Id
	arena []byte
	items []bufferItem
	first string // the bounds of what was added, in the order in which the server sent it
	last  string
}

type bufferItem struct {
	id         [IDLen]byte
	start, end int
}

// Add adds a line by its Id. sent is the Id as the server wrote it.
func (b *Buffer) Add(line []byte, id, sent string) {
	item := bufferItem{start: len(b.arena), end: len(b.arena) + len(line)}
	copy(item.id[:], id)
	b.arena = append(b.arena, line...)
	b.items = append(b.items, item)
	if b.first == "" {
		b.first = sent
	}
	b.last = sent
}

// Full reports whether the buffer has the size of a run.
func (b *Buffer) Full() bool { return len(b.arena) >= runBytes }

// Empty reports whether the buffer holds no line.
func (b *Buffer) Empty() bool { return len(b.items) == 0 }

// Reset empties the buffer.
func (b *Buffer) Reset() {
	b.arena, b.items, b.first, b.last = b.arena[:0], b.items[:0], "", ""
}

// Sent returns the Ids of the first and the last line that were added, as the server wrote them.
func (b *Buffer) Sent() (first, last string) { return b.first, b.last }

// Each sorts the lines and calls visit with each, of one Id the latest first. A record that came twice, because others were
// deleted or created between two pages, is given once, as it came last, unless all lines are kept.
func (b *Buffer) Each(visit func(line []byte) error) error {
	byID := func(x, y bufferItem) int {
		if c := bytes.Compare(x.id[:], y.id[:]); c != 0 {
			return c
		}
		return y.start - x.start
	}
	if !slices.IsSortedFunc(b.items, byID) {
		slices.SortFunc(b.items, byID)
	}
	for i, item := range b.items {
		if !b.all && i > 0 && item.id == b.items[i-1].id {
			continue
		}
		if err := visit(b.arena[item.start:item.end]); err != nil {
			return err
		}
	}
	return nil
}

// span returns the smallest and the largest Id. It needs a call of Each before.
func (b *Buffer) span() (first, last string) {
	return string(b.items[0].id[:]), string(b.items[len(b.items)-1].id[:])
}
