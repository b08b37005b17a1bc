package inventory

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"strconv"

	"longhaul/internal/staging"
)

// sortBytes bounds what a Sorter holds in memory.
const sortBytes = 1 << 20

// Sorter sorts lines by the Id they begin with, however many they are: what does not fit in its memory lies in runs in
// the bucket until Close, which must be called. Lines of one Id are all kept. A Sorter serves one goroutine.
type Sorter struct {
	store *staging.Store
	sync  staging.Sync
	id    string
	mem   sorter
	runs  []run
}

// NewSorter begins a sort whose runs, if it needs any, lie with those of the sync.
func NewSorter(store *staging.Store, sync staging.Sync) *Sorter {
	return &Sorter{store: store, sync: sync, id: rand.Text(), mem: sorter{all: true, limit: sortBytes}}
}

// Add takes one line, which is not kept.
func (s *Sorter) Add(ctx context.Context, line []byte) error {
	id, err := LineID(line)
	if err != nil {
		return err
	}
	s.mem.add(line, string(id), "")
	if !s.mem.full() {
		return nil
	}
	return s.spill(ctx)
}

func (s *Sorter) spill(ctx context.Context) error {
	r := run{Key: s.sync.SortRun(s.id, strconv.Itoa(len(s.runs)))}
	if err := writeRun(ctx, s.store, r.Key, s.mem.each); err != nil {
		return err
	}
	r.First, r.Last = s.mem.span()
	s.runs = append(s.runs, r)
	s.mem.reset()
	return nil
}

// Lines gives all lines by Id, each valid until the next. Nothing may be added afterwards.
func (s *Sorter) Lines(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := s.give(ctx, yield); err != nil {
			yield(nil, err)
		}
	}
}

// errEnough ends a walk whose caller wants no more.
var errEnough = errors.New("enough")

func (s *Sorter) give(ctx context.Context, yield func([]byte, error) bool) error {
	add := func(line []byte) error {
		if !yield(line, nil) {
			return errEnough
		}
		return nil
	}
	if err := s.all(ctx, add); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

func (s *Sorter) all(ctx context.Context, add func([]byte) error) error {
	if len(s.runs) == 0 {
		return s.mem.each(add)
	}
	if !s.mem.empty() {
		if err := s.spill(ctx); err != nil {
			return err
		}
	}
	s.mem = sorter{}
	key := func(name, _, _ string) string { return s.sync.SortRun(s.id, name) }
	return (&runMerger{store: s.store, key: key, all: true, tick: func() {}}).merge(ctx, s.runs, add)
}

// Close removes the runs. Where the bucket refuses that, they stay until the sync is pruned.
func (s *Sorter) Close(ctx context.Context) {
	s.mem = sorter{}
	if len(s.runs) > 0 {
		_, _ = s.store.DeleteAll(ctx, s.sync.SortRuns(s.id))
	}
}
