package staging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"longhaul/internal/bucket"
	"longhaul/internal/fault"
)

// MaxLine is the most bytes that one line of a stream may have, its newline included.
const MaxLine = 16 << 20

// chunk is how much a Writer gathers before it compresses: many small writes cost more than one.
const chunk = 32 << 10

const typeStream = "application/zstd"

// Writer writes one stream of JSON lines. The stream is not visible in the bucket before Commit. Either Commit or Abort must
// be called; `defer w.Abort()` is harmless after a Commit. A Writer serves one goroutine.
type Writer struct {
	key   string
	out   *bucket.Writer
	zstd  encoder
	sum   hash.Hash
	buf   []byte
	count int64
	ended bool
}

// Create begins the stream under key, in place of what is there.
func (s *Store) Create(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, false, plain)
}

// CreateScratch is Create for streams that will be read many at once: they compress less well and cost a reader a
// fraction of the memory.
func (s *Store) CreateScratch(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, false, scratch)
}

// CreateDense is Create for small streams that are kept for long: they take a quarter less room and four times as long to compress.
func (s *Store) CreateDense(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, false, dense)
}

// CreateNew begins a stream whose Commit returns ErrExist, and leaves what is there, when key is taken.
func (s *Store) CreateNew(ctx context.Context, key string) (*Writer, error) {
	return s.create(ctx, key, true, plain)
}

func (s *Store) create(ctx context.Context, key string, isNew bool, as form) (*Writer, error) {
	options := bucket.WriteOptions{ContentType: typeStream, IfAbsent: isNew}
	// A part that a store accepted and does not have is missed when the parts of its shard are joined, and written again.
	_, options.Unconfirmed = ParsePart(key)
	out, err := s.NewWriter(ctx, key, options)
	if err != nil {
		return nil, err
	}
	z, err := borrowEncoder(out, as)
	if err != nil {
		out.Abort()
		return nil, fmt.Errorf("compress %s: %w", key, err)
	}
	return &Writer{key: key, out: out, zstd: z, sum: sha256.New()}, nil
}

// Append adds one line, which is JSON without a newline in it. It does not keep the slice.
func (w *Writer) Append(line []byte) error {
	switch {
	case w.ended:
		return fmt.Errorf("append to %s: %w", w.key, bucket.ErrEnded)
	case len(line) >= MaxLine:
		return &fault.Error{
			Class: fault.Poison, System: fault.Longhaul, Err: ErrTooLong,
			Message: fmt.Sprintf("a record of %d MiB is larger than the %d MiB that a line may have: please report it", len(line)>>20, MaxLine>>20),
		}
	case len(line) == 0 || bytes.IndexByte(line, '\n') >= 0:
		return fmt.Errorf("append to %s: a line must be JSON in one line", w.key)
	}
	w.buf = append(append(w.buf, line...), '\n')
	w.count++
	if len(w.buf) < chunk {
		return nil
	}
	return w.flush()
}

func (w *Writer) flush() error {
	w.sum.Write(w.buf)
	_, err := w.zstd.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		return w.out.Fault(err)
	}
	return nil
}

// Commit writes the footer and makes the stream visible, whole. After an error nothing of it remains.
func (w *Writer) Commit() (Object, error) {
	defer w.Abort()
	if w.ended {
		return Object{}, fmt.Errorf("commit %s: %w", w.key, bucket.ErrEnded)
	}
	if err := w.flush(); err != nil {
		return Object{}, err
	}
	digest := hex.EncodeToString(w.sum.Sum(nil))
	if _, err := w.zstd.Write(footer{w.count, digest}.line()); err != nil {
		return Object{}, w.out.Fault(err)
	}
	if err := w.zstd.Close(); err != nil {
		return Object{}, w.out.Fault(err)
	}
	if err := w.out.Commit(); err != nil {
		return Object{}, err
	}
	return Object{Key: w.key, Count: w.count, Bytes: w.out.Bytes(), SHA256: digest}, nil
}

// Abort leaves nothing of the stream in the bucket. It does nothing after a Commit.
func (w *Writer) Abort() {
	if w.ended {
		return
	}
	w.ended, w.buf = true, nil
	w.zstd.free()
	w.out.Abort()
}
