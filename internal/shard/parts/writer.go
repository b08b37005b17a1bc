package parts

import (
	"context"
	"slices"
	"time"

	"longhaul/internal/fault"
)

// maxPending bounds the memory of lines that wait for the store, in bytes.
const maxPending = 16 << 20

// Options are what a Writer does beside writing.
type Options struct {
	Attempt    int           // part of the names of the parts
	FlushEvery time.Duration // the least time between the beginnings of two flushes
	Patience   time.Duration // how long a store that refuses is waited for
	Waiting    func(string)  // gets the reason why the writer waits, and "" when it goes on; may be nil
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
	return &Writer{
		shard: shard, opts: opts, parts: parts, last: time.Now(), done: make(chan Flush),
		outage: outage{patience: opts.Patience, waiting: opts.Waiting},
	}
}

// Add takes a line to be stored.
func (w *Writer) Add(l Line) {
	w.pending = append(w.pending, l)
	w.size += len(l.Data)
}

// Pending is how many lines wait to be stored.
func (w *Writer) Pending() int { return len(w.pending) }

// Full says whether what waits to be stored leaves no room for more reports.
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

// Overdue is the number of the newest request whose line has waited as long as FlushEvery; -1 when there is none. A
// request in flight from before it is a straggler.
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
	batch, rest := split(w.pending, first)
	if len(batch) == 0 {
		return
	}
	w.pending, w.flushing, w.last = rest, true, now
	go func() {
		done := Flush{lines: batch}
		if err := fault.Caught(func() error { done = w.shard.writePart(ctx, w.opts.Attempt, batch); return nil }); err != nil {
			done.err = err
		}
		w.done <- done
	}()
}

// Flushed notes the end of a flush and gives the lines that are stored. What could not be stored is kept for the next try,
// and is no error as long as the store is waited for. ctx is the caller's; its end ends the waiting.
func (w *Writer) Flushed(ctx context.Context, done Flush) (stored []Line, err error) {
	w.flushing = false
	if done.err == nil {
		w.outage.over()
		w.keep(done)
		return done.lines, nil
	}
	w.pending = append(done.lines, w.pending...)
	if !w.outage.refused(ctx, done.err) {
		return nil, done.err
	}
	return nil, nil
}

// StoreRest makes a part of all pending lines and gives them.
func (w *Writer) StoreRest(ctx context.Context) (stored []Line, err error) {
	if len(w.pending) == 0 {
		return nil, nil
	}
	done := w.shard.writePart(ctx, w.opts.Attempt, w.pending)
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

// Refusing says whether the store took nothing when it was tried last. No request should begin then: its answer would
// only wait in memory, or be lost with it.
func (w *Writer) Refusing() bool { return !w.outage.since.IsZero() }

// Persist repeats a write until the store takes it, or is not worth waiting for. The end of ctx, which is the caller's,
// ends the waiting with one last try.
func (w *Writer) Persist(ctx context.Context, write func() error) error {
	return w.outage.persist(ctx, write)
}

// Close reports that the writer waits for nothing any more.
func (w *Writer) Close() { w.outage.report("") }
