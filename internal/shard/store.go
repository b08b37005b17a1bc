package shard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// gathered is one report that has its state and waits to be stored.
type gathered struct {
	index int
	seq   int64
	at    time.Time
	line  []byte
}

// part is one stored part.
type part struct {
	key     string
	first   string // the lowest id in it
	attempt int
}

// flushResult is what became of one flush.
type flushResult struct {
	batch []gathered
	part  part
	err   error
}

// storer gathers lines and writes them in batches: one flush at a time, each taking all that has gathered in order.
//
// Order gives way to time: a request that others have waited for as long as FlushEvery no longer holds them up, and its
// own line comes with a later part. So no answer waits longer than two flushes, whatever one slow report does, and a
// killed process loses no more than that. Readers of parts expect them to overlap.
type storer struct {
	in      Input
	vault   vault
	pending []gathered // in order of arrival
	size    int        // bytes pending and being written
	busy    bool
	last    time.Time // the beginning of the last flush, or of the run
	refusal refusal
	back    chan flushResult
}

func newStorer(in Input, v vault) *storer {
	return &storer{in: in, vault: v, last: time.Now(), back: make(chan flushResult)}
}

// gather takes a line to be stored.
func (s *storer) gather(g gathered) {
	s.pending = append(s.pending, g)
	s.size += len(g.line)
}

// untilFlush is the time until a flush has something to store in order and may begin.
func (s *storer) untilFlush(now time.Time, first int64) time.Duration {
	at := s.last.Add(s.in.FlushEvery)
	inOrder := slices.ContainsFunc(s.pending, func(g gathered) bool { return g.seq < first })
	if late := s.pending[0].at.Add(s.in.FlushEvery); !inOrder && late.After(at) {
		at = late
	}
	return max(at.Sub(now), s.refusal.next.Sub(now), 0)
}

// ripe takes from what has gathered all that departed before first.
func (s *storer) ripe(first int64) (batch []gathered) {
	rest := s.pending[:0:0]
	for _, g := range s.pending {
		if g.seq < first {
			batch = append(batch, g)
		} else {
			rest = append(rest, g)
		}
	}
	s.pending = rest
	return batch
}

// flush begins a flush if it is time for one and there is something to store in order.
func (r *runner) flush(now time.Time) {
	s := r.store
	if !r.mayFlush() || now.Sub(s.last) < r.in.FlushEvery || now.Before(s.refusal.next) {
		return
	}
	r.passOver(now)
	batch := s.ripe(r.firstInOrder())
	if len(batch) == 0 {
		return
	}
	s.busy, s.last = true, now
	go func() {
		done := flushResult{batch: batch}
		if err := fault.Caught(func() error { done = s.write(r.writes, r.led, batch); return nil }); err != nil {
			done.err = err
		}
		s.back <- done
	}()
}

// mayFlush says whether a flush could begin: finish stores what is left of a run that is over or cancelled.
func (r *runner) mayFlush() bool {
	return !r.store.busy && len(r.store.pending) > 0 && !r.over() && r.ctx.Err() == nil
}

// passOver marks the requests late for which an answer has waited as long as FlushEvery.
func (r *runner) passOver(now time.Time) {
	newest := int64(-1)
	for _, g := range r.store.pending {
		if now.Sub(g.at) >= r.in.FlushEvery {
			newest = max(newest, g.seq)
		}
	}
	for _, t := range r.flight {
		t.late = t.late || t.seq < newest
	}
}

// flushed notes the end of a flush. What could not be stored is kept for the next try, or for the last.
func (r *runner) flushed(done flushResult) {
	r.store.busy = false
	if done.err == nil {
		r.taken()
		r.stored(done)
		return
	}
	r.store.pending = append(done.batch, r.store.pending...)
	if !r.refused(done.err) {
		r.halt(done.err, graceGiveUp)
	}
}

// stored notes a part.
func (r *runner) stored(done flushResult) {
	r.parts = append(r.parts, done.part)
	for _, g := range done.batch {
		r.store.size -= len(g.line)
		r.led.keep(g.index)
	}
}

// write stores a batch as one part. A part of that name may be there, from another process with the same attempt: then
// the name with the next number is taken, and the two are joined in the end.
func (s *storer) write(ctx context.Context, led *ledger, batch []gathered) flushResult {
	sortByID(batch)
	done := flushResult{batch: batch}
	first, last := led.reports[batch[0].index].id, led.reports[batch[len(batch)-1].index].id
	for attempt := s.in.Attempt; attempt < s.in.Attempt+100; attempt++ {
		key := s.in.Sync.Part(s.in.Shard, first, last, attempt)
		err := within(ctx, func(ctx context.Context) error {
			_, err := s.vault.write(ctx, key, linesOf(batch))
			return err
		})
		if errors.Is(err, staging.ErrExist) {
			continue
		}
		done.part, done.err = part{key: key, first: first, attempt: attempt}, err
		return done
	}
	done.err = fmt.Errorf("all names for the part from %s to %s are taken", first, last)
	return done
}

// linesOf gives the lines of a batch.
func linesOf(batch []gathered) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, g := range batch {
			if !yield(g.line, nil) {
				return
			}
		}
	}
}

// sortByID puts lines in the order of the plan, which is that of the ids.
func sortByID(batch []gathered) {
	slices.SortFunc(batch, func(a, b gathered) int { return cmp.Compare(a.index, b.index) })
}
