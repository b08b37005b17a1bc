package shard

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

// located is a stored line with its id. The line is valid until the next one is asked for.
type located struct {
	id   string
	line []byte
}

// readLocated reads the lines of a part.
func readLocated(ctx context.Context, v vault, key string) iter.Seq2[located, error] {
	return func(yield func(located, error) bool) {
		for line, err := range v.lines(ctx, key) {
			var e entry
			if err == nil {
				e, err = parseEntry(line)
			}
			if !yield(located{id: e.id, line: line}, err) || err != nil {
				return
			}
		}
	}
}

// source is a sorted stream that is opened when the merge reaches its first id.
type source struct {
	first   string
	attempt int
	open    func() iter.Seq2[located, error]

	head located
	pull func() (located, error, bool)
	stop func()
}

// mergeParts joins parts and one stream from memory by id. Of lines with the same id it gives the one of the lowest
// attempt. A part is opened when its first id is reached, so that disjoint parts, the usual case, are read one after
// another.
func mergeParts(ctx context.Context, v vault, parts []part, memory iter.Seq2[located, error]) iter.Seq2[located, error] {
	sources := []*source{{attempt: int(^uint(0) >> 1), open: func() iter.Seq2[located, error] { return memory }}}
	for _, p := range parts {
		sources = append(sources, &source{
			first: p.first, attempt: p.attempt,
			open: func() iter.Seq2[located, error] { return readLocated(ctx, v, p.key) },
		})
	}
	slices.SortStableFunc(sources, func(a, b *source) int { return cmp.Compare(a.first, b.first) })
	return func(yield func(located, error) bool) { mergeSources(sources, yield) }
}

func mergeSources(waiting []*source, yield func(located, error) bool) {
	var open []*source
	defer func() {
		for _, s := range open {
			s.stop()
		}
	}()
	last := ""
	for {
		low := lowest(open)
		for len(waiting) > 0 && (low == nil || waiting[0].first <= low.head.id) {
			s := waiting[0]
			waiting = waiting[1:]
			s.pull, s.stop = iter.Pull2(s.open())
			open = append(open, s)
			if err := s.advance(&open); err != nil {
				yield(located{}, err)
				return
			}
			low = lowest(open)
		}
		if low == nil {
			return
		}
		if low.head.id != last {
			last = low.head.id
			if !yield(low.head, nil) {
				return
			}
		}
		if err := low.advance(&open); err != nil {
			yield(located{}, err)
			return
		}
	}
}

// advance moves a source to its next line; at its end the source leaves the open ones.
func (s *source) advance(open *[]*source) error {
	head, err, ok := s.pull()
	if ok && err == nil {
		s.head = head
		return nil
	}
	s.stop()
	*open = slices.DeleteFunc(*open, func(other *source) bool { return other == s })
	return err
}

// lowest is the open source with the lowest id, of equals the one of the lowest attempt. Few are open at a time.
func lowest(open []*source) *source {
	var low *source
	for _, s := range open {
		if low == nil || s.head.id < low.head.id || (s.head.id == low.head.id && s.attempt < low.attempt) {
			low = s
		}
	}
	return low
}
