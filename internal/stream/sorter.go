package stream

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"strconv"

	"longhaul/internal/staging"
)

// Sorter sorts lines by their Ids, however many they are: what does not fit in its memory lies in runs in the bucket until
// Close, which must be called. Every line of an Id is kept. A Sorter serves one goroutine.
type Sorter struct {
	store  *staging.Store
	sync   staging.Sync
	id     string
	buffer Buffer
	runs   []Run
}

// NewSorter begins a sort whose runs, if it needs any, lie with those of the sync.
func NewSorter(store *staging.Store, sync staging.Sync) *Sorter {
	return &Sorter{store: store, sync: sync, id: rand.Text(), buffer: Buffer{all: true}}
}

// Add copies one line.
func (s *Sorter) Add(ctx context.Context, line []byte) error {
	id, err := LineID(line)
	if err != nil {
		return err
	}
	s.buffer.Add(line, string(id), "")
	if !s.buffer.Full() {
		return nil
	}
	return s.spill(ctx)
}

// spill moves the buffer into a run.
func (s *Sorter) spill(ctx context.Context) error {
	r, err := WriteRun(ctx, s.store, s.sync.SortRun(s.id, strconv.Itoa(len(s.runs))), &s.buffer)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, r)
	s.buffer.Reset()
	return nil
}

// Lines gives all lines by Id, each valid until the next. Nothing may be added afterwards.
func (s *Sorter) Lines(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		enough := errors.New("the caller wants no more")
		err := s.each(ctx, func(line []byte) error {
			if !yield(line, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(nil, err)
		}
	}
}

// each calls visit with all lines by Id.
func (s *Sorter) each(ctx context.Context, visit func([]byte) error) error {
	if len(s.runs) == 0 {
		return s.buffer.Each(visit)
	}
	if !s.buffer.Empty() {
		if err := s.spill(ctx); err != nil {
			return err
		}
	}
	s.buffer = Buffer{}
	key := func(name, _, _ string) string { return s.sync.SortRun(s.id, name) }
	return (&RunMerger{Store: s.store, Key: key, Tick: func() {}, all: true}).Merge(ctx, s.runs, visit)
}

// Close removes the runs. Where the bucket refuses that, they stay until the sync is pruned.
func (s *Sorter) Close(ctx context.Context) {
	s.buffer = Buffer{}
	if len(s.runs) > 0 {
		_, _ = s.store.DeleteAll(ctx, s.sync.SortRuns(s.id))
	}
}
