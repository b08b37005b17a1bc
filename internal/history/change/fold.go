package change

import (
	"iter"

	"longhaul/internal/stream"
)

// Fold puts change logs together that follow each other, the oldest first: one change for each record that differs between the
// beginning of the first log and the end of the last, sorted by Id. It holds one line of each log.
func Fold(logs ...iter.Seq2[[]byte, error]) iter.Seq2[Change, error] {
	streams := make([]stream.Stream, 0, len(logs))
	for _, lines := range logs {
		streams = append(streams, stream.Stream{Lines: lines})
	}
	return func(yield func(Change, error) bool) {
		var all Change // of one record so far
		for line, err := range stream.Merge(streams...) {
			var next Change
			if err == nil {
				next, err = Decode(line.Line)
			}
			if err != nil {
				yield(Change{}, err)
				return
			}
			if next.ID == all.ID {
				all = all.Then(next)
				continue
			}
			if !all.None() && !yield(all, nil) {
				return
			}
			all = next
		}
		if !all.None() {
			yield(all, nil)
		}
	}
}

// MadeBy lets the changes of a log say that a sync made them, but for those that name another one already.
func MadeBy(sync string, log iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var named []byte
		for line, err := range log {
			var one Change
			if err == nil {
				one, err = Decode(line)
			}
			if err == nil && one.At == "" {
				one.At = sync
				named, err = one.Append(named[:0])
				line = named
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// Reverse is the change in the other direction.
func (c Change) Reverse() Change {
	c.Was, c.Now = c.Now, c.Was
	c.Added, c.Gone = c.Gone, c.Added
	if len(c.Columns) > 0 {
		columns := make(map[string]ColumnChange, len(c.Columns))
		for name, both := range c.Columns {
			columns[name] = ColumnChange{both[1], both[0]}
		}
		c.Columns = columns
	}
	return c
}
