package staging

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"longhaul/internal/bucket"
)

// FileWriter writes one plain file and computes its checksum on the way. The file is not visible in the bucket before Commit.
// Either Commit or Abort must be called; `defer w.Abort()` is harmless after a Commit.
type FileWriter struct {
	key string
	out *bucket.Writer
	buf *bufio.Writer
	sum hash.Hash
}

// CreateFile begins the file under key, in place of what is there.
func (s *Store) CreateFile(ctx context.Context, key string) (*FileWriter, error) {
	out, err := s.NewWriter(ctx, key, bucket.WriteOptions{})
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &FileWriter{key: key, out: out, sum: sum, buf: bufio.NewWriterSize(io.MultiWriter(sum, out), readBuffer)}, nil
}

// Write adds to the file.
func (w *FileWriter) Write(p []byte) (int, error) {
	n, err := w.buf.Write(p)
	if err != nil {
		return n, fmt.Errorf("write %s: %w", w.key, err)
	}
	return n, nil
}

// Commit makes the file visible, whole. After an error nothing of it remains.
func (w *FileWriter) Commit() (Object, error) {
	defer w.Abort()
	if err := w.buf.Flush(); err != nil {
		return Object{}, fmt.Errorf("write %s: %w", w.key, err)
	}
	if err := w.out.Commit(); err != nil {
		return Object{}, err
	}
	return Object{Key: w.key, Bytes: w.out.Bytes(), SHA256: hex.EncodeToString(w.sum.Sum(nil))}, nil
}

// Abort leaves nothing of the file in the bucket. It does nothing after a Commit.
func (w *FileWriter) Abort() { w.out.Abort() }

// OpenFile reads the file under key; size is its length in bytes. The reader must be closed. A file is read by the sync
// that wrote it: see Gone.
func (s *Store) OpenFile(ctx context.Context, key string) (content io.ReadCloser, size int64, err error) {
	r, err := s.NewReader(ctx, key)
	if err != nil {
		return nil, 0, Gone(err)
	}
	return r, r.Size(), nil
}
