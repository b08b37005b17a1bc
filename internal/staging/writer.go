package staging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"longhaul/internal/fault"
)

// MaxLine is how long one line of a stream may be, its newline included.
const MaxLine = 16 << 20

// gather is how much a Writer collects before it compresses: many small writes cost more than one.
const gather = 32 << 10

// Writer writes one stream of JSON lines. Nothing is seen of it in the bucket before Commit. Either Commit or Abort
// must be called; `defer w.Abort()` is harmless after a Commit. A Writer serves one goroutine.
type Writer struct {
	up    *upload
	zstd  encoder
	sum   hash.Hash
	buf   []byte
	count int64
	ended bool
}

// Create begins the stream under key, in place of what is there.
func (s *Store) Create(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, false, false)
}

// CreateScratch begins a stream, as Create does, of which many will be read at once: it compresses less well and costs a
// reader a fraction of the memory.
func (s *Store) CreateScratch(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, false, true)
}

// CreateNew begins a stream whose Commit answers ErrExist, and leaves what is there, when key is taken.
func (s *Store) CreateNew(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, true, false)
}

func (s *Store) create(ctx context.Context, key string, isNew, scratch bool) (*Writer, error) {
	up, err := s.upload(ctx, key, typeStream, isNew)
	if err != nil {
		return nil, err
	}
	z, err := borrowEncoder(up, scratch)
	if err != nil {
		up.abort()
		return nil, fmt.Errorf("compress %s: %w", key, err)
	}
	return &Writer{up: up, zstd: z, sum: sha256.New()}, nil
}

// Append adds one line, which is JSON without a newline in it and is not kept.
func (w *Writer) Append(line []byte) error {
	switch {
	case w.ended:
		return fmt.Errorf("append to %s: %w", w.up.key, errEnded)
	case len(line) >= MaxLine:
		return &fault.Error{
			Class: fault.Poison, System: fault.Longhaul, Err: ErrTooLong,
			Message: fmt.Sprintf("a record of %d MiB is larger than the %d MiB that a line may have", len(line)>>20, MaxLine>>20),
		}
	case len(line) == 0 || bytes.IndexByte(line, '\n') >= 0:
		return fmt.Errorf("append to %s: a line must be JSON in one line", w.up.key)
	}
	w.buf = append(append(w.buf, line...), '\n')
	w.count++
	if len(w.buf) < gather {
		return nil
	}
	return w.flush()
}

// Count says how many lines were appended.
func (w *Writer) Count() int64 { return w.count }

func (w *Writer) flush() error {
	w.sum.Write(w.buf)
	_, err := w.zstd.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		return w.up.store.fault(writing, w.up.key, err)
	}
	return nil
}

// Commit writes the footer and makes the stream visible, whole. After an error nothing is left of it.
func (w *Writer) Commit() (Object, error) {
	defer w.Abort()
	if w.ended {
		return Object{}, fmt.Errorf("commit %s: %w", w.up.key, errEnded)
	}
	if err := w.flush(); err != nil {
		return Object{}, err
	}
	digest := hex.EncodeToString(w.sum.Sum(nil))
	if _, err := w.zstd.Write(footer{w.count, digest}.line()); err != nil {
		return Object{}, w.up.store.fault(writing, w.up.key, err)
	}
	if err := w.zstd.Close(); err != nil {
		return Object{}, w.up.store.fault(writing, w.up.key, err)
	}
	if err := w.up.commit(); err != nil {
		return Object{}, err
	}
	return Object{Key: w.up.key, Count: w.count, Bytes: w.up.bytes, SHA256: digest}, nil
}

// Abort leaves nothing of the stream in the bucket. It does nothing after a Commit.
func (w *Writer) Abort() {
	if w.ended {
		return
	}
	w.ended, w.buf = true, nil
	w.zstd.free()
	w.up.abort()
}
