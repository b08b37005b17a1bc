package stream

import (
	"bytes"
	"container/heap"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Merge gives the lines of all streams in the byte order of their Ids, and lines with the same Id in the order in which
// their streams were given. It holds one line of each stream that is open, and closes every stream when the caller stops.
// An error of a stream ends the merge, and so does a stream that is not sorted.
func Merge(streams ...Stream) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		m := newMerger(streams)
		defer m.close()
		for {
			if err := m.open(); err != nil {
				yield(Item{}, err)
				return
			}
			if len(m.heads) == 0 {
				return
			}
			top := m.heads[0]
			if !yield(Item{ID: top.id, Line: top.line, Stream: top.stream}, nil) {
				return
			}
			if err := m.advance(); err != nil {
				yield(Item{}, err)
				return
			}
		}
	}
}

// head is the next line of an open stream.
type head struct {
	id     []byte
	line   []byte
	stream int
	next   func() ([]byte, error, bool)
	stop   func()
}

// heads is a heap of open streams, the smallest Id first.
type heads []*head

func (h heads) Len() int { return len(h) }
func (h heads) Less(i, j int) bool {
	if c := bytes.Compare(h[i].id, h[j].id); c != 0 {
		return c < 0
	}
	return h[i].stream < h[j].stream
}
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds a head, for container/heap.
func (h *heads) Push(x any) {
	if one, ok := x.(*head); ok {
		*h = append(*h, one)
	}
}

// Pop removes the last head, for container/heap.
func (h *heads) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// merger is a merge in progress.
type merger struct {
	streams []Stream
	waiting []int // streams that are not open yet, sorted by First
	heads   heads
}

func newMerger(streams []Stream) *merger {
	m := &merger{streams: streams, waiting: make([]int, len(streams))}
	for i := range streams {
		m.waiting[i] = i
	}
	slices.SortStableFunc(m.waiting, func(a, b int) int { return strings.Compare(streams[a].First, streams[b].First) })
	return m
}

// open opens every stream that may hold the next line.
func (m *merger) open() error {
	for len(m.waiting) > 0 {
		i := m.waiting[0]
		if len(m.heads) > 0 && m.streams[i].First > string(m.heads[0].id) {
			return nil
		}
		m.waiting = m.waiting[1:]
		h := &head{stream: i}
		h.next, h.stop = iter.Pull2(m.streams[i].Lines)
		more, err := h.load()
		if err != nil || !more {
			h.stop()
		}
		if err != nil {
			return err
		}
		if !more {
			continue
		}
		if string(h.id) < m.streams[i].First {
			h.stop()
			return fmt.Errorf("a stream begins at %s and not at %s", h.id, m.streams[i].First)
		}
		heap.Push(&m.heads, h)
	}
	return nil
}

// load reads the next line of the stream.
func (h *head) load() (more bool, err error) {
	line, err, more := h.next()
	if err != nil || !more {
		return false, err
	}
	id, err := LineID(line)
	if err != nil {
		return false, err
	}
	if bytes.Compare(id, h.id) < 0 {
		return false, fmt.Errorf("a stream is not sorted: %s comes after %s: %w", id, h.id, ErrMalformed)
	}
	h.id, h.line = append(h.id[:0], id...), line
	return true, nil
}

// advance reads on in the stream that gave the last line.
func (m *merger) advance() error {
	top := m.heads[0]
	more, err := top.load()
	if err != nil {
		return err
	}
	if more {
		heap.Fix(&m.heads, 0)
		return nil
	}
	heap.Pop(&m.heads)
	top.stop()
	return nil
}

func (m *merger) close() {
	for _, h := range m.heads {
		h.stop()
	}
}
