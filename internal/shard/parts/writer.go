package parts

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

// maxPending bounds the memory of lines that wait for the store, in bytes.
const maxPending = 16 << 20

// Line is one report that has its state and waits to be stored.
type Line struct {
	Report int       // its place in the plan
	ID     string    // its Id
	Seq    int64     // the number of the request that brought it
	At     time.Time // when it came
	Data   []byte
}

// Options are what a Writer does beside writing.
type Options struct {
	Attempt    int           // part of the names of the parts
	FlushEvery time.Duration // the least time between the beginnings of two flushes
	Patience   time.Duration // how long a store that refuses is waited for
	Waiting    func(string)  // is told why the writer waits, and "" when it goes on; may be nil
}

// Writer stores lines by group commit: one flush at a time, each of all lines that have gathered in the order of their
// requests.
//
// Order gives way to time: a straggler, which is a request that others have waited for as long as FlushEvery, no longer
// holds them up, and its own line comes with a later part. So no line waits longer than two flushes, however slow one
// report is, and a killed process loses no more than that. Readers of parts expect them to overlap.
//
// A Writer belongs to one goroutine. Its flushes run in others and come back by Flushes.
type Writer struct {
	shard    Shard
	opts     Options
	parts    []Part
	pending  []Line // in the order in which they came
	size     int    // bytes pending and being written
	flushing bool
	last     time.Time // the beginning of the last flush, or of the writer
	outage   outage
	done     chan Flush
}

// Flush is a flush that has ended.
type Flush struct {
	lines []Line
	part  Part
	err   error
}

// NewWriter makes a writer for a shard that has parts already.
func NewWriter(shard Shard, parts []Part, opts Options) *Writer {
	return &Writer{shard: shard, opts: opts, parts: parts, last: time.Now(), done: make(chan Flush)}
}

// Add takes a line to be stored.
func (w *Writer) Add(l Line) {
	w.pending = append(w.pending, l)
	w.size += len(l.Data)
}

// Pending is how many lines wait to be stored.
func (w *Writer) Pending() int { return len(w.pending) }

// Full says whether so much waits that no more should be asked for.
func (w *Writer) Full() bool { return w.size >= maxPending }

// Flushing says whether a flush is under way.
func (w *Writer) Flushing() bool { return w.flushing }

// Flushes gives each flush that has ended. The caller hands it to Flushed.
func (w *Writer) Flushes() <-chan Flush { return w.done }

// UntilFlush is the time until a flush may begin and has a line of a request before first to store. Lines must be pending.
func (w *Writer) UntilFlush(now time.Time, first int64) time.Duration {
	at := w.last.Add(w.opts.FlushEvery)
	inOrder := slices.ContainsFunc(w.pending, func(l Line) bool { return l.Seq < first })
	if overdue := w.pending[0].At.Add(w.opts.FlushEvery); !inOrder && overdue.After(at) {
		at = overdue
	}
	return max(at.Sub(now), w.outage.next.Sub(now), 0)
}

// Due says whether a flush may begin.
func (w *Writer) Due(now time.Time) bool {
	return !w.flushing && len(w.pending) > 0 && now.Sub(w.last) >= w.opts.FlushEvery && !now.Before(w.outage.next)
}

// Overdue is the number of the newest request whose line has waited as long as FlushEvery; -1 when there is none. What
// is in flight from before it is a straggler.
func (w *Writer) Overdue(now time.Time) int64 {
	newest := int64(-1)
	for _, l := range w.pending {
		if now.Sub(l.At) >= w.opts.FlushEvery {
			newest = max(newest, l.Seq)
		}
	}
	return newest
}

// Flush begins to store the lines of all requests before first, if there are any.
func (w *Writer) Flush(ctx context.Context, now time.Time, first int64) {
	batch := w.before(first)
	if len(batch) == 0 {
		return
	}
	w.flushing, w.last = true, now
	go func() {
		done := Flush{lines: batch}
		if err := fault.Caught(func() error { done = w.write(ctx, batch); return nil }); err != nil {
			done.err = err
		}
		w.done <- done
	}()
}

// before takes from the pending lines those of requests before first.
func (w *Writer) before(first int64) (batch []Line) {
	rest := w.pending[:0:0]
	for _, l := range w.pending {
		if l.Seq < first {
			batch = append(batch, l)
		} else {
			rest = append(rest, l)
		}
	}
	w.pending = rest
	return batch
}

// Flushed notes the end of a flush and gives the lines that are stored. What could not be stored is kept for the next try,
// and is no error as long as the store is waited for. ctx is the caller's, whose end ends the waiting.
func (w *Writer) Flushed(ctx context.Context, done Flush) (stored []Line, err error) {
	w.flushing = false
	if done.err == nil {
		w.accepted()
		w.keep(done)
		return done.lines, nil
	}
	w.pending = append(done.lines, w.pending...)
	if !w.refused(ctx, done.err) {
		return nil, done.err
	}
	return nil, nil
}

// StoreRest makes a part of all pending lines and gives them.
func (w *Writer) StoreRest(ctx context.Context) (stored []Line, err error) {
	if len(w.pending) == 0 {
		return nil, nil
	}
	done := w.write(ctx, w.pending)
	if done.err != nil {
		return nil, done.err
	}
	w.pending = nil
	w.keep(done)
	return done.lines, nil
}

// keep notes a part that is stored.
func (w *Writer) keep(done Flush) {
	w.parts = append(w.parts, done.part)
	for _, l := range done.lines {
		w.size -= len(l.Data)
	}
}

// write stores a batch as one part. A part of that name may be there, from another process with the same attempt: then
// the name with the next number is taken, and the two are joined in the end.
func (w *Writer) write(ctx context.Context, batch []Line) Flush {
	sortByID(batch)
	first, last := batch[0].ID, batch[len(batch)-1].ID
	for attempt := w.opts.Attempt; attempt < w.opts.Attempt+100; attempt++ {
		key := w.shard.Sync.Part(w.shard.Number, first, last, attempt)
		err := Within(ctx, func(ctx context.Context) error {
			_, err := w.shard.Store.WriteLines(ctx, key, linesOf(batch))
			return err
		})
		if errors.Is(err, staging.ErrExist) {
			continue
		}
		return Flush{lines: batch, part: Part{key: key, first: first, attempt: attempt}, err: err}
	}
	return Flush{lines: batch, err: fmt.Errorf("all names for the part from %s to %s are taken", first, last)}
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
