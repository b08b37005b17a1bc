package parts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"longhaul/internal/staging"
)

// Line is one report that has its state and waits to be stored.
type Line struct {
	Report int       // its place in the plan
	ID     string    // its Id
	Seq    int64     // the number of the request that brought it
	At     time.Time // when it came
	Data   []byte
}

// Part is one stored part.
type Part struct {
	key     string
	first   string // the lowest Id in it
	attempt int
}

// writePart stores a batch as one part. A part of that name may be there, from another process with the same attempt: then
// the name with the next number is taken, and the two are joined in the end.
func (s Shard) writePart(ctx context.Context, attempt int, batch []Line) Flush {
	sortByID(batch)
	first, last := batch[0].ID, batch[len(batch)-1].ID
	for n := attempt; n < attempt+100; n++ {
		key := s.Sync.Part(s.Number, first, last, n)
		err := Within(ctx, func(ctx context.Context) error {
			_, err := s.Store.WriteLines(ctx, key, linesOf(batch))
			return err
		})
		if errors.Is(err, staging.ErrExist) {
			continue
		}
		return Flush{lines: batch, part: Part{key: key, first: first, attempt: n}, err: err}
	}
	return Flush{lines: batch, err: fmt.Errorf("all names for the part from %s to %s are taken", first, last)}
}

// split parts the lines of requests before first from the others.
func split(lines []Line, first int64) (before, rest []Line) {
	for _, l := range lines {
		if l.Seq < first {
			before = append(before, l)
		} else {
			rest = append(rest, l)
		}
	}
	return before, rest
}

// linesOf gives the lines of a batch.
func linesOf(batch []Line) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, l := range batch {
			if !yield(l.Data, nil) {
				return
			}
		}
	}
}

// sortByID puts lines in the order of the plan, which is that of the Ids.
func sortByID(batch []Line) {
	slices.SortFunc(batch, func(a, b Line) int { return cmp.Compare(a.ID, b.ID) })
}

// byAttempt orders parts for every reader alike: where two hold the same report, the lower attempt comes first.
func byAttempt(a, b Part) int { return cmp.Compare(a.attempt, b.attempt) }
